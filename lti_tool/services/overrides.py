"""Two sides of an LMS column or a record that differ when we write: noted for a person, never written over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.models.delivery import FAILED, ON_HOLD, SENT, Discrepancy, OutboxMessage
from lti_tool.models.platform import LineItem
from lti_tool.services import bodies, score_clock, shown_figures
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
    message = session.get_one(OutboxMessage, claimed.id, populate_existing=True)
    if isinstance(body, bodies.ScoreMessage):
        kind, ours = OTHER_SIDE, shown_figures.in_words(body.figure.value, body.figure.maximum)
    else:
        kind, ours = RECORD_DIFFERS, "" if body.mark is None else f"{body.mark:f}"
    open_discrepancy(session, kind, message, ours=ours, theirs=figure_text(error), now=now)


def open_discrepancy(
    session: Session, kind: str, message: OutboxMessage, *, ours: str, theirs: str, now: datetime,
    reconciliation_id: int | None = None,
) -> Discrepancy:
    """The open discrepancy of a message, brought up to date; one, however often and from wherever it is seen."""
    found = session.scalar(_open_ones(kind).where(Discrepancy.message_id == message.id))
    found = found or _seen_in_a_capture(session, kind, message)
    if found is None:
        found = Discrepancy(
            institution_id=message.institution_id, kind=kind, enrolment_id=message.enrolment_id,
            run_component_id=_part_id(session, message), reconciliation_id=reconciliation_id, opened_at=now,
        )
        session.add(found)
    found.message_id, found.ours, found.theirs = message.id, ours[:80], theirs[:80]
    session.flush()
    return found


def settle(
    session: Session, message: OutboxMessage, kinds: Sequence[str], resolution: str, now: datetime
) -> None:
    """Nothing is left to decide: the two sides are equal again."""
    for discrepancy in session.scalars(_open_ones(*kinds).where(Discrepancy.message_id == message.id)):
        discrepancy.closed_at, discrepancy.resolution = now, resolution


def keep_theirs(session: Session, message_id: int, reason: str) -> None:
    """A person has looked at what they hold and lets it stand: closed, so that no later reading asks them again."""
    message = session.get_one(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
    if message.state in (SENT, ON_HOLD):
        message.state, message.error_text = FAILED, f"Closed: {reason[:400]}"


def figure_text(error: Differs) -> str:
    mark = "" if error.mark is None else f"{error.mark:f}"
    return " ".join(part for part in (mark, error.grade, error.state) if part)


def _open_ones(*kinds: str) -> Select[tuple[Discrepancy]]:
    return select(Discrepancy).where(Discrepancy.kind.in_(kinds), Discrepancy.closed_at.is_(None))


def _seen_in_a_capture(session: Session, kind: str, message: OutboxMessage) -> Discrepancy | None:
    """The same column read for outcomes may have shown the difference first."""
    if kind != OTHER_SIDE or message.enrolment_id is None:
        return None
    return session.scalar(_open_ones(kind).where(
        Discrepancy.enrolment_id == message.enrolment_id, Discrepancy.message_id.is_(None),
        Discrepancy.run_component_id == _part_id(session, message),
    ).order_by(Discrepancy.id.desc()).limit(1))


def _part_id(session: Session, message: OutboxMessage) -> int | None:
    return session.get_one(LineItem, message.line_item_id).run_component_id if message.line_item_id else None
