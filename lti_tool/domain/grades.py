"""Grade words: the first whose threshold a figure reaches."""

from dataclasses import dataclass
from fractions import Fraction

from lti_tool.domain.fields import Fields
from lti_tool.domain.figures import parse_decimal

FAIL = "Fail"


@dataclass(frozen=True, kw_only=True)
class GradeWords:
    """Thresholds with their words, highest first."""

    steps: tuple[tuple[Fraction, str], ...]

    def word_for(self, figure: Fraction) -> str | None:
        return next((word for threshold, word in self.steps if figure >= threshold), None)

    def has_passing_word(self, pass_mark: Fraction) -> bool:
        """Whether the least pass reads as one, neither without a word nor as a fail."""
        return self.word_for(pass_mark) not in (None, FAIL)

    def without_top(self) -> "GradeWords":
        """The words left when the top one is barred; a single word has nothing to fall back to and stays."""
        return GradeWords(steps=self.steps[1:] or self.steps)


def grade_words_from(fields: Fields, key: str) -> GradeWords:
    """Read ``[["70", Distinction], …]``, highest first."""
    steps = tuple(_step(fields, key, entry) for entry in fields.entries(key))
    thresholds = [threshold for threshold, _ in steps]
    if thresholds != sorted(set(thresholds), reverse=True):
        raise fields.error(key, "must fall from step to step: the first threshold reached gives the word.")
    return GradeWords(steps=steps)


def _step(fields: Fields, key: str, entry: object) -> tuple[Fraction, str]:
    if not isinstance(entry, list | tuple) or len(entry) != 2 or not isinstance(entry[1], str):
        raise fields.error(key, 'must list pairs such as ["70", Distinction].')
    return parse_decimal(entry[0], key=key, where=fields.where), entry[1]
