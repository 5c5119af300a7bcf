"""Rounding, done once, as the regulations say."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lti_tool.domain.fields import Fields


class RoundingMode(StrEnum):
    """Which way a figure goes."""

    HALF_UP = "half_up"
    FLOOR = "floor"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rounding:
    """To how many places, and which way."""

    places: int
    mode: RoundingMode

    @property
    def unit(self) -> Fraction:
        """One unit of the last place."""
        return Fraction(1, 10**self.places)

    @property
    def words(self) -> str:
        """The rule inside a sentence."""
        return "half up" if self.mode is RoundingMode.HALF_UP else "down"

    def apply(self, figure: Fraction) -> Fraction:
        """Round once. An exact half goes up, never to even (binary floats and half-even print wrong awards)."""
        scaled = figure / self.unit
        if self.mode is RoundingMode.HALF_UP:
            scaled += Fraction(1, 2)
        return (scaled.numerator // scaled.denominator) * self.unit


def rounding_from(fields: Fields) -> Rounding:
    """Read ``{places, mode}``."""
    return Rounding(places=fields.integer("places", most=9), mode=RoundingMode(fields.choice("mode", RoundingMode)))


ROUNDING_KEYS = frozenset({"places", "mode"})
