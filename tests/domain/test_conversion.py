from fractions import Fraction

import pytest

from lti_tool.domain.conversion import ConversionRule, uk_to_ects


@pytest.mark.parametrize(
    ("credit", "rule", "ects"),
    [("15", "uk_2_to_1", "7.5"), ("15", "hours_25", "6"), ("15", "hours_30", "5"), ("5", "uk_2_to_1", "2.5")],
)
def test_the_rules_disagree_and_each_is_exact(credit: str, rule: str, ects: str) -> None:
    assert uk_to_ects(Fraction(credit), ConversionRule(rule)) == Fraction(ects)


def test_what_does_not_come_out_even_stays_a_fraction() -> None:
    assert uk_to_ects(Fraction(10), ConversionRule.HOURS_30) == Fraction(10, 3)
