"""Whose turn a reconciliation is: asked for by a person, taken up by one worker under a lease."""

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.models.delivery import Destination, ReconciliationRun
from lti_tool.services import destinations

LEASE = timedelta(seconds=60)
MOST_TRIES = 3
GIVEN_UP = "It was begun three times, and each time its worker ended before it did."
PLAIN = {"synchronize_session": False}


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One worker's turn at one reconciliation."""

    run_id: int
    destination_id: int
    worker: str
    started_at: datetime
    lease: timedelta = LEASE


def ask(session: Session, institution_id: int, system_key: str, now: datetime) -> ReconciliationRun:
    """Have a record system compared; while one is not over, that is the one. ``now``: the machine's, as in all here."""
    system = destinations.by_key(session, institution_id, system_key)
    session.get_one(Destination, system.id, with_for_update={"key_share": True})  # two who ask at once get one
    unfinished = session.scalars(select(ReconciliationRun).where(
        ReconciliationRun.destination_id == system.id, *is_open(),
    )).first()
    return unfinished or _add(session, system, ReconciliationRun(started_at=now))


def begin(session: Session, destination_id: int, now: datetime) -> Turn:
    """One in the foreground, by whoever calls."""
    worker = a_name()
    run = _add(session, session.get_one(Destination, destination_id), ReconciliationRun(
        started_at=now, lease_owner=worker, lease_until=now + LEASE, tries=1,
    ))
    return Turn(run_id=run.id, destination_id=destination_id, worker=worker, started_at=now)


def has_due(session: Session, now: datetime) -> bool:
    """Whether one waits to be taken up; asked before the write lock is taken."""
    return session.scalar(select(ReconciliationRun.id).where(*is_open(), _is_free(now)).limit(1)) is not None


def claim(session: Session, worker: str, now: datetime, lease: timedelta = LEASE) -> Turn | None:
    """Take up the oldest that waits, or that a worker left behind."""
    session.execute(
        update(ReconciliationRun).where(*is_open(), _is_free(now), ReconciliationRun.tries >= MOST_TRIES)
        .values(problem=GIVEN_UP, lease_until=None), execution_options=PLAIN,
    )
    oldest = select(ReconciliationRun.id).where(*is_open(), _is_free(now)).order_by(ReconciliationRun.id).limit(1)
    taken = session.execute(
        update(ReconciliationRun)
        .where(ReconciliationRun.id == session.scalar(oldest), *is_open(), _is_free(now))
        .values(started_at=now, lease_owner=worker, lease_until=now + lease, tries=ReconciliationRun.tries + 1)
        .returning(ReconciliationRun.id, ReconciliationRun.destination_id), execution_options=PLAIN,
    ).first()
    if taken is None:
        return None
    return Turn(run_id=taken.id, destination_id=taken.destination_id, worker=worker, started_at=now, lease=lease)


def a_name() -> str:
    """A name for whoever takes a turn."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(3)}"


def _add(session: Session, system: Destination, run: ReconciliationRun) -> ReconciliationRun:
    run.institution_id, run.destination_id = system.institution_id, system.id
    session.add(run)
    session.flush()
    return run


def is_open() -> tuple[ColumnElement[bool], ...]:
    """It has not ended, and nothing has kept it from ending."""
    return ReconciliationRun.finished_at.is_(None), ReconciliationRun.problem == ""


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(ReconciliationRun.lease_until.is_(None), ReconciliationRun.lease_until <= now)
