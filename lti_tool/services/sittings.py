"""To which attempt, and before which board, a result belongs when its source does not say; gradebooks never do.

A gradebook has one cell per learner: the resit mark comes where the first one stood. So a person opens the next sitting
of the run, and from then on another mark of whoever was told to resit is a new attempt. Before that, and for everybody
else, it corrects the one there is: read wrongly, it would raise a first mark after its board, or cap it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.attempts import USING, Status
from lti_tool.domain.verdicts import DecisionKind
from lti_tool.models.award import Award, Revocation
from lti_tool.models.catalogue import Enrolment, Run
from lti_tool.models.outcome import Outcome
from lti_tool.services import audit
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.outcome_values import (
    AGS,
    SUBMISSION,
    NewOutcome,
    with_submission,
)


def open_next(session: Session, actor: Actor, run_key: str, now: datetime) -> Run:
    """Open the next sitting of a run: what gradebooks show from now on is of that one, for those who were to resit."""
    run = session.scalar(select(Run).where(Run.institution_id == actor.institution_id, Run.key == run_key))
    if run is None:
        raise NotFound("run")
    if run.sitting >= run.board_number:
        raise Refused("sitting", "The board of this sitting has not met yet. Open the next one after it.")
    run.sitting += 1
    audit.record(
        session, institution_id=run.institution_id, action="open_sitting", subject=f"run:{run.key}", now=now,
        actor=actor.person_id, details={"sitting": run.sitting},
    )
    return run


def place(session: Session, enrolment: Enrolment, result: NewOutcome, earlier: Sequence[Outcome]) -> NewOutcome:
    """The result with attempt, board and facts of its submission filled in. ``earlier``: counted ones, oldest first."""
    newest, board = earlier[-1] if earlier else None, enrolment.run.board_number
    if newest is None:
        placed = _filled(result, attempt=1, board=board, first_sit=False)
    elif result.attempt not in (None, newest.attempt):
        placed = _filled(result, attempt=result.attempt or 1, board=_board_of(earlier, result, board), first_sit=False)
    elif newest.status not in USING:  # waited for or deferred: the same attempt, now taken
        is_first_sit = newest.is_first_sit or (newest.status == Status.DEFERRED and newest.attempt == 1)
        placed = _filled(result, attempt=newest.attempt, board=board, first_sit=is_first_sit)
    elif result.attempt is None and _is_resit(session, enrolment, result, newest):
        placed = _filled(result, attempt=newest.attempt + 1, board=board, first_sit=False)
    else:
        placed = _filled(result, attempt=newest.attempt, board=newest.board_number, first_sit=newest.is_first_sit)
    return _with_facts(placed, earlier)


def _board_of(earlier: Sequence[Outcome], result: NewOutcome, board: int) -> int:
    """An attempt that has been before a board stays with it; one that has not comes before the next."""
    return next((row.board_number for row in reversed(earlier) if row.attempt == result.attempt), board)


def _is_resit(session: Session, enrolment: Enrolment, result: NewOutcome, newest: Outcome) -> bool:
    if result.status == Status.CARRIED:  # an earlier mark stands as that of the next attempt
        return True
    is_another = _is_graded_anew(result) or (result.raw, result.gate) != (newest.raw, newest.gate)
    return is_another and newest.attempt < enrolment.run.sitting and _was_told_to_resit(session, enrolment)


def _is_graded_anew(result: NewOutcome) -> bool:
    """Only AGS may give the time of a grade. An export has its own: the same mark in a later one is the same mark."""
    return result.source == AGS and result.source_at is not None


def _was_told_to_resit(session: Session, enrolment: Enrolment) -> bool:
    """Whether that was ratified and stands; what the rules would have made of it tells nobody to sit again."""
    newest = (
        select(Award.kind, Revocation.id).outerjoin(Revocation, Revocation.award_id == Award.id)
        .where(Award.enrolment_id == enrolment.id).order_by(Award.version.desc()).limit(1)
    )
    kind, revoked = session.execute(newest).tuples().first() or ("", None)
    return kind == DecisionKind.RESIT and revoked is None


def _filled(result: NewOutcome, *, attempt: int, board: int, first_sit: bool) -> NewOutcome:
    """What the source says itself comes first."""
    return replace(
        result,
        attempt=attempt,
        board_number=result.board_number or board,
        is_first_sit=first_sit if result.is_first_sit is None else result.is_first_sit,
    )


def _with_facts(result: NewOutcome, earlier: Sequence[Outcome]) -> NewOutcome:
    """Submission and extension were told once for the attempt; a new figure of it does not unsay them."""
    same = next((row for row in reversed(earlier) if row.attempt == result.attempt), None)
    if same is None:
        return result
    return with_submission(result, **{name: getattr(same, name) for name in SUBMISSION})
