"""Where the record system is the authority, its agreed mark read back is the ratification."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.contract import RemoteRecord, RemoteState
from lti_tool.domain.ratification import Authority
from lti_tool.models.board import Decision, Ratification
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import AGREED, CONFIRMED, Destination, OutboxMessage
from lti_tool.services import awards, bodies, decisions, denials, outbox, records
from lti_tool.services.errors import Refused

log = logging.getLogger(__name__)


def ratify_if_agreed(
    session: Session, destination: Destination, message: OutboxMessage, remote: RemoteRecord, now: datetime
) -> None:
    """Grant the award once everything that this destination was told of the present decision is agreed there."""
    if message.is_final or message.enrolment_id is None or remote.state is not RemoteState.AGREED:
        return
    enrolment = session.get_one(Enrolment, message.enrolment_id)
    decisions.take_in_turn(session, enrolment)
    decision = decisions.present(session, enrolment)
    if enrolment.run.version.authority != Authority.RECORD_SYSTEM or decision is None:
        return
    before = awards.current(session, enrolment)
    is_settled = before is not None and decision.board_number <= before.decision.board_number
    if is_settled or not _is_all_agreed(session, destination, decision) or denials.of(session, enrolment) == AGREED:
        return
    ratification = Ratification(
        institution_id=destination.institution_id, authority=Authority.RECORD_SYSTEM.value,
        reference=remote.agreed_reference or destination.name, held_on=remote.agreed_on or now.date(), ratified_at=now,
    )
    try:
        with session.begin_nested():
            session.add(ratification)
            session.flush()
            message.award_id = awards.grant(session, ratification, decision, now).id
    except Refused as error:
        log.error("an agreed mark cannot be taken as ratified: %s; message=%s", error.code, message.key)


def contradicts(session: Session, message: OutboxMessage) -> bool:
    """Whether the award that stands here says other than what the record system, whose decision it is, has agreed."""
    if message.enrolment_id is None or message.theirs_state != RemoteState.AGREED:
        return False
    enrolment = session.get_one(Enrolment, message.enrolment_id)
    award = awards.current(session, enrolment)
    if award is None or enrolment.run.version.authority != Authority.RECORD_SYSTEM:
        return False
    said = {record.key: record for record in records.records_for(session, award, message.destination)}
    ours = said.get(message.record_key)
    if ours is None:
        return False
    return ours.mark != message.theirs_mark or message.theirs_grade not in ("", ours.grade)


def _is_all_agreed(session: Session, destination: Destination, decision: Decision) -> bool:
    """Each record of the decision that we sent, and that says what the decision says now."""
    for record in records.records_for(session, decision, destination):
        sent = outbox.newest(session, destination.id, record.key)
        if sent is None or sent.is_final or sent.state != CONFIRMED or sent.theirs_state != RemoteState.AGREED:
            return False
        if not records.has_same_figure(bodies.record_of(session, sent), record):
            return False
    return True
