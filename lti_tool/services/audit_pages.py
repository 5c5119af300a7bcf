"""The audit log as people read it: by page and by filter; and reading what is sensitive is an entry itself (I21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.audit import AuditEntry
from lti_tool.models.people import Person
from lti_tool.services import audit
from lti_tool.services.actors import Actor
from lti_tool.services.audit import Details
from lti_tool.services.errors import NotFound

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry without its details."""

    number: int
    at: datetime
    action: str
    subject: str
    by: str
    about: str
    about_key: str
    clause: str
    hash: str

    @property
    def award_key(self) -> str:
        kind, _, key = self.subject.partition(":")
        return key if kind == "award" else ""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which entries: an action or its beginning, and a subject such as ``award:KEY``; empty shows all."""

    action: str = ""
    subject: str = ""


def page(
    session: Session, institution_id: int, wanted: Filter, before: int | None = None,
) -> tuple[list[Line], int | None]:
    """Entries, newest first; and the number to go on from, where there are more."""
    query = select(AuditEntry).where(AuditEntry.institution_id == institution_id)
    if wanted.action:
        query = query.where(AuditEntry.action.startswith(wanted.action, autoescape=True))
    if wanted.subject:
        query = query.where(AuditEntry.subject.startswith(wanted.subject, autoescape=True))
    if before is not None:
        query = query.where(AuditEntry.number < before)
    rows = session.scalars(query.order_by(AuditEntry.number.desc()).limit(PAGE + 1)).all()
    more = rows[PAGE - 1].number if len(rows) > PAGE else None
    return [_line(session, row) for row in rows[:PAGE]], more


def actions(session: Session, institution_id: int) -> Sequence[str]:
    """The kinds of entry that occur, for the filter."""
    found = select(AuditEntry.action).where(AuditEntry.institution_id == institution_id).distinct()
    return session.scalars(found.order_by(AuditEntry.action)).all()


def entry(session: Session, actor: Actor, entry_hash: str, now: datetime) -> tuple[Line, Details, AuditEntry]:
    """One entry with its details, named by its hash. Reading it is written down. Raises :class:`NotFound`."""
    row = session.scalar(select(AuditEntry).where(
        AuditEntry.institution_id == actor.institution_id, AuditEntry.hash == entry_hash,
    ))
    if row is None:
        raise NotFound("There is no such entry.")
    found = _line(session, row), audit.details_of(session, row), row
    note_reading(session, actor, f"audit:{row.number}", row.person_id, now)
    return found


def note_reading(session: Session, actor: Actor, subject: str, person_id: int | None, now: datetime) -> None:
    """That somebody read what is sensitive, and of whom."""
    audit.record(
        session, institution_id=actor.institution_id, action="read", subject=subject, now=now, actor=actor.person_id,
        person=person_id,
    )


def _line(session: Session, row: AuditEntry) -> Line:
    by = session.get(Person, row.actor_id) if row.actor_id else None
    about = session.get(Person, row.person_id) if row.person_id else None
    return Line(
        number=row.number, at=row.at, action=row.action, subject=row.subject,
        by=(by.display_name or by.key) if by else "Cairn", about=(about.display_name or about.key) if about else "",
        about_key=about.key if about else "", clause=row.clause, hash=row.hash,
    )
