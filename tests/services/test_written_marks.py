"""Marks are read exactly or refused; nothing is guessed (I4, I5)."""

from decimal import Decimal

import pytest

from lti_tool.services import written_marks
from lti_tool.services.written_marks import UnreadableMark


@pytest.mark.parametrize("text, mark", [
    ("62", "62"), ("49.5", "49.5"), ("49,5", "49.5"), ("0", "0"), ("-0", "0"), (" 7.00 ", "7.00"), ("100", "100"),
    ("0.1", "0.1"), ("48,07", "48.07"), ("+3", "3"),
])
def test_a_mark_is_the_decimal_that_was_written(text, mark):
    assert written_marks.read(text, maximum=Decimal(100)) == Decimal(mark)
    assert str(written_marks.read(text)).lstrip("-") == mark


@pytest.mark.parametrize("text, says", [
    pytest.param("1,000", "thousand or a decimal", id="ambiguous comma"),
    pytest.param("1.000,5", "no number", id="both separators"),
    pytest.param("62%", "percentage", id="percent"),
    pytest.param("-3", "below 0", id="negative"),
    pytest.param("101", "maximum of 100", id="above the maximum"),
    pytest.param("A", "no number", id="letter"),
    pytest.param("=1+1", "no number", id="formula"),
    pytest.param("1e2", "no number", id="exponent"),
    pytest.param("NaN", "no number", id="not a number"),
    pytest.param("٣", "no number", id="other digits"),
    pytest.param("", "no number", id="empty"),
    pytest.param("9" * 50, "no number", id="endless"),
])
def test_what_is_no_mark_is_refused_and_not_repeated(text, says):
    with pytest.raises(UnreadableMark, match=says) as caught:
        written_marks.read(text, maximum=Decimal(100))
    assert not text or text in ("A",) or text not in str(caught.value)


@pytest.mark.parametrize("text", ["", " ", "-", "–", "—"])
def test_no_figure_is_not_zero(text):
    assert written_marks.is_figureless(text)
    assert not written_marks.is_figureless("0")


@pytest.mark.parametrize("mark, text", [("62.500", "62.5"), ("1E+2", "100"), ("0.00", "0")])
def test_a_mark_is_shown_plainly(mark, text):
    assert written_marks.plain(Decimal(mark)) == text
