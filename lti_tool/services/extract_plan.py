"""What a registration extract would change, worked out before anything is changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Enrolment, Run, RunComponent
from lti_tool.models.people import Person, PersonIdentifier
from lti_tool.services import student_numbers
from lti_tool.services.batches import in_batches
from lti_tool.services.extract_rows import ExtractRow, Problem

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"


@dataclass(frozen=True, kw_only=True)
class RowPlan:
    """What one row would do; ``changes`` in words, without names of people."""

    line: int
    registration: str
    run: str
    component: str
    action: str
    changes: tuple[str, ...] = ()


@dataclass
class Register:
    """What we hold of the people and runs that an extract speaks of."""

    persons: dict[str, Person] = field(default_factory=dict)  # by student number
    numbers: dict[int, str] = field(default_factory=dict)  # of person ids
    runs: dict[tuple[str, str, str], Run] = field(default_factory=dict)
    parts: dict[int, list[RunComponent]] = field(default_factory=dict)  # by run
    enrolments: dict[tuple[int, str], Enrolment] = field(default_factory=dict)  # by run and registration
    owners: dict[str, int] = field(default_factory=dict)  # person ids by registration number

    def part(self, run: Run, name: str) -> RunComponent | None:
        """The run component of this name: our code, or the record system's own name of it."""
        for part in self.parts[run.id]:
            code = part.component.code if part.component else ""
            if name.casefold() == code.casefold() or (name and name == part.remote_component):
                return part
        return None


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A row together with the run and part it is about."""

    row: ExtractRow
    run: Run
    part: RunComponent


def register(session: Session, institution_id: int, rows: Iterable[ExtractRow]) -> Register:
    """Read what is needed, once."""
    rows = list(rows)
    found = Register()
    for codes in in_batches(sorted({row.run[0] for row in rows})):
        _add_runs(session, institution_id, codes, found)
    for numbers in in_batches(sorted({row.student for row in rows})):
        _add_people(session, institution_id, numbers, found)
    for registrations in in_batches(sorted({row.registration for row in rows})):
        _add_enrolments(session, institution_id, registrations, found)
    return found


def _add_runs(session: Session, institution_id: int, codes: Sequence[str], found: Register) -> None:
    for run in session.scalars(select(Run).where(Run.institution_id == institution_id, Run.code.in_(codes))):
        found.runs[(run.code, run.occurrence, run.period)] = run
        found.parts[run.id] = list(run.components)


def _add_people(session: Session, institution_id: int, numbers: Sequence[str], found: Register) -> None:
    for number, person in session.execute(
        select(PersonIdentifier.value, Person).join(Person, PersonIdentifier.person_id == Person.id).where(
            PersonIdentifier.institution_id == institution_id, PersonIdentifier.kind == student_numbers.KIND,
            PersonIdentifier.value.in_(numbers),
        )
    ):
        found.persons[number] = person
        found.numbers[person.id] = number


def _add_enrolments(session: Session, institution_id: int, registrations: Sequence[str], found: Register) -> None:
    for enrolment in session.scalars(select(Enrolment).where(
        Enrolment.institution_id == institution_id, Enrolment.registration.in_(registrations)
    )):
        found.enrolments[(enrolment.run_id, enrolment.registration)] = enrolment
        found.owners[enrolment.registration] = enrolment.person_id


def place(rows: Iterable[ExtractRow], known: Register) -> tuple[list[Planned], list[Problem]]:
    """Put each row to its run and part, or say why that cannot be done."""
    placed: list[Planned] = []
    problems: list[Problem] = []
    first: dict[str, ExtractRow] = {}  # of each registration
    for row in rows:
        run = known.runs.get(row.run)
        part = known.part(run, row.component) if run else None
        if run is None:
            text = f"There is no run {row.run_label} in Cairn. Open it first, or correct the row."
        elif part is None:
            text = f"{row.run_label} has no component {row.component}. There are: {_codes(known.parts[run.id])}."
        else:
            text = _contradiction(row, run, known, first)
        if text or run is None or part is None:
            problems.append(Problem(line=row.line, text=text))
        else:
            placed.append(Planned(row=row, run=run, part=part))
    return placed, problems


def _contradiction(row: ExtractRow, run: Run, known: Register, first: dict[str, ExtractRow]) -> str:
    """Rows of one registration must be of one student, in the file and in what we hold; of one status in one run."""
    earlier = first.setdefault(row.registration, row)
    if earlier.student != row.student:
        return f"This registration belongs to another student in line {earlier.line}. Correct one of them."
    owner = known.owners.get(row.registration)
    person = known.persons.get(row.student)
    if owner is not None and (person is None or person.id != owner):
        return "This registration belongs to another student in Cairn. Correct the row, or ask for the merged record."
    in_run = first.setdefault(f"{row.registration}\n{run.id}", row)
    if (in_run.status, in_run.status_on) != (row.status, row.status_on):
        return f"The status differs from line {in_run.line}, of the same registration on the same run. Correct one."
    return ""


def _codes(parts: list[RunComponent]) -> str:
    return ", ".join(part.component.code for part in parts if part.component) or "none"


def plan(planned: Iterable[Planned], known: Register) -> list[RowPlan]:
    """What each row does, in order: the first of a registration makes it, the others only name their component."""
    seen: set[tuple[int, str]] = set()
    people: set[str] = set(known.persons)
    plans = []
    for entry in planned:
        row, key = entry.row, (entry.run.id, entry.row.registration)
        changes = [] if key in seen else list(_changes(row, known.enrolments.get(key), people, known))
        is_new = key not in seen and key not in known.enrolments
        seen.add(key)
        people.add(row.student)
        changes += _part_changes(entry)
        plans.append(RowPlan(
            line=row.line, registration=row.registration, run=row.run_label, component=row.component,
            action=NEW if is_new else CHANGED if changes else UNCHANGED, changes=tuple(changes),
        ))
    return plans


def _changes(row: ExtractRow, enrolment: Enrolment | None, people: set[str], known: Register) -> Iterable[str]:
    if row.student not in people:
        yield "new person"
    person = known.persons.get(row.student)
    if person is not None and any(_differs(person, name, value) for name, value in names_of(row).items()):
        yield "name or e-mail"
    if enrolment is None:
        yield "new registration" if row.status == "registered" else f"new registration, {row.status}"
        return
    if enrolment.status != row.status:
        yield f"{enrolment.status} → {row.status}"
    elif row.status_on not in (None, enrolment.status_on):
        yield f"{row.status} since {row.status_on}"
    if any(
        _differs(enrolment, name, value)
        for name, value in (("category", row.category), ("remote_person", row.remote_id))
    ):
        yield "category or record id"


def _part_changes(entry: Planned) -> Iterable[str]:
    if entry.row.scale and entry.row.scale != entry.part.scale:
        yield f"scale {entry.row.scale}"
    if entry.row.component and not entry.part.remote_component:
        yield f"known there as {entry.row.component}"


def names_of(row: ExtractRow) -> dict[str, str]:
    return {"family_name": row.family_name, "given_name": row.given_name, "email": row.email}


def _differs(thing: object, name: str, value: str) -> bool:
    return bool(value) and getattr(thing, name) != value
