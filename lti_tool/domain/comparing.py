"""Comparing what a worked case expects with what was found. Only the keys that the case lists are compared."""

from collections.abc import Sequence
from fractions import Fraction

from lti_tool.domain.fields import Fields
from lti_tool.domain.figures import text_of

WRITTEN_PLACES = 18  # an endless decimal is written to so many places …
TOLERANCE = Fraction(1, 10**15)  # … and then compared within this
NO_FIGURE = "no figure"

Difference = tuple[str, str, str]  # where, expected, found


class Comparison:
    """The differences of one case, gathered as they are met."""

    def __init__(self) -> None:
        self.differences: list[Difference] = []

    def figure(self, fields: Fields, key: str, found: Fraction | None) -> None:
        """Compare a number, or the promise that there is none."""
        if not fields.has(key):
            return
        expected = None if fields.raw(key) is None else fields.decimal(key)
        if not _same(expected, found, fields.raw(key)):
            self._differ(fields, key, _text(expected), _text(found))

    def integer(self, fields: Fields, key: str, found: int | None) -> None:
        if fields.has(key) and (expected := fields.integer(key)) != found:
            self._differ(fields, key, str(expected), "nothing" if found is None else str(found))

    def flag(self, fields: Fields, key: str, found: bool) -> None:
        if fields.has(key) and (expected := fields.flag(key)) != found:
            self._differ(fields, key, str(expected).lower(), str(found).lower())

    def word(self, fields: Fields, key: str, found: str | None) -> None:
        """Compare text, or the promise that there is none (null)."""
        if fields.has(key) and (expected := fields.maybe(key, fields.text)) != found:
            self._differ(fields, key, expected or "nothing", found or "nothing")

    def words(self, fields: Fields, key: str, found: Sequence[str]) -> None:
        """Compare lists of words; their order does not count."""
        if fields.has(key) and sorted(expected := fields.texts(key)) != sorted(found):
            self._differ(fields, key, ", ".join(expected) or "none", ", ".join(found) or "none")

    def _differ(self, fields: Fields, key: str, expected: str, found: str) -> None:
        self.differences.append((f"{fields.where}, {key}", expected, found))


def _same(expected: Fraction | None, found: Fraction | None, written: object) -> bool:
    if expected is None or found is None:
        return expected is found
    places = len(str(written).partition(".")[2])
    return expected == found or (places >= WRITTEN_PLACES and abs(expected - found) <= TOLERANCE)


def _text(figure: Fraction | None) -> str:
    return NO_FIGURE if figure is None else text_of(figure)
