"""Everything that Cairn holds about one person, as one JSON document."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import Base
from lti_tool.domain.ratification import Role
from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award, Revocation
from lti_tool.models.board import Amendment, Decision
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.outcome import Judgement, Outcome
from lti_tool.models.people import IdentityLink, LtiUser, PersonIdentifier
from lti_tool.services import audit, bodies, erasure
from lti_tool.services.actors import Actor
from lti_tool.services.duties import require_role

OURS = frozenset({"id", "institution_id", "data_key", "salt", "details", "body", "commitment", "previous", "hash"})


def export(session: Session, actor: Actor, person_key: str, now: datetime) -> dict[str, Any]:
    """The document for one person; that it was read is written down (I21)."""
    by = require_role(actor, "Only registry exports what is held about a person.", Role.REGISTRY)
    person = erasure.find(session, actor, person_key)
    registrations = _of(session, Enrolment, Enrolment.person_id == person.id)
    messages = _of(session, OutboxMessage, OutboxMessage.person_id == person.id)
    found = {
        "person": _plain(person),
        "identifiers": _rows(session, PersonIdentifier, PersonIdentifier.person_id == person.id),
        "lms_users": _rows(session, LtiUser, LtiUser.person_id == person.id),
        "identity_links": _rows(session, IdentityLink, IdentityLink.person_id == person.id),
        "registrations": [_registration(session, row) for row in registrations],
        "messages": [_message(session, row) for row in messages],
        "audit": [_entry(session, row) for row in _of(session, AuditEntry, AuditEntry.person_id == person.id)],
    }
    audit.record(
        session, institution_id=person.institution_id, action="person.export", subject=f"person:{person.key}", now=now,
        actor=by, person=person.id,
    )
    return found


def _registration(session: Session, enrolment: Enrolment) -> dict[str, Any]:
    version = enrolment.run.version
    mine: dict[str, Any] = {
        "outcomes": Outcome, "judgements": Judgement, "decisions": Decision, "amendments": Amendment,
    }
    return {
        **_plain(enrolment), "code": version.achievement.code, "title": version.title,
        **{name: _rows(session, model, model.enrolment_id == enrolment.id) for name, model in mine.items()},
        "awards": [_award(session, row) for row in _of(session, Award, Award.enrolment_id == enrolment.id)],
    }


def _award(session: Session, award: Award) -> dict[str, Any]:
    """One version of a result; where it was taken back, when and why, or else it would look as if it stood."""
    revocation = session.scalar(select(Revocation).where(Revocation.award_id == award.id))
    return {**_plain(award), "taken_back": None if revocation is None else _plain(revocation)}


def _message(session: Session, message: OutboxMessage) -> dict[str, Any]:
    body = bodies.open_sealed(session, message.kind, message.key, message.body, bodies.person_of(session, message))
    return {**_plain(message), "destination": message.destination.name, "body": _value(asdict(body))}


def _entry(session: Session, entry: AuditEntry) -> dict[str, Any]:
    return {**_plain(entry), "details": audit.details_of(session, entry)}


def _rows(session: Session, model: Any, mine: Any) -> list[dict[str, Any]]:
    return [_plain(row) for row in _of(session, model, mine)]


def _of(session: Session, model: Any, mine: Any) -> Iterable[Any]:
    return session.scalars(select(model).where(mine).order_by(model.id)).all()


def _plain(row: Base) -> dict[str, Any]:
    """A row as JSON, without our row numbers and without what is sealed."""
    names = [column.key for column in row.__table__.columns]
    return {
        name: _value(getattr(row, name)) for name in names if name not in OURS and not name.endswith("_id")
    }


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _value(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_value(member) for member in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
