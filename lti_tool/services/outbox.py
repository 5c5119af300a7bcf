"""The outbox: what is to be said to other systems, written in the transaction that decided it."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.base import record_key
from connectors.contract import AwardRecord
from lti_tool.clock import utcnow
from lti_tool.db import new_key
from lti_tool.models.award import Award
from lti_tool.models.board import Decision, Ratification
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import (
    AGREED,
    CONFIRMED,
    FAILED,
    ON_HOLD,
    READY,
    SUPERSEDED,
    Destination,
    Feed,
    OutboxMessage,
)
from lti_tool.models.institution import Institution
from lti_tool.models.people import LtiUser, Person
from lti_tool.models.platform import LineItem
from lti_tool.services import bodies, destinations, records, score_clock, standing
from lti_tool.services.bodies import ScoreFigure as ScoreFigure
from lti_tool.services.claims import Claimed as Claimed
from lti_tool.services.claims import claim as claim
from lti_tool.services.claims import has_newer
from lti_tool.services.errors import NotFound
from lti_tool.services.settling import settle as settle

UNSENT = (READY, ON_HOLD)


def enqueue_award(session: Session, award: Award, now: datetime) -> list[OutboxMessage]:
    """Queue a ratified result for every record system that its micro-credential feeds."""
    found = []
    for destination in _destinations(session, award.decision):
        for record in records.records_for(session, award, destination):
            if not _is_told(session, destination, record, award):
                found.append(_enqueue_record(session, destination, award.enrolment, record, award.id))
    return found


def enqueue_withdrawal(
    session: Session, award: Award, decision: Decision, ratification: Ratification
) -> list[OutboxMessage]:
    """Queue that an award does not stand any more, wherever it was told or was going to be."""
    versions = standing.of_same_board(session, award)
    told = set(session.execute(
        select(OutboxMessage.destination_id, OutboxMessage.record_key).where(
            OutboxMessage.award_id.in_([row.id for row in versions]), OutboxMessage.kind == bodies.RECORD
        )
    ).tuples())
    # what they agreed themselves, and what a board before had told already, bears no mark of this award
    for destination in _destinations(session, award.decision):
        told |= {(destination.id, record.key) for row in versions for record in records.records_for(
            session, row, destination)}
    found = []
    for destination_id, key in sorted(told):
        last = newest(session, destination_id, key)
        said = bodies.record_of(session, last) if last is not None and bodies.is_readable(session, last) else None
        if last is not None and said is not None and not records.is_withdrawal(said):
            record = records.withdrawn(said, decision, ratification, last.version + 1)
            destination = session.get_one(Destination, destination_id)
            found.append(_enqueue_record(session, destination, award.enrolment, record, award.id))
    return found


def enqueue_provisional(session: Session, decision: Decision, now: datetime) -> list[OutboxMessage]:
    """Queue a provisional figure, marked as what it is, where the record system ratifies and has a waiting room for it.

    Where a board here or elsewhere decides, nothing leaves before it has (I1). Of who was erased nothing leaves at all.
    """
    found: list[OutboxMessage] = []
    enrolment = decision.enrolment
    if enrolment.run.version.authority != records.RECORD_SYSTEM or enrolment.person.erased_at is not None:
        return found
    for destination in _destinations(session, decision):
        if not destination.takes_provisional:
            continue
        made = records.records_for(session, decision, destination)
        gone = _no_more(session, destination, decision, {record.key for record in made})
        for record in [*(record for record in made if _is_news(session, destination, record)), *gone]:
            found.append(_enqueue_record(session, destination, enrolment, record, None))
    return found


def _no_more(
    session: Session, destination: Destination, decision: Decision, made: Collection[str]
) -> Iterator[AwardRecord]:
    """Figures that wait there to be agreed, and that the decision does not make any more: somebody might agree them."""
    waiting = session.scalars(select(OutboxMessage).where(
        OutboxMessage.destination_id == destination.id, OutboxMessage.enrolment_id == decision.enrolment_id,
        OutboxMessage.kind == bodies.RECORD, OutboxMessage.is_final.is_(False), OutboxMessage.state != FAILED,
        OutboxMessage.theirs_state != AGREED, OutboxMessage.record_key.not_in(made), ~has_newer(),
    ).order_by(OutboxMessage.id)).all()
    for message in waiting:
        told = bodies.record_of(session, message)
        if not records.is_no_news(told):
            yield records.called_back(told, decision, message.version + 1)


def enqueue_score(
    session: Session, line_item: LineItem, lti_user: LtiUser, figure: ScoreFigure, now: datetime
) -> OutboxMessage:
    """Queue a score for a gradebook column; its timestamp is the machine's, later than any before it."""
    destination = destinations.of_lms(session, lti_user.registration_id, line_item.institution_id)
    key = record_key(
        institution=session.get_one(Institution, line_item.institution_id).key, award=lti_user.key,
        component=f"line item {line_item.key}", attempt=1, destination=destination.key,
    )
    stamp = score_clock.next_stamp(session, line_item, lti_user, figure, utcnow())
    body = bodies.ScoreMessage(
        line_item_url=line_item.url, user=lti_user.sub, figure=figure, timestamp=stamp.at, previous=stamp.previous,
        previous_maximum=stamp.previous_maximum,
    )
    message = _message(session, destination, bodies.SCORE, key, records.next_version(session, destination.id, key))
    message.person_id, message.line_item_id, message.lti_user_id = lti_user.person_id, line_item.id, lti_user.id
    return _add(session, message, body, lti_user.person)


def by_key(session: Session, institution_id: int, message_key: str) -> OutboxMessage:
    """One message of an institution. Raises :class:`NotFound`."""
    message = session.scalar(select(OutboxMessage).where(
        OutboxMessage.key == message_key, OutboxMessage.institution_id == institution_id,
    ))
    if message is None:
        raise NotFound(f"message {message_key}")
    return message


def newest(session: Session, destination_id: int, record_key: str) -> OutboxMessage | None:
    """The newest version that was queued under a key."""
    return session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.destination_id == destination_id, OutboxMessage.record_key == record_key)
        .order_by(OutboxMessage.version.desc()).limit(1)
    )


def _destinations(session: Session, decision: Decision) -> Iterable[Destination]:
    return session.scalars(
        select(Destination).join(Feed, Feed.destination_id == Destination.id)
        .where(Feed.version_id == decision.enrolment.run.version_id).order_by(Destination.id)
    )


def _is_told(session: Session, destination: Destination, record: AwardRecord, award: Award) -> bool:
    """Whether this system was told the very same already, or agreed it itself: a resit sends no untouched component.

    Where overall results go, a board's word that somebody is deferred, or has not met every outcome yet, is none: it is
    told only to take back what was said before.
    """
    last = newest(session, destination.id, record.key)
    if last is None:
        return destination.sends == records.OVERALL and records.is_no_news(record)
    if last.state == FAILED:
        return False
    told = bodies.record_of(session, last)
    is_theirs = award.ratification.authority == records.RECORD_SYSTEM and award.ratification.by_person_id is None
    if is_theirs and last.theirs_state == AGREED and last.state == CONFIRMED:
        return told.credit == record.credit
    return last.is_final and records.is_same_result(told, record)


def _is_news(session: Session, destination: Destination, record: AwardRecord) -> bool:
    """Whether a provisional figure tells anything: never over a final one, and not that there is none yet.

    Nor that there is none any more where they have agreed one: that is for an amendment to say.
    """
    last = newest(session, destination.id, record.key)
    if last is None:
        return not records.is_no_news(record)
    told = bodies.record_of(session, last)
    if last.is_final:
        return records.is_no_news(told) and not records.is_no_news(record)
    is_empty_over_agreed = last.theirs_state == AGREED and records.is_no_news(record)
    return not is_empty_over_agreed and not records.is_same_result(told, record)


def _enqueue_record(
    session: Session, destination: Destination, enrolment: Enrolment, record: AwardRecord, award_id: int | None
) -> OutboxMessage:
    message = _message(session, destination, bodies.RECORD, record.key, record.version)
    message.is_final, message.award_id = record.is_final, award_id
    message.enrolment_id, message.person_id = enrolment.id, enrolment.person_id
    return _add(session, message, record, enrolment.person)


def _message(session: Session, destination: Destination, kind: str, record_key: str, version: int) -> OutboxMessage:
    # Leases and due times are the machine's: a demo clock moves business time only.
    now = utcnow()
    return OutboxMessage(
        key=new_key(), institution_id=destination.institution_id, destination_id=destination.id, kind=kind,
        record_key=record_key, version=version, due_at=now, created_at=now,
    )


def _add(session: Session, message: OutboxMessage, body: bodies.Body, person: Person | None) -> OutboxMessage:
    """Add it, and supersede what was not sent yet; a version in flight is left to settle, and this one waits for it."""
    message.body = bodies.seal(session, message, body, person)
    older = session.scalars(select(OutboxMessage).where(
        OutboxMessage.destination_id == message.destination_id, OutboxMessage.record_key == message.record_key,
        OutboxMessage.version < message.version, OutboxMessage.state.in_(UNSENT),
    ).with_for_update())
    for passed in older:
        passed.state = SUPERSEDED
    session.add(message)
    session.flush()
    return message
