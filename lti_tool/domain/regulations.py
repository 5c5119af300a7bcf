"""A regulation set: policy as data, read once into small frozen rules.

The format is that of the worked-case files: the set stands under ``regulations`` and is proven by cases beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from lti_tool.domain.clauses import Clause as Clause
from lti_tool.domain.clauses import clauses_from
from lti_tool.domain.errors import RegulationError as RegulationError
from lti_tool.domain.fields import Fields
from lti_tool.domain.figures import text_of
from lti_tool.domain.grades import GradeWords, grade_words_from
from lti_tool.domain.lateness import LateRule, late_rule_from
from lti_tool.domain.rounding import ROUNDING_KEYS, Rounding, rounding_from
from lti_tool.domain.schemes import Scale

#: Every key of a set. The last three may be left out: no late penalty, nothing carried, absence is zero.
KEYS = (
    "scale", "pass_mark", "decide_on", "rounding", "grades", "max_attempts", "reassessment", "must_reach_effect",
    "min_submitted_weight", "late", "late_fail_carries_forward", "absence_effect",
)  # fmt: skip
REASSESSMENT_KEYS = frozenset({"cap_level", "cap_at", "counts", "min_overall_for_right"})
BANDS = "bands"


class DecideOn(StrEnum):
    """Which figure meets the pass mark."""

    ROUNDED = "rounded"
    EXACT = "exact"


class CapLevel(StrEnum):
    """What a reassessment is capped at."""

    COMPONENT = "component"
    MODULE = "module"
    NONE = "none"


class Counts(StrEnum):
    """Which attempt counts."""

    BEST = "best"
    LAST = "last"


class MustReachEffect(StrEnum):
    """What is reported when a threshold or gate is missed."""

    JUST_BELOW_PASS = "report_just_below_pass"
    ZERO = "zero"
    AGGREGATE = "report_aggregate"


class AbsenceEffect(StrEnum):
    """What absence without good cause does."""

    ZERO = "zero"
    FAIL_NO_RIGHT = "fail_no_right"


@dataclass(frozen=True, kw_only=True)
class Reassessment:
    """How later attempts count."""

    cap_level: CapLevel
    cap_at: Fraction | None
    counts: Counts
    min_overall_for_right: Fraction


@dataclass(frozen=True, kw_only=True)
class Regulations:
    """One version of one regulation set. ``grades`` None: the bands of the scale."""

    version: str
    scale: Scale
    pass_mark: Fraction
    decide_on: DecideOn
    rounding: Rounding
    grades: GradeWords | None
    max_attempts: int
    reassessment: Reassessment
    must_reach_effect: MustReachEffect
    min_submitted_weight: Fraction
    late: LateRule | None = None
    late_fail_carries_forward: bool = False
    absence_effect: AbsenceEffect = AbsenceEffect.ZERO
    clauses: Mapping[str, Clause] = field(default_factory=dict)
    written: tuple[str, ...] = KEYS  # the keys that the set itself writes

    @property
    def just_below_pass(self) -> Fraction:
        """The pass mark less one unit of the last place."""
        return self.pass_mark - self.rounding.unit

    def grade_for(self, figure: Fraction) -> str | None:
        """The word or band of a reported figure."""
        return self.grades.word_for(figure) if self.grades else self.scale.band_of(figure)


def from_mapping(mapping: object, *, scales: Mapping[str, Scale], version: str = "") -> Regulations:
    """Read one set; an error names the key and what to do."""
    fields = Fields(mapping, f"regulations {version}" if version else "regulations", (*KEYS, "clauses"))
    regulations = regulations_from(fields, scales=scales, version=version)
    if regulations.grades and not regulations.grades.has_passing_word(regulations.pass_mark):
        raise fields.error("grades", f"give the pass mark {text_of(regulations.pass_mark)} no passing word.")
    return regulations


def regulations_from(fields: Fields, *, scales: Mapping[str, Scale], version: str) -> Regulations:
    """Read one set from fields whose keys are known already; a worked case may so try a pass mark without new words."""
    scale = _scale_from(fields, scales)
    rounding = rounding_from(fields.within("rounding", ROUNDING_KEYS))
    pass_mark = _on_scale(fields, "pass_mark", scale)
    if pass_mark - rounding.unit < scale.minimum:
        raise fields.error("pass_mark", "leaves no figure for a fail.")
    absence = fields.maybe("absence_effect", lambda key: fields.choice(key, AbsenceEffect))
    regulations = Regulations(
        version=version,
        scale=scale,
        pass_mark=pass_mark,
        decide_on=DecideOn(fields.choice("decide_on", DecideOn)),
        rounding=rounding,
        grades=_grades_from(fields, scale),
        max_attempts=fields.integer("max_attempts", least=1),
        reassessment=_reassessment_from(fields.within("reassessment", REASSESSMENT_KEYS), scale),
        must_reach_effect=MustReachEffect(fields.choice("must_reach_effect", MustReachEffect)),
        min_submitted_weight=_percent(fields, "min_submitted_weight"),
        late=fields.maybe("late", lambda key: late_rule_from(fields, key)),
        late_fail_carries_forward=fields.maybe("late_fail_carries_forward", fields.flag) or False,
        absence_effect=AbsenceEffect(absence or AbsenceEffect.ZERO),
        clauses=clauses_from(fields, KEYS),
        written=tuple(key for key in KEYS if fields.has(key)),
    )
    if regulations.grades and regulations.must_reach_effect is MustReachEffect.AGGREGATE:
        raise fields.error("must_reach_effect", "report_aggregate is for bands; with words it would print a pass.")
    return regulations


def is_publishable(regulations: Regulations) -> list[str]:
    """The keys of the set that have no clause yet; a set is published only when there are none."""
    return [key for key in regulations.written if key not in regulations.clauses]


def _scale_from(fields: Fields, scales: Mapping[str, Scale]) -> Scale:
    name = fields.text("scale")
    if name not in scales:
        there = ", ".join(sorted(scales)) or "there are none"
        raise fields.error("scale", f"{name!r} is not among the scales: {there}.")
    return scales[name]


def _grades_from(fields: Fields, scale: Scale) -> GradeWords | None:
    if fields.raw("grades") != BANDS:
        return grade_words_from(fields, "grades")
    if not scale.bands:
        raise fields.error("grades", f"are bands, and the scale {scale.name} has none.")
    return None


def _reassessment_from(fields: Fields, scale: Scale) -> Reassessment:
    level = CapLevel(fields.choice("cap_level", CapLevel))
    if level is not CapLevel.NONE and not fields.has("cap_at"):
        raise fields.error("cap_at", "is missing: where there is a cap, it says at what.")
    return Reassessment(
        cap_level=level,
        cap_at=fields.maybe("cap_at", lambda key: _on_scale(fields, key, scale)),
        counts=Counts(fields.choice("counts", Counts)),
        min_overall_for_right=fields.decimal("min_overall_for_right"),
    )


def _on_scale(fields: Fields, key: str, scale: Scale) -> Fraction:
    value = fields.decimal(key)
    if not scale.minimum <= value <= scale.maximum:
        raise fields.error(
            key, f"{text_of(value)} is outside the scale, {text_of(scale.minimum)} to {text_of(scale.maximum)}."
        )
    return value


def _percent(fields: Fields, key: str) -> Fraction:
    value = fields.decimal(key)
    if not 0 <= value <= 100:
        raise fields.error(key, f"{text_of(value)} is not a percentage.")
    return value
