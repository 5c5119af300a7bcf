"""Converting credit. The rules disagree, so the rule is always named and printed."""

from enum import StrEnum
from fractions import Fraction

HOURS_PER_UK_CREDIT = 10


class ConversionRule(StrEnum):
    """How UK credit becomes ECTS."""

    UK_2_TO_1 = "uk_2_to_1"  # by the year: 120 are 60
    HOURS_25 = "hours_25"  # by effort, 25 hours to one
    HOURS_30 = "hours_30"


def uk_to_ects(credit: Fraction, rule: ConversionRule) -> Fraction:
    """UK credit as ECTS, exactly, under the rule given."""
    match rule:
        case ConversionRule.UK_2_TO_1:
            return credit / 2
        case ConversionRule.HOURS_25:
            return credit * HOURS_PER_UK_CREDIT / 25
        case ConversionRule.HOURS_30:
            return credit * HOURS_PER_UK_CREDIT / 30
