from fractions import Fraction

import pytest

from lti_tool.domain.comparing import Comparison
from lti_tool.domain.errors import RegulationError

from .facts import fields

ENDLESS = Fraction(1487, 30)


@pytest.mark.parametrize(
    ("expected", "found", "same"),
    [
        pytest.param("10", Fraction(10), True, id="a number"),
        pytest.param("10.0", Fraction(10), True, id="the same number"),
        pytest.param("49.566666666666666667", ENDLESS, True, id="18 places, within the tolerance"),
        pytest.param("49.566666666666666", ENDLESS, False, id="fewer places are exact"),
        pytest.param("49.566666666666600000", ENDLESS, False, id="18 places, outside the tolerance"),
        pytest.param(None, None, True, id="no figure"),
        pytest.param(None, Fraction(0), False, id="zero is a figure"),
        pytest.param("0", None, False, id="no figure is not zero"),
    ],
)
def test_figures_compare_as_numbers(expected: str | None, found: Fraction | None, same: bool) -> None:
    comparison = Comparison()
    comparison.figure(fields(mark=expected), "mark", found)
    assert (comparison.differences == []) is same


def test_a_difference_says_where_what_was_expected_and_what_was_found() -> None:
    comparison = Comparison()
    comparison.figure(fields(mark="50"), "mark", ENDLESS)
    comparison.figure(fields(mark="50"), "mark", None)
    comparison.word(fields(grade=None), "grade", "Pass")
    comparison.integer(fields(credit=15), "credit", 0)
    comparison.flag(fields(capped=True), "capped", False)
    comparison.words(fields(reasons=["a", "b"]), "reasons", ())
    assert comparison.differences == [
        ("here, mark", "50", "49.566666666666666667"),
        ("here, mark", "50", "no figure"),
        ("here, grade", "nothing", "Pass"),
        ("here, credit", "15", "0"),
        ("here, capped", "true", "false"),
        ("here, reasons", "a, b", "none"),
    ]


def test_only_listed_keys_are_compared() -> None:
    comparison = Comparison()
    empty = fields("mark", "credit", "capped", "grade", "reasons")
    comparison.figure(empty, "mark", ENDLESS)
    comparison.integer(empty, "credit", 3)
    comparison.flag(empty, "capped", True)
    comparison.word(empty, "grade", "Pass")
    comparison.words(empty, "reasons", ["a"])
    assert comparison.differences == []


def test_the_order_of_words_does_not_count_but_their_number_does() -> None:
    comparison = Comparison()
    comparison.words(fields(reasons=["b", "a"]), "reasons", ["a", "b"])
    assert comparison.differences == []
    comparison.words(fields(reasons=["a", "a"]), "reasons", ["a"])
    assert len(comparison.differences) == 1


def test_an_expected_float_is_refused() -> None:
    with pytest.raises(RegulationError, match="mark is a number without quotes"):
        Comparison().figure(fields(mark=49.5), "mark", ENDLESS)
