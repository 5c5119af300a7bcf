"""Whether one learner has earned the micro-credential, clause by clause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lti_tool.domain.attempts import Attempt, Standing, standings
from lti_tool.domain.clauses import Finding as Finding
from lti_tool.domain.clauses import Notebook
from lti_tool.domain.digests import digest_of_inputs as digest_of_inputs
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.figures import shown
from lti_tool.domain.marks import ComponentFigure as ComponentFigure
from lti_tool.domain.marks import figure_of
from lti_tool.domain.overall import (
    Overall,
    misses_a_threshold,
    overall_of,
    reaches_pass_mark,
    refuse_nothing_to_weigh,
    reported_figure,
    submits_enough,
)
from lti_tool.domain.regulations import AbsenceEffect, Regulations
from lti_tool.domain.schemes import Component, Scale, check_components

FAILED_TO_COMPLETE = "X"


class DecisionKind(StrEnum):
    """What may be decided of one learner on one micro-credential."""

    PASS = "PASS"
    CREDIT_REFUSED = "CREDIT_REFUSED"
    FAIL_FINAL = "FAIL_FINAL"
    RESIT = "RESIT"
    INCOMPLETE = "INCOMPLETE"
    DEFERRED = "DEFERRED"
    WITHDRAWN = "WITHDRAWN"
    NOT_YET = "NOT_YET"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision with the figures it may show and the findings that explain it.

    ``outstanding`` names the components (or outcomes) that still lack their mark; None for a figure: none may be shown.
    """

    kind: DecisionKind
    overall_exact: Fraction | None = None
    overall_reported: Fraction | None = None
    grade: str | None = None
    credit: int = 0
    is_capped: bool = False
    uncapped_exact: Fraction | None = None
    code: str | None = None
    components: tuple[ComponentFigure, ...] = ()
    findings: tuple[Finding, ...] = ()
    regulations: str = ""
    attempts_used: int = 0
    outstanding: tuple[str, ...] = ()


def decide(
    *,
    components: Sequence[Component],
    attempts: Iterable[Attempt],
    regulations: Regulations,
    credit: int,
    board: int,
    withdrawn: bool = False,
) -> Decision:
    """Decide from what was known by ``board``: withdrawn, then incomplete, then deferred, then the arithmetic."""
    check_components(components)
    _check_thresholds(components, regulations.scale)
    stands = standings(components, attempts, board)
    refuse_nothing_to_weigh(stands)
    notes = Notebook(regulations.clauses)
    if withdrawn:
        notes.note("registration", "Withdrawn: no figure, no fail and no credit.")
        return Decision(kind=DecisionKind.WITHDRAWN, findings=notes.findings, regulations=regulations.version)
    figures = tuple(figure_of(standing, regulations, notes) for standing in stands)
    if waiting := _ids(standing for standing in stands if standing.is_waiting):
        return _without_figure(DecisionKind.INCOMPLETE, waiting, stands, figures, regulations, notes)
    if deferred := _ids(standing for standing in stands if standing.is_deferred):
        return _without_figure(DecisionKind.DEFERRED, deferred, stands, figures, regulations, notes)
    return _by_arithmetic(stands, figures, regulations, notes, credit=credit, board=board)


def _check_thresholds(components: Iterable[Component], scale: Scale) -> None:
    for component in components:
        if component.must_reach is not None and not scale.minimum <= component.must_reach <= scale.maximum:
            where = f"component {component.id}"
            raise RegulationError("must_reach is outside the scale.", key="must_reach", where=where)


def _ids(stands: Iterable[Standing]) -> tuple[str, ...]:
    return tuple(standing.component.id for standing in stands)


def _attempts_used(stands: Iterable[Standing]) -> int:
    """Over the components, the largest number of attempts used; a deferral uses none."""
    return max(standing.attempts_used for standing in stands)


def _without_figure(
    kind: DecisionKind,
    outstanding: tuple[str, ...],
    stands: Sequence[Standing],
    figures: tuple[ComponentFigure, ...],
    regulations: Regulations,
    notes: Notebook,
) -> Decision:
    """Nothing is shown while something is missing: not a zero, not a part of the mean."""
    notes.note("attempts", "No overall figure exists yet.")
    return Decision(
        kind=kind,
        components=figures,
        findings=notes.findings,
        regulations=regulations.version,
        attempts_used=_attempts_used(stands),
        outstanding=outstanding,
    )


def _by_arithmetic(
    stands: Sequence[Standing],
    figures: tuple[ComponentFigure, ...],
    regulations: Regulations,
    notes: Notebook,
    *,
    credit: int,
    board: int,
) -> Decision:
    overall = overall_of(stands, figures, regulations, notes)
    verdict = _verdict(stands, figures, overall, regulations, notes, board=board)
    earned = credit if verdict.kind is DecisionKind.PASS else 0
    notes.note("credit", f"Credit awarded: {earned}.")
    return Decision(
        kind=verdict.kind,
        overall_exact=overall.exact,
        overall_reported=verdict.reported,
        grade=_grade(verdict, regulations),
        credit=earned,
        is_capped=overall.is_capped,
        uncapped_exact=overall.uncapped,
        code=verdict.code,
        components=figures,
        findings=notes.findings,
        regulations=regulations.version,
        attempts_used=_attempts_used(stands),
    )


@dataclass(frozen=True, kw_only=True)
class _Verdict:
    kind: DecisionKind
    reported: Fraction
    code: str | None = None


def _verdict(
    stands: Sequence[Standing],
    figures: Sequence[ComponentFigure],
    overall: Overall,
    regulations: Regulations,
    notes: Notebook,
    *,
    board: int,
) -> _Verdict:
    is_reached = reaches_pass_mark(overall, regulations, notes)
    is_held_back = misses_a_threshold(stands, figures, notes)
    if absent := _absence_ends_it(stands, regulations, notes):
        return absent
    is_pass = is_reached and not is_held_back
    reported = reported_figure(overall, regulations, notes, is_pass=is_pass, is_held_back=is_held_back)
    if is_pass:
        is_enough = submits_enough(stands, regulations, notes)
        return _Verdict(kind=DecisionKind.PASS if is_enough else DecisionKind.CREDIT_REFUSED, reported=reported)
    may_resit = _may_resit(stands, reported, regulations, notes, board=board)
    return _Verdict(kind=DecisionKind.RESIT if may_resit else DecisionKind.FAIL_FINAL, reported=reported)


def _absence_ends_it(stands: Sequence[Standing], regulations: Regulations, notes: Notebook) -> _Verdict | None:
    """Step 10: under ``fail_no_right`` one absence without good cause is the end."""
    absent = [standing.component.label for standing in stands if standing.was_absent]
    if regulations.absence_effect is not AbsenceEffect.FAIL_NO_RIGHT or not absent:
        return None
    text = f"Absent without good cause ({', '.join(absent)}): 0 is reported and there is no reassessment."
    notes.note("absence_effect", text, False)
    return _Verdict(kind=DecisionKind.FAIL_FINAL, reported=Fraction(0), code=FAILED_TO_COMPLETE)


def _may_resit(
    stands: Sequence[Standing], reported: Fraction, regulations: Regulations, notes: Notebook, *, board: int
) -> bool:
    """Attempts are left, or one is deferred at this very board; and the reported figure leaves the right."""
    used, allowed = _attempts_used(stands), regulations.max_attempts
    is_deferred_now = any(standing.is_deferred_at(board) for standing in stands)
    has_attempt = used < allowed or is_deferred_now
    deferred = ", and one is deferred at this board" if is_deferred_now else ""
    notes.note("max_attempts", f"{used} of {allowed} attempts used{deferred}.", has_attempt)
    least = regulations.reassessment.min_overall_for_right
    if reported < least:
        text = f"{shown(reported)} is below {shown(least)}: no right to reassessment."
        notes.note("min_overall_for_right", text, False)
    return has_attempt and reported >= least


def _grade(verdict: _Verdict, regulations: Regulations) -> str | None:
    """No grade for a refused credit; with words a fail reads Fail; bands always say the band of the figure."""
    if verdict.kind is DecisionKind.CREDIT_REFUSED:
        return None
    if regulations.grades and verdict.kind is not DecisionKind.PASS:
        return "Fail"
    return regulations.grade_for(verdict.reported)
