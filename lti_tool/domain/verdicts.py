"""The verdict on a reckoned result: pass, refused credit, another attempt, or none (steps 8 to 11)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lti_tool.domain.clauses import Notebook
from lti_tool.domain.figures import shown
from lti_tool.domain.marks import ComponentFigure
from lti_tool.domain.overall import (
    Overall,
    misses_a_threshold,
    reaches_pass_mark,
    reported_figure,
    submits_enough,
)
from lti_tool.domain.regulations import AbsenceEffect, Regulations
from lti_tool.domain.standings import Standing

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
class Verdict:
    """The kind of decision, the figure to show and a code where the regulations give one."""

    kind: DecisionKind
    reported: Fraction
    code: str | None = None


def verdict_on(
    stands: Sequence[Standing],
    figures: Sequence[ComponentFigure],
    overall: Overall,
    regulations: Regulations,
    notes: Notebook,
    *,
    board: int,
) -> Verdict:
    """Steps 8 to 11: the pass mark, thresholds and gates, absence, the submitted share, and what is left of a fail."""
    is_reached = reaches_pass_mark(overall, regulations, notes)
    is_held_back = misses_a_threshold(stands, figures, notes)
    if absent := _absence_ends_it(stands, regulations, notes):
        return absent
    is_pass = is_reached and not is_held_back
    reported = reported_figure(overall, regulations, notes, is_pass=is_pass, is_held_back=is_held_back)
    if is_pass:
        is_enough = submits_enough(stands, regulations, notes)
        return Verdict(kind=DecisionKind.PASS if is_enough else DecisionKind.CREDIT_REFUSED, reported=reported)
    may_resit = _may_resit(stands, reported, regulations, notes, board=board)
    return Verdict(kind=DecisionKind.RESIT if may_resit else DecisionKind.FAIL_FINAL, reported=reported)


def _absence_ends_it(stands: Sequence[Standing], regulations: Regulations, notes: Notebook) -> Verdict | None:
    """Step 10: under ``fail_no_right`` one absence without good cause is the end."""
    absent = [standing.component.label for standing in stands if standing.was_absent]
    if regulations.absence_effect is not AbsenceEffect.FAIL_NO_RIGHT or not absent:
        return None
    text = f"Absent without good cause ({', '.join(absent)}): 0 is reported and there is no reassessment."
    notes.note("absence_effect", text, False)
    return Verdict(kind=DecisionKind.FAIL_FINAL, reported=Fraction(0), code=FAILED_TO_COMPLETE)


def _may_resit(
    stands: Sequence[Standing], reported: Fraction, regulations: Regulations, notes: Notebook, *, board: int
) -> bool:
    """Attempts are left, or one is deferred at this very board; and the reported figure leaves the right."""
    used, allowed = attempts_used(stands), regulations.max_attempts
    is_deferred_now = any(standing.is_deferred_at(board) for standing in stands)
    has_attempt = used < allowed or is_deferred_now
    deferred = ", and one is deferred at this board" if is_deferred_now else ""
    notes.note("max_attempts", f"{used} of {allowed} attempts used{deferred}.", has_attempt)
    least = regulations.reassessment.min_overall_for_right
    if reported < least:
        text = f"{shown(reported)} is below {shown(least)}: no right to reassessment."
        notes.note("min_overall_for_right", text, False)
    return has_attempt and reported >= least


def attempts_used(stands: Iterable[Standing]) -> int:
    """Over the components, the largest number of attempts used; a deferral uses none."""
    return max(standing.attempts_used for standing in stands)
