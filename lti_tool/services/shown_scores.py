"""Scores looked for in the LMS: one that was sent is held once its column shows it, not before (I14).

The pause between two readings of a column is as long as its newest score has waited, so that it doubles.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from connectors.errors import ErrorClass
from lti_tool.clock import Clock, utcnow
from lti_tool.db import Sessions, reading
from lti_tool.models.delivery import (
    CONFIRMED,
    FAILED,
    ON_HOLD,
    SENT,
    SUPERSEDED,
    Destination,
    OutboxMessage,
)
from lti_tool.models.people import LtiUser
from lti_tool.models.platform import LineItem, ScoreClock
from lti_tool.services import bodies, capture, overrides, shown_figures
from lti_tool.services.batches import in_batches
from lti_tool.services.claims import has_newer
from lti_tool.services.delivery import OVERRIDDEN
from lti_tool.services.readings import Reading

SOONEST, LATEST = timedelta(minutes=1), timedelta(hours=6)
PATIENCE = timedelta(days=1)
NOT_SHOWN, NOT_READ = "not_shown", "not_read"
STILL_LOOKED_FOR = (OVERRIDDEN, NOT_SHOWN, NOT_READ)  # what a teacher puts right in the LMS is seen by itself
TEXTS: Mapping[str, tuple[ErrorClass, str]] = {
    OVERRIDDEN: (
        ErrorClass.DECIDE, "The column shows another figure, which a teacher has given since; it is only compared. The "
        "teacher takes it out in the LMS and the score is sent again, or registry closes the difference.",
    ),
    NOT_SHOWN: (
        ErrorClass.FIX_THERE, "The LMS took the score, and a day later its column does not show it. The teacher looks "
        "whether the learner has left the course or the column is locked there; then send again.",
    ),
    NOT_READ: (
        ErrorClass.FIX_THERE, "The LMS took the score, and for a day nobody could read its column. An administrator "
        "lets the tool read results in the LMS, or the teacher makes the column again; then send again.",
    ),
}
NOTHING = Reading(user_id="", score=None, maximum=None)


def due(session: Session, now: datetime) -> list[int]:
    """Columns to read now, because a score was sent there and not seen yet. ``now``: the machine's."""
    is_fresh = or_(LineItem.looked_at.is_(None), OutboxMessage.sent_at > LineItem.looked_at)
    fresh = func.min(case((is_fresh, OutboxMessage.sent_at)))
    waiting = func.max(case((~is_fresh, OutboxMessage.sent_at)))
    rows = session.execute(
        select(LineItem.id, LineItem.looked_at, fresh, waiting)
        .join(OutboxMessage, OutboxMessage.line_item_id == LineItem.id)
        .join(Destination, Destination.id == OutboxMessage.destination_id)
        .where(
            LineItem.state == "open", LineItem.run_component_id.is_not(None), LineItem.url != "",
            Destination.is_paused.is_(False), _is_unseen(),
        ).group_by(LineItem.id, LineItem.looked_at).order_by(LineItem.looked_at.is_not(None), LineItem.looked_at)
    ).tuples()
    return [line_item_id for line_item_id, looked_at, fresh, waiting in rows if _is_due(looked_at, fresh, waiting, now)]


def look(sessions: Sessions, source: capture.OutcomeSource, line_item_id: int, now: Clock) -> None:
    """Read a column and settle what was sent there. Opens transactions of its own, none over the network."""
    with reading(sessions) as session:
        column, asked_at = capture.column_of(session, line_item_id), utcnow()
        ids = list(session.scalars(_unseen(line_item_id, asked_at)))
    try:
        shown = {entry.user_id: entry for entry in source.results(column)}
    except Exception:
        with sessions.begin() as session:
            session.get_one(LineItem, line_item_id).looked_at = asked_at
            _give_up(session, line_item_id, asked_at)
        raise
    for some in in_batches(ids):
        with sessions.begin() as session:
            compare(session, some, shown, asked_at, now())
    with sessions.begin() as session:
        session.get_one(LineItem, line_item_id).looked_at = asked_at


def compare(
    session: Session, ids: Sequence[int], shown: Mapping[str, Reading], asked_at: datetime, now: datetime
) -> None:
    """Settle these messages by what their column showed; one that was sent again since then waits for its turn."""
    for row in session.execute(
        select(OutboxMessage, LtiUser.sub, ScoreClock, has_newer().label("is_passed"))
        .join(LtiUser, LtiUser.id == OutboxMessage.lti_user_id)
        .join(ScoreClock, and_(
            ScoreClock.line_item_id == OutboxMessage.line_item_id, ScoreClock.lti_user_id == LtiUser.id,
        )).where(OutboxMessage.id.in_(ids), OutboxMessage.sent_at <= asked_at, _is_unseen())
        .order_by(OutboxMessage.id).with_for_update(of=OutboxMessage)
    ).all():
        _settle(session, row, shown.get(row.sub, NOTHING), asked_at, now)
    session.flush()


def _is_unseen() -> ColumnElement[bool]:
    """Taken by the LMS, and not seen in its column yet."""
    message = OutboxMessage
    return and_(
        message.kind == bodies.SCORE, message.sent_at.is_not(None), or_(
            message.state == SENT, and_(message.state == ON_HOLD, message.error_code.in_(STILL_LOOKED_FOR)),
        ),
    )


def _unseen(line_item_id: int, asked_at: datetime) -> Select[tuple[int]]:
    return select(OutboxMessage.id).where(
        OutboxMessage.line_item_id == line_item_id, OutboxMessage.sent_at <= asked_at, _is_unseen(),
    ).order_by(OutboxMessage.id)


def _is_due(looked_at: datetime | None, fresh: datetime | None, waiting: datetime | None, now: datetime) -> bool:
    if fresh is not None and fresh + SOONEST <= now:
        return True
    if looked_at is None or waiting is None:
        return False
    return looked_at + min(max(looked_at - waiting, SOONEST), LATEST) <= now


def _settle(session: Session, row: Row[Any], entry: Reading, asked_at: datetime, now: datetime) -> None:
    message, _, clock, is_passed = row
    if is_passed:
        message.state = SUPERSEDED
    elif not bodies.is_readable(session, message):
        message.state, message.error_text = FAILED, "Closed: its person was erased before the LMS showed it."
    elif shown_figures.is_ours(entry.score, entry.maximum, clock.last_score, clock.last_maximum):
        _confirm(session, message, entry, now)
    elif entry.score is not None and not _is_before(session, message, entry):
        _hold(message, OVERRIDDEN, entry)
        overrides.open_discrepancy(
            session, overrides.OTHER_SIDE, message, ours=shown_figures.in_words(clock.last_score, clock.last_maximum),
            theirs=shown_figures.in_words(entry.score, entry.maximum), now=now,
        )
    elif message.sent_at + PATIENCE <= asked_at:
        _hold(message, NOT_SHOWN, entry)


def _is_before(session: Session, message: OutboxMessage, entry: Reading) -> bool:
    """Whether the column still shows what we had asked it to show before."""
    body = bodies.open_sealed(session, message.kind, message.key, message.body, bodies.person_of(session, message))
    return isinstance(body, bodies.ScoreMessage) and shown_figures.is_ours(
        entry.score, entry.maximum, body.previous, body.previous_maximum
    )


def _confirm(session: Session, message: OutboxMessage, entry: Reading, now: datetime) -> None:
    message.state, message.confirmed_at = CONFIRMED, utcnow()
    message.error_class = message.error_code = message.error_text = message.error_words = ""
    _remember(message, entry)
    overrides.settle(session, message, (overrides.OTHER_SIDE,), "The column shows what was sent since.", now)


def _hold(message: OutboxMessage, code: str, entry: Reading | None) -> None:
    """For a person; it is still looked for, but not sent again by itself."""
    error_class, text = TEXTS[code]
    message.state, message.error_class = ON_HOLD, error_class.value
    message.error_code, message.error_text, message.error_words = code, text, ""
    if entry is not None:
        _remember(message, entry)


def _remember(message: OutboxMessage, entry: Reading) -> None:
    message.theirs_mark, message.theirs_grade = entry.score, shown_figures.of_maximum(entry.maximum)
    message.theirs_state, message.read_back_at = "", utcnow()


def _give_up(session: Session, line_item_id: int, asked_at: datetime) -> None:
    """What was sent a day ago to a column that cannot be read waits for a person from now on."""
    late = _unseen(line_item_id, asked_at - PATIENCE).where(OutboxMessage.state == SENT)
    for message in session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(late)).with_for_update()):
        _hold(message, NOT_READ, None)
