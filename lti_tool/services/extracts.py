"""The registration extract of the record system: shown first, then applied exactly as shown. It is the authority.

Nobody is ever deleted by an extract: who is missing from a later one is reported, and stays.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Enrolment, ExtractImport
from lti_tool.models.people import Person, PersonIdentifier
from lti_tool.services import (
    audit,
    extract_plan,
    extract_rows,
    follow_up,
    identity,
    student_numbers,
    tables,
    vault,
)
from lti_tool.services.actors import Actor
from lti_tool.services.errors import Refused
from lti_tool.services.extract_plan import Planned, Register, RowPlan
from lti_tool.services.extract_rows import ExtractRow, Problem

CHANGED = "changed", "Something has changed since the preview. Look at it again before you apply it."


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an extract would do, row by row. ``digest`` names exactly this, and applying asks for it."""

    digest: str
    file_digest: str
    plans: tuple[RowPlan, ...]
    problems: tuple[Problem, ...]
    missing: tuple[str, ...] = ()  # registrations we hold on these runs, and the file does not name
    matched: int = field(default=0, compare=False)  # accounts in the LMS that found their person by this extract

    @property
    def totals(self) -> dict[str, int]:
        counts = {action: sum(plan.action == action for plan in self.plans)
                  for action in (extract_plan.NEW, extract_plan.CHANGED, extract_plan.UNCHANGED)}
        rows = len(self.plans) + len(self.problems)
        return {"rows": rows, **counts, "problems": len(self.problems), "missing": len(self.missing)}


def preview(session: Session, institution_id: int, content: bytes) -> Preview:
    """Read an extract and say what it would do. Raises :class:`Refused` when the file as a whole cannot be read."""
    return _prepare(session, institution_id, content)[0]


def apply(
    session: Session, actor: Actor, content: bytes, seen_digest: str, now: datetime, file_name: str = ""
) -> Preview:
    """Do what the preview with this digest showed, all of it and nothing else."""
    shown, planned, known = _prepare(session, actor.institution_id, content)
    if shown.digest != seen_digest:
        raise Refused(*CHANGED)
    try:
        return _carry_out(session, actor, shown, planned, known, now, file_name)
    except IntegrityError as error:  # somebody else applied one at the same instant
        raise Refused(*CHANGED) from error


def _carry_out(
    session: Session, actor: Actor, shown: Preview, planned: Sequence[Planned], known: Register, now: datetime,
    file_name: str,
) -> Preview:
    changed = [_apply_row(session, actor.institution_id, entry, known, now) for entry in planned]
    session.flush()
    follow_up.after_change(session, {one for one in changed if one is not None}, now)
    matched = identity.rematch(session, actor.institution_id, now)
    _write_down(session, actor, shown, now, file_name)
    return Preview(
        digest=shown.digest, file_digest=shown.file_digest, plans=shown.plans, problems=shown.problems,
        missing=shown.missing, matched=matched,
    )


def _prepare(session: Session, institution_id: int, content: bytes) -> tuple[Preview, list[Planned], Register]:
    table = tables.read(content, name="The extract")
    rows, unreadable = extract_rows.read(table, student_numbers.institution_of(session, institution_id))
    known = extract_plan.register(session, institution_id, rows)
    planned, misplaced = extract_plan.place(rows, known)
    plans = tuple(extract_plan.plan(planned, known))
    problems = tuple(sorted([*unreadable, *misplaced], key=lambda problem: problem.line))
    missing = _missing(session, rows, known)
    said = [table.digest, [asdict(plan) for plan in plans], [asdict(problem) for problem in problems], missing]
    digest = sha256(json.dumps(said).encode()).hexdigest()
    shown = Preview(digest=digest, file_digest=table.digest, plans=plans, problems=problems, missing=missing)
    return shown, planned, known


def _missing(session: Session, rows: list[ExtractRow], known: Register) -> tuple[str, ...]:
    """Registrations on the runs of the file that it does not name; the withdrawn may well be left out."""
    named = {(known.runs[row.run].id, row.registration) for row in rows if row.run in known.runs}
    held = session.execute(
        select(Enrolment.run_id, Enrolment.registration).where(
            Enrolment.run_id.in_({run_id for run_id, _ in named}), Enrolment.status != "withdrawn"
        ).order_by(Enrolment.id)
    )
    return tuple(registration for run_id, registration in held if (run_id, registration) not in named)


def _apply_row(
    session: Session, institution_id: int, entry: Planned, known: Register, now: datetime
) -> Enrolment | None:
    """Apply one row. Returns a registration we had already, when its status has changed: the rules decide anew."""
    row = entry.row
    person = known.persons.get(row.student) or _new_person(session, institution_id, row, known)
    _rename(person, row)
    enrolment = known.enrolments.get((entry.run.id, row.registration))
    if enrolment is None:
        enrolment = Enrolment(
            institution_id=institution_id, run_id=entry.run.id, person_id=person.id, registration=row.registration,
            regulation_set_id=entry.run.version.regulation_set_id,  # pinned here (I11)
            status="", status_on=row.status_on,
        )
        session.add(enrolment)
        known.enrolments[(entry.run.id, row.registration)] = enrolment
    entry.part.scale = row.scale or entry.part.scale
    entry.part.remote_component = entry.part.remote_component or row.component
    return enrolment if _update(session, enrolment, row, now) else None


def _new_person(session: Session, institution_id: int, row: ExtractRow, known: Register) -> Person:
    """Only the student number makes a person: two with equal names stay two (I12)."""
    person = vault.new_person(
        session, institution_id, family_name=row.family_name, given_name=row.given_name, email=row.email,
        display_name=f"{row.given_name} {row.family_name}".strip(),
    )
    session.add(PersonIdentifier(
        institution_id=institution_id, person_id=person.id, kind=student_numbers.KIND, value=row.student,
    ))
    known.persons[row.student] = person
    return person


def _rename(person: Person, row: ExtractRow) -> None:
    """Take over what the record system calls somebody, where it says; everybody else then calls them so as well."""
    before = (person.given_name, person.family_name)
    for name, value in extract_plan.names_of(row).items():
        if value:
            setattr(person, name, value)
    if (person.given_name, person.family_name) != before:
        person.display_name = f"{person.given_name} {person.family_name}".strip()


def _update(session: Session, enrolment: Enrolment, row: ExtractRow, now: datetime) -> bool:
    """Bring a registration up to date. Says whether one that we had has another status now."""
    enrolment.category = row.category or enrolment.category
    enrolment.remote_person = row.remote_id or enrolment.remote_person
    if enrolment.status == row.status and row.status_on in (None, enrolment.status_on):
        return False
    before, enrolment.status = enrolment.status, row.status
    enrolment.status_on = row.status_on or _today(session, enrolment.institution_id, now)
    if before:
        session.flush()
        audit.record(
            session, institution_id=enrolment.institution_id, action="registration_status", now=now,
            subject=f"enrolment:{enrolment.key}", person=enrolment.person_id,
            details={"from": before, "to": row.status, "on": enrolment.status_on.isoformat()},
        )
    return bool(before)


def _today(session: Session, institution_id: int, now: datetime) -> date:
    """The day it is at the institution (I18)."""
    return now.astimezone(ZoneInfo(student_numbers.institution_of(session, institution_id).timezone)).date()


def _write_down(session: Session, actor: Actor, shown: Preview, now: datetime, file_name: str) -> None:
    session.add(ExtractImport(
        institution_id=actor.institution_id, digest=shown.file_digest, file_name=file_name[:255],
        rows=shown.totals["rows"], totals=shown.totals, imported_by=actor.person_id, imported_at=now,
    ))
    audit.record(
        session,
        institution_id=actor.institution_id,
        action="import_extract",
        subject=f"extract:{shown.file_digest[:16]}",
        now=now,
        actor=actor.person_id,
        details=dict(shown.totals),
    )
