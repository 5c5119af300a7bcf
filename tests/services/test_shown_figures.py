"""A gradebook rounds what it was sent; another figure is another figure."""

from decimal import Decimal

import pytest

from lti_tool.services import shown_figures


@pytest.mark.parametrize(("shown", "out_of", "sent", "sent_out_of", "is_ours"), [
    pytest.param("62", "100", "62", "100", True, id="equal"),
    pytest.param("15.5", "20", "77.5", "100", True, id="rescaled"),
    pytest.param("61.67", "100", "37", "60", True, id="rounded to two decimals"),
    pytest.param("61.7", "100", "61.6999", "100", True, id="rounded to two, and a nought left out"),
    pytest.param("61.66667", "100", "37", "60", True, id="rounded to five decimals, as Moodle does"),
    pytest.param("61.999996", "100", "62", "100", True, id="kept as a float"),
    pytest.param("61.66", "100", "37", "60", False, id="no rounding of ours"),
    pytest.param("61.671", "100", "37", "60", False, id="written to three decimals, and not ours"),
    pytest.param("61.99", "100", "62", "100", False, id="a hundredth less"),
    pytest.param("62", "100", "61.99", "100", False, id="a hundredth more"),
    pytest.param("0.624", "1", "62", "100", False, id="another figure on a small scale"),
    pytest.param("0", "100", None, "100", False, id="I4: nought is not nothing"),
    pytest.param(None, None, "0", "100", False, id="I4: nothing is not nought"),
    pytest.param(None, None, None, "100", True, id="nothing is to stand there, and nothing does"),
    pytest.param("NaN", "100", "62", "100", False, id="no number at all"),
])
def test_what_counts_as_ours(
    shown: str | None, out_of: str | None, sent: str | None, sent_out_of: str | None, is_ours: bool
) -> None:
    figures = [None if text is None else Decimal(text) for text in (shown, out_of, sent, sent_out_of)]
    assert shown_figures.is_ours(*figures) is is_ours


@pytest.mark.parametrize(("raw", "out_of", "words"), [
    pytest.param("15.50", "20", "15.5 of 20", id="with its maximum"),
    pytest.param("15.50", None, "15.5", id="where none is known"),
    pytest.param(None, "20", "no mark", id="nothing"),
])
def test_how_it_is_written(raw: str | None, out_of: str | None, words: str) -> None:
    figures = [None if text is None else Decimal(text) for text in (raw, out_of)]
    assert shown_figures.in_words(*figures) == words
