"""Taking messages up: a batch under a lease, each attempt written before anything is sent."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, case, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from connectors.errors import ErrorClass
from lti_tool.models.delivery import (
    CONFIRMED,
    FAILED,
    READY,
    SENDING,
    SUPERSEDED,
    DeliveryAttempt,
    Destination,
    OutboxMessage,
)
from lti_tool.models.people import Person
from lti_tool.seal import SealError
from lti_tool.services import bodies
from lti_tool.services.results import Claimed as Claimed
from lti_tool.services.vault import Erased

log = logging.getLogger(__name__)
PLAIN = {"synchronize_session": False}
OTHER = OutboxMessage.__table__.alias("other")
LOOK_AGAIN = timedelta(minutes=1)  # until whoever looks after the machines has put the key back
ERASED: dict[str, Any] = {
    "state": FAILED, "error_class": ErrorClass.PERMANENT.value, "error_code": "unreadable",
    "error_text": "Closed: what was to be sent can no longer be read, since the person was erased.",
}
SEALED: dict[str, Any] = {
    "state": READY, "error_class": ErrorClass.CONFIG.value, "error_code": "sealed",
    "error_text": "It was sealed with a key that is not among CAIRN_SECRET_KEYS. It goes once that key is back.",
}


def claim(session: Session, worker: str, limit: int, now: datetime, lease: timedelta) -> list[Claimed]:
    """Take up to ``limit`` due messages, fairly over the destinations, and write their attempts.

    A lease that ran out is claimed like any other, but looked up before it is sent. ``now``: the machine's.
    """
    expire(session, now)
    rows = list(_take(session, worker, limit, now, lease))
    people = _people(session, rows)
    _write_attempts(session, rows, worker, now)
    claimed, sealed = [], 0
    for row in sorted(rows, key=lambda row: (row.due_at, row.id)):
        try:
            claimed.append(_claimed(session, row, people.get(row.person_id), worker))
        except Erased:
            _let_go(session, row, ERASED, now)
        except SealError:
            sealed += 1
            _let_go(session, row, SEALED, now)
    if sealed:
        log.error("%s messages wait, for none of CAIRN_SECRET_KEYS opens them: put the right key back", sealed)
    return claimed


def has_due(session: Session, now: datetime) -> bool:
    """Whether there is anything to claim; a cheap question, asked before the write lock is taken."""
    lost = select(OutboxMessage.id).where(OutboxMessage.state == SENDING, OutboxMessage.lease_until <= now).limit(1)
    return bool(_busy(session, now)) or session.scalar(lost) is not None


def expire(session: Session, now: datetime) -> int:
    """Free what a dead worker left behind: it may have been written, so it comes back uncertain."""
    lost = session.execute(
        update(OutboxMessage).where(OutboxMessage.state == SENDING, OutboxMessage.lease_until <= now)
        .values(
            state=case((has_newer(), SUPERSEDED), else_=READY), is_uncertain=True, due_at=now, lease_owner="",
            lease_until=None,
        )
        .returning(OutboxMessage.id, OutboxMessage.attempts), execution_options=PLAIN,
    ).all()
    for message_id, number in lost:
        session.execute(
            update(DeliveryAttempt)
            .where(DeliveryAttempt.message_id == message_id, DeliveryAttempt.number == number,
                   DeliveryAttempt.finished_at.is_(None))
            .values(finished_at=now, result=ErrorClass.UNKNOWN_OUTCOME.value, code="lease_expired"),
            execution_options=PLAIN,
        )
    return len(lost)


def renew(session: Session, worker: str, until: datetime) -> None:
    """Keep what this worker still has in hand."""
    session.execute(
        update(OutboxMessage).where(OutboxMessage.lease_owner == worker, OutboxMessage.state == SENDING)
        .values(lease_until=until), execution_options=PLAIN,
    )


def _busy(session: Session, now: datetime) -> list[int]:
    """Destinations that have something due, and are not paused; those with the oldest first."""
    due = exists().where(OutboxMessage.destination_id == Destination.id, *_is_due(now))
    found = select(Destination.id).where(Destination.is_paused.is_(False), due).order_by(Destination.id)
    return list(session.scalars(found))


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Ready, due, not waiting for another message, and no older version of it in flight."""
    other = OTHER.c
    in_flight = exists().where(
        other.destination_id == OutboxMessage.destination_id, other.record_key == OutboxMessage.record_key,
        other.version < OutboxMessage.version, other.state == SENDING,
    )
    is_confirmed = exists().where(other.id == OutboxMessage.after_id, other.state == CONFIRMED)
    return (
        OutboxMessage.state == READY, OutboxMessage.due_at <= now,
        or_(OutboxMessage.version == 1, ~in_flight), or_(OutboxMessage.after_id.is_(None), is_confirmed),
    )


def has_newer() -> ColumnElement[bool]:
    """Whether a later version of the same thing is queued, or was sent."""
    other = OTHER.c
    return exists().where(
        other.destination_id == OutboxMessage.destination_id, other.record_key == OutboxMessage.record_key,
        other.version > OutboxMessage.version,
    )


def supersede_passed(session: Session, ids: list[int]) -> None:
    """Of these, those that a newer version has passed meanwhile need not be sent any more."""
    session.execute(
        update(OutboxMessage).where(OutboxMessage.id.in_(ids), has_newer()).values(state=SUPERSEDED),
        execution_options=PLAIN,
    )


def _take(session: Session, worker: str, limit: int, now: datetime, lease: timedelta) -> Iterator[Row[Any]]:
    busy = _busy(session, now)
    for done, destination_id in enumerate(busy):
        share = -(-limit // (len(busy) - done))
        # PostgreSQL passes over what another worker is just taking; inside IN it would run a LIMIT more than once
        wanted = (
            select(OutboxMessage.id).where(OutboxMessage.destination_id == destination_id, *_is_due(now))
            .order_by(OutboxMessage.due_at, OutboxMessage.id).limit(share).with_for_update(skip_locked=True)
            .cte("wanted").prefix_with("MATERIALIZED")
        )
        taken = session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(select(wanted.c.id)), OutboxMessage.state == READY)
            .values(
                state=SENDING, lease_owner=worker, lease_until=now + lease, attempts=OutboxMessage.attempts + 1,
                first_attempt_at=func.coalesce(OutboxMessage.first_attempt_at, now),
            )
            .returning(
                OutboxMessage.id, OutboxMessage.key, OutboxMessage.institution_id, OutboxMessage.destination_id,
                OutboxMessage.kind, OutboxMessage.record_key, OutboxMessage.version, OutboxMessage.attempts,
                OutboxMessage.is_uncertain, OutboxMessage.body, OutboxMessage.person_id, OutboxMessage.due_at,
            ), execution_options=PLAIN,
        ).all()
        limit -= len(taken)
        yield from taken


def _people(session: Session, rows: list[Row[Any]]) -> dict[int | None, Person]:
    ids = {row.person_id for row in rows if row.person_id is not None}
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def _write_attempts(session: Session, rows: list[Row[Any]], worker: str, now: datetime) -> None:
    if rows:
        session.execute(insert(DeliveryAttempt.__table__), [  # type: ignore[arg-type]
            {"institution_id": row.institution_id, "message_id": row.id, "number": row.attempts, "worker": worker,
             "started_at": now, "result": SENDING, "code": "", "text": ""}
            for row in rows
        ])


def _claimed(session: Session, row: Row[Any], person: Person | None, worker: str) -> Claimed:
    """Raises :class:`SealError`."""
    return Claimed(
        id=row.id, key=row.key, destination=row.destination_id, kind=row.kind, record_key=row.record_key,
        version=row.version, attempt=row.attempts, worker=worker, is_uncertain=row.is_uncertain,
        body=bodies.open_sealed(session, row.kind, row.key, row.body, person),
    )


def _let_go(session: Session, row: Row[Any], why: dict[str, Any], now: datetime) -> None:
    """What cannot be opened is not sent: closed where it never will be, and kept where only the key is wrong."""
    values = {"lease_owner": "", "lease_until": None, **why}
    if why["state"] == READY:
        values["due_at"] = now + LOOK_AGAIN
    session.execute(update(OutboxMessage).where(OutboxMessage.id == row.id).values(values), execution_options=PLAIN)
    session.execute(
        update(DeliveryAttempt)
        .where(DeliveryAttempt.message_id == row.id, DeliveryAttempt.number == row.attempts)
        .values(finished_at=now, result=why["error_class"], code=why["error_code"]), execution_options=PLAIN,
    )
