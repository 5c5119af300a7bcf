"""Differences that wait for a person, who closes each with a reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import Discrepancy, OutboxMessage
from lti_tool.models.people import Person
from lti_tool.services import agreement, audit, courses, overrides
from lti_tool.services.actors import Actor
from lti_tool.services.duties import require_role
from lti_tool.services.errors import NotFound, Refused

AMEND = (
    "The record system decides here, and what it agreed is not what the award says. Correct the mark where it was made "
    "and have the award amended, or have theirs corrected; no reason given here makes the award theirs."
)
CLOSERS = (Role.REGISTRY, Role.CHAIR)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference. Personal data: name and marks, for registry's screen."""

    key: str
    kind: str
    learner: str
    person_key: str
    enrolment_key: str
    run: str
    destination: str
    message_key: str
    ours: str
    theirs: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    resolution: str


def listed(
    session: Session, institution_id: int, *, is_open: bool = True, reconciliation_id: int | None = None,
) -> list[Difference]:
    """Those of an institution, newest first; of one reconciliation, where it is named."""
    wanted = select(Discrepancy).where(Discrepancy.institution_id == institution_id)
    if reconciliation_id is not None:
        wanted = wanted.where(Discrepancy.reconciliation_id == reconciliation_id)
    if is_open:
        wanted = wanted.where(Discrepancy.closed_at.is_(None))
    return [_difference(session, row) for row in session.scalars(wanted.order_by(Discrepancy.id.desc()))]


def close(session: Session, actor: Actor, key: str, reason: str, now: datetime) -> Discrepancy:
    """Somebody has looked and says why nothing more is to be done."""
    by = require_role(actor, "Only registry or a chair closes a discrepancy.", *CLOSERS)
    found = session.scalar(select(Discrepancy).where(
        Discrepancy.institution_id == actor.institution_id, Discrepancy.key == key,
    ).with_for_update())
    if found is None:
        raise NotFound("There is no such discrepancy.")
    if found.closed_at is not None:
        raise Refused("closed", "This discrepancy is closed already.")
    if not reason.strip():
        raise Refused("reason", "Say what was found and decided; the reason is kept with the discrepancy.")
    message = session.get_one(OutboxMessage, found.message_id) if found.message_id is not None else None
    if message is not None and agreement.contradicts(session, message):
        raise Refused("amend", AMEND)
    found.closed_at, found.closed_by, found.resolution = now, by, reason.strip()
    if message is not None:
        overrides.keep_theirs(session, message.id, reason.strip())
    session.flush()
    audit.record(
        session, institution_id=actor.institution_id, action="discrepancy.close", subject=f"discrepancy:{found.key}",
        now=now, actor=by, person=_person_id(session, found), details={"kind": found.kind, "reason": reason.strip()},
    )
    return found


def _difference(session: Session, row: Discrepancy) -> Difference:
    enrolment = session.get(Enrolment, row.enrolment_id) if row.enrolment_id else None
    message = session.get(OutboxMessage, row.message_id) if row.message_id else None
    person_id = _person_id(session, row)
    person = session.get(Person, person_id) if person_id else None
    closer = session.get(Person, row.closed_by) if row.closed_by else None
    run = enrolment.run if enrolment else None
    return Difference(
        key=row.key, kind=row.kind, learner=person.display_name if person else "",
        person_key=person.key if person else "",
        enrolment_key=enrolment.key if enrolment else "",
        run=courses.name_of(run) if run else "",
        destination=message.destination.name if message else "", message_key=message.key if message else "",
        ours=row.ours, theirs=row.theirs, opened_at=row.opened_at, closed_at=row.closed_at,
        closed_by=closer.display_name if closer else "", resolution=row.resolution,
    )


def _person_id(session: Session, row: Discrepancy) -> int | None:
    enrolment = session.get(Enrolment, row.enrolment_id) if row.enrolment_id else None
    message = session.get(OutboxMessage, row.message_id) if row.message_id else None
    return enrolment.person_id if enrolment else message.person_id if message else None
