"""What came after a result was ratified: whether anything would be another result now, and the discrepancy for it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award
from lti_tool.models.board import Decision
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import Discrepancy
from lti_tool.services import credits_given, standing

LATE_SCORE = "late_score"
SAME_AGAIN = "The facts give the ratified result again."


def differing(session: Session, enrolment: Enrolment) -> Decision | None:
    """The newest decision for the board that ratified, where an award of it would not be the one that stands.

    Either the facts are not the ratified ones, or the credit that was given elsewhere is not given there any more.
    """
    award = standing.current(session, enrolment)
    if award is None:
        return None
    mine = select(Decision).where(
        Decision.enrolment_id == enrolment.id, Decision.board_number == award.decision.board_number
    )
    newest = session.scalars(mine.order_by(Decision.number.desc()).limit(1)).first()
    is_same = newest is None or newest.inputs_digest == award.decision.inputs_digest
    return None if is_same and not credits_given.is_due(session, award) else newest


def note(session: Session, enrolment: Enrolment, *, ours: str, theirs: str, now: datetime) -> Discrepancy:
    """One discrepancy for all that comes late for a learner, until somebody closes it: it says what is newest."""
    found = _open(session, enrolment) or Discrepancy(
        institution_id=enrolment.institution_id, kind=LATE_SCORE, enrolment_id=enrolment.id, opened_at=now,
    )
    found.ours, found.theirs = ours, theirs
    session.add(found)
    session.flush()
    return found


def note_due_credit(session: Session, award: Award, now: datetime) -> None:
    """Credit that was given elsewhere is not any more, and may be due to this award (I9)."""
    said = in_words(award)
    note(
        session, award.enrolment, ours=f"{said} without credit", theirs=f"{said} with {award.decision.credit} credits",
        now=now,
    )


def close_if_same(session: Session, enrolment: Enrolment, now: datetime) -> None:
    """Where nothing differs any more there is nothing to decide about."""
    found = _open(session, enrolment)
    if found is not None and differing(session, enrolment) is None:
        found.closed_at, found.resolution = now, SAME_AGAIN
        session.flush()


def in_words(result: Award | Decision) -> str:
    """A result for a list of differences: ``62 PASS``."""
    figure = result.mark if isinstance(result, Award) else result.overall
    return result.kind if figure is None else f"{figure} {result.kind}"


def _open(session: Session, enrolment: Enrolment) -> Discrepancy | None:
    return session.scalars(select(Discrepancy).where(
        Discrepancy.enrolment_id == enrolment.id, Discrepancy.kind == LATE_SCORE, Discrepancy.closed_at.is_(None),
    )).first()
