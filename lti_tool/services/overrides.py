"""Two sides of an LMS column or a record that differ when we write: noted for a person, never written over."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.delivery import FAILED, ON_HOLD, SENT, Discrepancy, OutboxMessage
from lti_tool.services import bodies, score_clock
from lti_tool.services.results import Claimed, Differs

OTHER_SIDE, RECORD_DIFFERS = "other_side", "record_differs"


def restamp(session: Session, claimed: Claimed, now: datetime) -> None:
    """Give a score that the LMS found stale the next timestamp."""
    message = session.get_one(OutboxMessage, claimed.id)
    body = claimed.body
    if isinstance(body, bodies.ScoreMessage) and message.line_item_id and message.lti_user_id:
        later = score_clock.restamp(session, message.line_item_id, message.lti_user_id, now)
        message.body = bodies.seal(session, message, replace(body, timestamp=later), bodies.person_of(session, message))


def note(session: Session, claimed: Claimed, error: Differs, now: datetime) -> None:
    """Open a discrepancy with both figures."""
    body = claimed.body
    ours = body.figure.value if isinstance(body, bodies.ScoreMessage) else body.mark
    kind = OTHER_SIDE if claimed.kind == bodies.SCORE else RECORD_DIFFERS
    message = session.get_one(OutboxMessage, claimed.id, populate_existing=True)
    shown = "" if ours is None else f"{ours:f}"
    open_discrepancy(session, kind, message, ours=shown, theirs=figure_text(error), now=now)


def open_discrepancy(
    session: Session, kind: str, message: OutboxMessage, *, ours: str, theirs: str, now: datetime,
    reconciliation_id: int | None = None,
) -> Discrepancy:
    """The open discrepancy of a message, brought up to date; one, however often it is seen."""
    found = session.scalar(select(Discrepancy).where(
        Discrepancy.message_id == message.id, Discrepancy.kind == kind, Discrepancy.closed_at.is_(None),
    ))
    if found is None:
        found = Discrepancy(
            institution_id=message.institution_id, kind=kind, message_id=message.id, enrolment_id=message.enrolment_id,
            reconciliation_id=reconciliation_id, opened_at=now,
        )
        session.add(found)
    found.ours, found.theirs = ours[:80], theirs[:80]
    session.flush()
    return found


def keep_theirs(session: Session, message_id: int, reason: str) -> None:
    """A person has looked at what they hold and lets it stand: closed, so that no later reading asks them again."""
    message = session.get_one(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
    if message.state in (SENT, ON_HOLD):
        message.state, message.error_text = FAILED, f"Closed: {reason[:400]}"


def figure_text(error: Differs) -> str:
    mark = "" if error.mark is None else f"{error.mark:f}"
    return " ".join(part for part in (mark, error.grade, error.state) if part)
