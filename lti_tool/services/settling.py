"""Writing down what came of sending: in batches, each result only while its worker still holds the lease."""

import logging
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from connectors import classes
from connectors.errors import ConnectorError, ErrorClass
from connectors.texts import plain
from lti_tool.domain import retries
from lti_tool.models.delivery import (
    CONFIRMED,
    ON_HOLD,
    READY,
    SENDING,
    SENT,
    DeliveryAttempt,
    Destination,
    OutboxMessage,
)
from lti_tool.services import audit, overrides
from lti_tool.services.claims import PLAIN, supersede_passed
from lti_tool.services.results import Claimed, Delivered, Differs, Result, Settled, Stale, Unsent

log = logging.getLogger(__name__)
DOWN = ("unreachable", "503", "server_busy")  # it was away; 429 is not among these, which asks each of us to wait
SOON = timedelta(seconds=1)  # a lost answer is asked after soon: asking is only a read
SOON_FOR = 5  # times, each twice as late as the one before; then at the pace of failures
MESSAGES, ATTEMPTS = OutboxMessage.__table__, DeliveryAttempt.__table__
FREE: dict[str, Any] = {"lease_owner": "", "lease_until": None}
NO_ERROR = {"error_class": "", "error_code": "", "error_text": "", "error_words": ""}


def settle(session: Session, results: Sequence[Settled], now: datetime) -> None:
    """Settle a batch. Whose lease was taken over meanwhile keeps the attempt and changes nothing else."""
    held = _still_held(session, results)
    delivered, waiting = [], []
    for settled in results:
        row = held.get(settled.message.id)
        if row is None:
            log.warning("a result came after its lease had gone to another worker; message=%s", settled.message.key)
        elif isinstance(settled.result, Delivered):
            delivered.append(_delivered(settled.message, settled.result, now))
        else:
            waiting.append(_waiting(settled, row, now))
    _execute(session, MESSAGES, delivered, "id")
    _execute(session, MESSAGES, waiting, "id")
    _execute(session, ATTEMPTS, [_attempt(settled, now) for settled in results], "message_id", "number")
    if waiting:
        supersede_passed(session, [values["b_id"] for values in waiting])
        _after_failures(session, [settled for settled in results if settled.message.id in held], now)
    _answers_again(session, {s.message.destination for s in results if _recovered(s, held)}, now)


def outcome_of(result: Result) -> str:
    """What an attempt came to, in one word: ``found``, ``delivered``, ``returned`` or a class of error."""
    if isinstance(result, Delivered):
        return "found" if result.is_found else "delivered"
    return "returned" if isinstance(result, Unsent) else classes.classify(result).value


def pauses(settled: Settled) -> bool:
    """Whether this result says that nothing else will get through either."""
    return isinstance(settled.result, ConnectorError) and classes.classify(settled.result) is ErrorClass.CONFIG


def _still_held(session: Session, results: Sequence[Settled]) -> dict[int, Row[Any]]:
    """The rows that are still in the hands of whoever sent them, locked."""
    wanted = {settled.message.id: settled.message for settled in results}
    rows = session.execute(
        select(MESSAGES.c.id, MESSAGES.c.state, MESSAGES.c.attempts, MESSAGES.c.lease_owner, MESSAGES.c.tries,
               MESSAGES.c.due_at)
        .where(MESSAGES.c.id.in_(wanted)).order_by(MESSAGES.c.id).with_for_update()
    )
    return {
        row.id: row for row in rows
        if (row.state, row.attempts, row.lease_owner) == (SENDING, wanted[row.id].attempt, wanted[row.id].worker)
    }


def _delivered(message: Claimed, result: Delivered, now: datetime) -> dict[str, Any]:
    seen = now if result.is_confirmed else None
    return {
        "b_id": message.id, **FREE, **NO_ERROR, "state": CONFIRMED if result.is_confirmed else SENT, "tries": 0,
        "is_uncertain": False, "remote_id": result.remote_id, "batch": result.batch, "theirs_state": result.state,
        "theirs_mark": result.mark, "theirs_grade": result.grade, "sent_at": now, "read_back_at": seen,
        "confirmed_at": seen,
    }


def _waiting(settled: Settled, row: Row[Any], now: datetime) -> dict[str, Any]:
    """Back to ready for another time, or on hold for a person."""
    error = settled.result
    if not isinstance(error, ConnectorError):
        return _values(settled, READY, row.due_at, row.tries, NO_ERROR)
    told = {
        "error_class": classes.classify(error).value, "error_code": error.code[:80], "error_text": str(error)[:500],
        "error_words": error.words[:500],
    }
    if told["error_class"] == ErrorClass.CONFIG:
        return _values(settled, READY, now, row.tries, told)  # the destination is at fault, and is paused
    due_at = _next(error, row.tries + 1, now)
    return _values(settled, ON_HOLD if due_at is None else READY, due_at or now, row.tries + 1, told)


def _values(settled: Settled, state: str, due_at: datetime, tries: int, told: dict[str, str]) -> dict[str, Any]:
    error = settled.result
    seen = (error.state, error.mark, error.grade) if isinstance(error, Differs) else ("", None, "")
    return {
        "b_id": settled.message.id, **FREE, **told, "state": state, "due_at": due_at, "tries": tries,
        "is_uncertain": settled.is_uncertain, "theirs_state": seen[0], "theirs_mark": seen[1], "theirs_grade": seen[2],
    }


def _next(error: ConnectorError, tries: int, now: datetime) -> datetime | None:
    if isinstance(error, Stale) and tries == 1:
        return now
    error_class = classes.classify(error)
    if error_class is ErrorClass.UNKNOWN_OUTCOME and tries <= SOON_FOR:
        return now + SOON * (1 << (tries - 1))
    wish = getattr(error, "retry_after", None)
    return retries.next_attempt_at(tries, error_class.value, now, wish, random.random())


def _attempt(settled: Settled, now: datetime) -> dict[str, Any]:
    error = settled.result if isinstance(settled.result, ConnectorError) else None
    return {
        "b_message_id": settled.message.id, "b_number": settled.message.attempt, "finished_at": now,
        "result": outcome_of(settled.result), "code": error.code[:80] if error else "",
        "text": str(error)[:500] if error else "",
    }


def _execute(session: Session, table: Any, rows: list[dict[str, Any]], *keys: str) -> None:
    """One prepared UPDATE for many rows; what others have said is made fit to be kept."""
    if rows:
        names = [name for name in rows[0] if not name.startswith("b_")]
        which = [table.c[key] == bindparam(f"b_{key}") for key in keys]
        changes: dict[str, Any] = {name: bindparam(name) for name in names}
        session.connection().execute(update(table).where(*which).values(changes), [
            {name: plain(value) if isinstance(value, str) else value for name, value in row.items()} for row in rows
        ])


def _after_failures(session: Session, failed: Iterable[Settled], now: datetime) -> None:
    paused: set[int] = set()
    for settled in failed:
        error = settled.result
        if isinstance(error, Stale):
            overrides.restamp(session, settled.message, now)
        elif isinstance(error, Differs):
            overrides.note(session, settled.message, error, now)
        if pauses(settled) and settled.message.destination not in paused:
            paused.add(settled.message.destination)
            _pause(session, settled.message.destination, str(error), now)


def _pause(session: Session, destination_id: int, reason: str, now: datetime) -> None:
    """Every record would fail in the same way: stop, and call an administrator."""
    destination = session.get_one(Destination, destination_id, with_for_update=True)
    if destination.is_paused:
        return
    destination.is_paused, destination.pause_reason = True, reason[:255]
    audit.record(
        session, institution_id=destination.institution_id, action="destination.pause",
        subject=f"destination:{destination.key}", now=now, details={"reason": reason[:255]},
    )
    log.error("destination paused, an administrator is needed: %s; destination=%s", reason.rstrip("."), destination.key)


def _recovered(settled: Settled, held: dict[int, Row[Any]]) -> bool:
    row = held.get(settled.message.id)
    return row is not None and row.tries > 0 and isinstance(settled.result, Delivered)


def _answers_again(session: Session, destinations: set[int], now: datetime) -> None:
    """What was waiting for a system that could not be reached need not wait any longer."""
    if destinations:
        session.execute(
            update(OutboxMessage).where(
                OutboxMessage.destination_id.in_(destinations), OutboxMessage.state == READY,
                OutboxMessage.due_at > now, OutboxMessage.error_code.in_(DOWN),
            ).values(due_at=now), execution_options=PLAIN,
        )
