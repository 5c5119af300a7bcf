from fractions import Fraction

import pytest

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.rounding import Rounding, RoundingMode, rounding_from

from .facts import fields


@pytest.mark.parametrize(
    ("figure", "places", "mode", "rounded"),
    [
        pytest.param("49.5", 0, "half_up", "50", id="half goes up"),
        pytest.param("49.45", 0, "half_up", "49", id="once, never 49.5 then 50"),
        pytest.param("14.5", 0, "half_up", "15", id="not to even"),
        pytest.param("16.45", 1, "half_up", "16.5", id="one place, not as a binary float"),
        pytest.param("16.449", 1, "half_up", "16.4", id="one place, below the half"),
        pytest.param("59.99", 0, "floor", "59", id="floor"),
        pytest.param("-0.5", 0, "half_up", "0", id="a half below 0 goes up too"),
    ],
)
def test_rounding(figure: str, places: int, mode: str, rounded: str) -> None:
    rule = Rounding(places=places, mode=RoundingMode(mode))
    assert rule.apply(Fraction(figure)) == Fraction(rounded)


def test_the_unit_is_one_of_the_last_place() -> None:
    assert Rounding(places=1, mode=RoundingMode.FLOOR).unit == Fraction(1, 10)


def test_an_unknown_mode_is_refused_by_name() -> None:
    with pytest.raises(RegulationError, match="mode is 'half_even'; it must be one of half_up, floor"):
        rounding_from(fields(places=0, mode="half_even"))
