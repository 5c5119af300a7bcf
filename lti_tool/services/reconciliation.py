"""Reconciliation: what we told a record system beside what it holds, with totals that a registrar can sign."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from connectors.contract import AwardRecord, Capability, RecordSystem, Rejection, RemoteRecord, RemoteState
from connectors.errors import ConnectorError
from lti_tool.clock import utcnow
from lti_tool.db import Sessions, reading
from lti_tool.domain.differences import Held, Reconciliation, compare
from lti_tool.models.delivery import ON_HOLD, READY, SENDING, Destination, OutboxMessage, ReconciliationRun
from lti_tool.services import bodies, outbox, readback
from lti_tool.services import reconciliation_turns as turns
from lti_tool.services.claims import has_newer
from lti_tool.services.delivery import Connectors
from lti_tool.services.errors import Refused, ServiceError
from lti_tool.services.reconciliation_hand import InHand, Lost, Stopping, Tell, quiet
from lti_tool.services.reconciliation_turns import Turn

OVERDUE = timedelta(days=3)  # a loader runs every night, and rests at the weekend
FAULT = "Something went wrong in Cairn itself; its log says what, for your administrator."


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """What they said, all of it read before anything is written."""

    records: Mapping[str, RemoteRecord]
    nameless: Sequence[RemoteRecord]  # a whole file or page that cannot be read
    rejections: Sequence[Rejection]
    lying: frozenset[str] = field(default_factory=frozenset)  # left in a drop, and not loaded yet


def reconcile(
    sessions: Sessions, connectors: Connectors, destination_id: int, now: datetime, tell: Tell = quiet
) -> ReconciliationRun:
    """Compare in the foreground, under a lease as a worker would, so that it is taken up if this process is killed."""
    with sessions.begin() as session:
        turn = turns.begin(session, destination_id, utcnow())
    return carry_out(sessions, connectors, turn, now, tell)


def carry_out(
    sessions: Sessions, connectors: Connectors, turn: Turn, now: datetime, tell: Tell = quiet
) -> ReconciliationRun:
    """Read everything back and compare. Missing ones are queued again under the same key; nothing is written over.

    Takes the session factory: the network is outside transactions. What goes wrong is written down, and raised.
    """
    hand = InHand(sessions, turn, tell)
    try:
        with hand.kept():
            return _compare(sessions, connectors, hand, now)
    except (Lost, Stopping, OperationalError):
        raise  # it is another's, or will be once the lease has run out
    except (ConnectorError, ServiceError) as error:
        hand.fail(str(error))
        raise
    except Exception:
        hand.fail(FAULT)
        raise
    except KeyboardInterrupt:
        hand.fail("It was stopped at the command line.")
        raise


def _compare(sessions: Sessions, connectors: Connectors, hand: InHand, now: datetime) -> ReconciliationRun:
    turn = hand.turn
    system = _system(connectors, turn.destination_id)
    with reading(sessions) as session:
        told = _told(session, turn.destination_id, turn.started_at)
    hand.report(sent=len(told))
    theirs = _read(system, told, hand)
    with hand.writing() as session:
        _note(session, turn, theirs, now)
        ours = _told(session, turn.destination_id, turn.started_at)
    found = compare(
        {key: _held_by_us(record) for key, (_, record) in ours.items() if key not in theirs.lying},
        {key: _held_by_them(record) for key, record in theirs.records.items() if _counts(key, ours, told)},
    )
    seen = _take(hand, theirs, now)
    with hand.writing() as session:
        _requeue(session, [ours[key][0] for key in found.missing])
        return _finish(session, turn.run_id, found, theirs, ours, seen)


def sign(session: Session, run: ReconciliationRun, person_id: int, now: datetime) -> None:
    """Somebody has looked at the totals and stands for them."""
    if run.finished_at is None or run.signed_at is not None:
        raise Refused("state", "Only a finished reconciliation can be signed, and once.")
    run.signed_by, run.signed_at = person_id, now


def _system(connectors: Connectors, destination_id: int) -> RecordSystem:
    system = cast(RecordSystem, connectors[destination_id])
    if Capability.READ_BACK not in getattr(system, "capabilities", frozenset()):
        raise Refused("cannot_read_back", "This system cannot be read back, so there is nothing to compare.")
    return system


def _told(session: Session, destination_id: int, before: datetime) -> dict[str, tuple[int, AwardRecord]]:
    """What they should hold: by key, the newest version that was sent, unless a later one is on its way."""
    messages = session.scalars(
        select(OutboxMessage).where(
            OutboxMessage.destination_id == destination_id, OutboxMessage.kind == bodies.RECORD,
            OutboxMessage.sent_at <= before,
        ).order_by(OutboxMessage.version)
    )
    newest = {message.record_key: message for message in messages}
    return {
        key: (message.id, bodies.record_of(session, message))
        for key, message in newest.items() if message.state in readback.TOLD and bodies.is_readable(session, message)
    }


def _read(system: RecordSystem, told: Mapping[str, tuple[int, AwardRecord]], hand: InHand) -> _Reading:
    """Everything they hold of ours; what the list leaves out is asked for by its key before it counts as missing."""
    listed = list(hand.counting("read", system.read_back()))
    found = {record.key: record for record in listed if record.key}
    lying: set[str] = set()
    if Capability.LOOK_UP in system.capabilities:
        for key in hand.counting("looked_up", told.keys() - found.keys()):
            record = system.look_up(key)
            if record is not None and Capability.BATCH in system.capabilities:
                lying.add(key)
            elif record is not None:
                found[key] = record
    return _Reading(
        records=found, nameless=[record for record in listed if not record.key],
        rejections=readback.rejections_of(system), lying=frozenset(lying),
    )


def _note(session: Session, turn: Turn, theirs: _Reading, now: datetime) -> None:
    """What concerns no single record of theirs: lines refused later, and files that cannot be read."""
    destination = session.get_one(Destination, turn.destination_id)
    for rejection in theirs.rejections:
        readback.refuse(session, destination, rejection)
    for record in theirs.nameless:
        readback.take(session, destination, record, now, turn.run_id)


def _counts(key: str, ours: Mapping[str, object], told: Mapping[str, object]) -> bool:
    """Theirs is compared with what was sent; what was on its way meanwhile is left for the next time."""
    return key in ours or key not in told


def _held_by_us(record: AwardRecord) -> Held:
    return Held(
        mark=record.mark, grade=record.grade or None, credit=record.credit, status=record.status,
        is_final=record.is_final,
    )


def _held_by_them(record: RemoteRecord) -> Held:
    states = {RemoteState.PROVISIONAL: False, RemoteState.FINAL: True}  # agreed there: either will do
    return Held(
        mark=record.mark, grade=record.grade or None, credit=record.credit,
        status="withdrawn" if record.state is RemoteState.WITHDRAWN else record.status or None,
        is_final=states.get(record.state), problem=record.problem,
    )


def _take(hand: InHand, theirs: _Reading, now: datetime) -> dict[str, readback.Seen]:
    seen: dict[str, readback.Seen] = {}
    for chunk in readback.chunks(theirs.records.values()):
        hand.report(read=len(theirs.records), compared=len(seen))
        with hand.writing() as session:
            destination = session.get_one(Destination, hand.turn.destination_id)
            for record in chunk:
                seen[record.key] = readback.take(session, destination, record, now, hand.turn.run_id)
    return seen


def _requeue(session: Session, message_ids: Sequence[int]) -> None:
    """Missing there: sent again under the same key, and looked up once more before that."""
    for message_id in message_ids:
        message = session.get_one(OutboxMessage, message_id, with_for_update=True)
        newest = outbox.newest(session, message.destination_id, message.record_key)
        if message.state in readback.TOLD and newest is message:
            message.state, message.due_at, message.tries = READY, utcnow(), 0
            message.is_uncertain, message.confirmed_at = True, None


def _not_there(session: Session, destination_id: int, lying: Collection[str]) -> dict[str, list[str]]:
    """What they were never told, and what has taken too long: a system that nothing reaches looks clean otherwise."""
    since = utcnow() - OVERDUE
    rows = session.execute(
        select(OutboxMessage.record_key, OutboxMessage.state, OutboxMessage.created_at, OutboxMessage.sent_at).where(
            OutboxMessage.destination_id == destination_id, OutboxMessage.kind == bodies.RECORD, ~has_newer(),
            or_(OutboxMessage.state.in_((READY, SENDING, ON_HOLD)), OutboxMessage.sent_at < since),
        ).order_by(OutboxMessage.id)
    ).all()
    unsent = [row for row in rows if row.state in (READY, SENDING) and row.sent_at is None]
    not_loaded = [row for row in rows if row.record_key in lying and row.sent_at < since]
    late = [row for row in unsent if row.created_at < since] + not_loaded
    return {
        "on_hold": [row.record_key for row in rows if row.state == ON_HOLD],
        "on_the_way": [row.record_key for row in unsent],
        "overdue": [row.record_key for row in late],
    }


def _finish(
    session: Session, run_id: int, found: Reconciliation[str], theirs: _Reading,
    ours: Mapping[str, tuple[int, AwardRecord]], seen: Mapping[str, readback.Seen],
) -> ReconciliationRun:
    """The totals. sent = equal, loaded, different, missing, unreadable and not_loaded together; the rest is beside."""
    run = session.get_one(ReconciliationRun, run_id)
    foreign = [*found.unexpected, *(key for key in found.unreadable if key not in ours)]
    beside = {kind: [key for key in foreign if seen.get(key) is kind] for kind in readback.Seen}
    moved_on = beside[readback.Seen.DIFFERENT]  # closed by a person over something else than they hold now
    places = {
        "equal": [key for key in found.equal if not theirs.records[key].is_our_word],
        "loaded": [key for key in found.equal if theirs.records[key].is_our_word],
        "different": [*(row.key for row in found.different), *moved_on], "missing": found.missing,
        "unreadable": [key for key in found.unreadable if key in ours],
        "not_loaded": [key for key in ours if key in theirs.lying],
        "unexpected": [*beside[readback.Seen.UNEXPECTED], *beside[readback.Seen.UNREADABLE]],
        "waiting": beside[readback.Seen.WAITING], "arrived": beside[readback.Seen.EQUAL],
        "unreadable_files": [record.remote_id for record in theirs.nameless],
        "rejected": [rejection.key for rejection in theirs.rejections],
        **_not_there(session, run.destination_id, ours.keys() & theirs.lying),
    }
    counts = {word: len(keys) for word, keys in places.items()}
    run.totals = {"sent": len(ours) + len(moved_on), "held": len(theirs.records), **counts}
    run.finished_at, run.lease_until = utcnow(), None
    lines = {word: sorted(keys) for word, keys in places.items()}
    run.digest = sha256(json.dumps([run.totals, lines], sort_keys=True).encode()).hexdigest()
    session.flush()
    return run
