"""Reading back: what a record system holds beside what it was told, and what follows from that."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from connectors.base import equal_records
from connectors.classes import classify
from connectors.contract import (
    AwardRecord,
    BatchRecordSystem,
    Capability,
    RecordSystem,
    Rejection,
    RemoteRecord,
    RemoteState,
)
from connectors.errors import Rejected
from connectors.texts import plain
from lti_tool.clock import utcnow
from lti_tool.db import Sessions, reading
from lti_tool.models.delivery import (
    CONFIRMED,
    FAILED,
    LOADED,
    ON_HOLD,
    READY,
    SENDING,
    SENT,
    Destination,
    Discrepancy,
    OutboxMessage,
)
from lti_tool.services import agreement, bodies, outbox, overrides
from lti_tool.services.delivery import Connectors

CHUNK = 200
MARGIN = timedelta(hours=1)  # their clock may differ from ours
TOLD = (SENT, CONFIRMED)
T = TypeVar("T")


class Seen(StrEnum):
    """How one record that they hold stands to ours."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNEXPECTED = "unexpected"  # we never queued anything under this key
    UNREADABLE = "unreadable"
    WAITING = "waiting"  # ours is still on its way, was closed by a person, or is about somebody who was erased


def take(
    session: Session, destination: Destination, remote: RemoteRecord, now: datetime,
    reconciliation_id: int | None = None,
) -> Seen:
    """Take note of one record that was read back; never anything is written over, here or there."""
    remote = _kept(remote)
    message = outbox.newest(session, destination.id, remote.key)
    if message is None:
        kind = "record_unreadable" if remote.problem else "record_unexpected"
        _open_for_key(session, destination, kind, remote, now, reconciliation_id)
        return Seen.UNREADABLE if remote.problem else Seen.UNEXPECTED
    is_closed = message.state == FAILED and remote.problem
    if message.state == SENDING or is_closed or not bodies.is_readable(session, message):
        return Seen.WAITING
    ours = bodies.record_of(session, message)
    if remote.problem:
        overrides.open_discrepancy(
            session, "record_unreadable", message, ours=in_words(ours), theirs=remote.problem, now=now,
            reconciliation_id=reconciliation_id,
        )
        return Seen.UNREADABLE
    if equal_records(ours, remote) and (message.state in TOLD or remote.version == message.version):
        _confirm(session, message, remote, now)
        agreement.ratify_if_agreed(session, destination, message, remote, now)
        return Seen.EQUAL
    if message.state not in TOLD and not _moved_on(message, remote):
        return Seen.WAITING
    _remember(message, remote)
    message.state, message.confirmed_at = SENT, None
    overrides.open_discrepancy(
        session, overrides.RECORD_DIFFERS, message, ours=in_words(ours), theirs=in_words(remote), now=now,
        reconciliation_id=reconciliation_id,
    )
    return Seen.DIFFERENT


def refuse(session: Session, destination: Destination, rejection: Rejection) -> OutboxMessage | None:
    """A line that was refused later, in a reject file: on hold for a person, in their words."""
    message = outbox.newest(session, destination.id, rejection.key)
    if message is None or message.state not in TOLD:
        return None
    error = Rejected("The record system refused this line.", code=rejection.code, words=rejection.words)
    message.state, message.error_class = ON_HOLD, classify(error).value
    message.error_code, message.error_text, message.error_words = error.code[:80], str(error), error.words[:500]
    message.confirmed_at = None
    session.flush()
    return message


def sweep(sessions: Sessions, connectors: Connectors, destination_id: int, now: datetime) -> int:
    """Read back what was sent and not confirmed yet. Takes the session factory: the network is outside transactions."""
    with reading(sessions) as session:
        oldest = session.scalar(select(func.min(OutboxMessage.sent_at)).where(*_open_questions(destination_id)))
    system = cast(RecordSystem, connectors[destination_id])
    if oldest is None or Capability.READ_BACK not in system.capabilities:
        return 0
    remotes = list(system.read_back(since=oldest - MARGIN))
    refused = rejections_of(system)
    with sessions.begin() as session:
        destination = session.get_one(Destination, destination_id)
        for rejection in refused:
            refuse(session, destination, rejection)
    confirmed = 0
    for chunk in chunks(remotes):
        with sessions.begin() as session:
            destination = session.get_one(Destination, destination_id)
            known = _known(session, destination_id, chunk)
            seen = [take(session, destination, remote, now) for remote in chunk if remote.key in known]
            confirmed += seen.count(Seen.EQUAL)
    return confirmed


def unconfirmed(session: Session) -> list[int]:
    """Record systems with something that we have not read back yet; not while they are paused or being sent to."""
    is_busy = exists().where(
        OutboxMessage.destination_id == Destination.id,
        or_(OutboxMessage.state == SENDING, and_(OutboxMessage.state == READY, OutboxMessage.due_at <= utcnow())),
    )
    return list(session.scalars(
        select(Destination.id).where(
            Destination.is_paused.is_(False), ~is_busy,
            exists().where(*_open_questions(Destination.id)),
        ).order_by(Destination.id)
    ))


def rejections_of(system: RecordSystem) -> list[Rejection]:
    """What a system that takes files refused later."""
    if Capability.BATCH not in system.capabilities:
        return []
    return list(cast(BatchRecordSystem, system).rejections())


def in_words(record: AwardRecord | RemoteRecord) -> str:
    """A figure for a list of differences: ``62 Merit``, ``absent``."""
    mark = record.status if record.mark is None else f"{record.mark:f}"
    state = f"({record.state})" if isinstance(record, RemoteRecord) else ""
    return " ".join(part for part in (mark, record.grade, state) if part)


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """A few hundred at a time, so that no transaction lasts long."""
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _open_questions(destination_id: Any) -> tuple[ColumnElement[bool], ...]:
    """Sent and not read back; or provisional, and perhaps agreed there by now."""
    is_waiting = and_(
        OutboxMessage.state == CONFIRMED, OutboxMessage.is_final.is_(False),
        OutboxMessage.theirs_state != RemoteState.AGREED.value,
    )
    return (
        OutboxMessage.destination_id == destination_id, OutboxMessage.kind == bodies.RECORD,
        or_(OutboxMessage.state == SENT, is_waiting),
    )


def _known(session: Session, destination_id: int, remotes: Sequence[RemoteRecord]) -> set[str]:
    keys = {remote.key for remote in remotes}
    return set(session.scalars(select(OutboxMessage.record_key).where(
        OutboxMessage.destination_id == destination_id, OutboxMessage.record_key.in_(keys),
    )))


def _confirm(session: Session, message: OutboxMessage, remote: RemoteRecord, now: datetime) -> None:
    _remember(message, remote)
    message.state, message.confirmed_at = CONFIRMED, message.confirmed_at or utcnow()
    message.sent_at = message.sent_at or utcnow()
    message.is_uncertain, message.error_class, message.error_code = False, "", ""
    message.error_text = message.error_words = ""
    overrides.settle(session, message, (overrides.RECORD_DIFFERS, "record_unreadable"), "Read back equal since.", now)
    session.flush()


def _remember(message: OutboxMessage, remote: RemoteRecord) -> None:
    message.theirs_state, message.theirs_mark, message.theirs_grade = _said(remote)
    message.remote_id, message.read_back_at = remote.remote_id or message.remote_id, utcnow()


def _moved_on(message: OutboxMessage, remote: RemoteRecord) -> bool:
    """Somebody closed it over what they held, and that is not what they hold any more."""
    kept = (message.theirs_state, message.theirs_mark, message.theirs_grade)
    return message.state == FAILED and kept[0] != "" and kept != _said(remote)


def _kept(remote: RemoteRecord) -> RemoteRecord:
    """Their texts made fit to be kept: half a character in one of them must not stop the others."""
    texts = {name: plain(getattr(remote, name), 255) for name in (
        "remote_id", "grade", "status", "agreed_reference", "problem",
    )}
    return replace(remote, **texts)  # type: ignore[arg-type]


def _said(remote: RemoteRecord) -> tuple[str, Decimal | None, str]:
    """What they have said of it; a receipt says that the file was loaded, and no figure in it is their word."""
    return (LOADED, None, "") if remote.is_our_word else (remote.state.value, remote.mark, remote.grade[:40])


def _open_for_key(
    session: Session, destination: Destination, kind: str, remote: RemoteRecord, now: datetime,
    reconciliation_id: int | None,
) -> None:
    """Something there that we know nothing of: noted once, by their id."""
    theirs = remote.remote_id or remote.key
    found = session.scalar(select(Discrepancy.id).where(
        Discrepancy.institution_id == destination.institution_id, Discrepancy.kind == kind,
        Discrepancy.theirs == theirs[:80], Discrepancy.message_id.is_(None), Discrepancy.closed_at.is_(None),
    ))
    if found is None:
        session.add(Discrepancy(
            institution_id=destination.institution_id, kind=kind, ours=destination.name, theirs=theirs[:80],
            reconciliation_id=reconciliation_id, opened_at=now,
        ))
        session.flush()

