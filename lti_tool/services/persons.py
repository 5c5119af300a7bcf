"""Finding a learner, today or in twenty years, and everything that stands written of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import ResultState
from lti_tool.models.award import Award
from lti_tool.models.board import Decision
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.people import LtiUser, Person, PersonIdentifier
from lti_tool.services import awards, courses, decisions, late, standing, student_numbers
from lti_tool.services.errors import NotFound, Refused

MOST = 50
SHORTEST, LONGEST = 2, 255


@dataclass(frozen=True, kw_only=True)
class Found:
    """One hit of a search."""

    key: str
    name: str
    numbers: tuple[str, ...]
    registrations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a result; none is ever lost."""

    key: str
    version: int
    kind: str
    mark: str
    grade: str
    credit: int
    is_capped: bool
    awarded_on: date
    reference: str
    authority: str
    is_standing: bool
    is_taken_back: bool


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One registration, what is decided so far and what was ratified."""

    key: str
    registration: str
    code: str
    title: str
    run: str
    status: str
    regulations: str
    present: Decision | None
    versions: tuple[Version, ...]
    differs: Decision | None  # what the facts give now, where that is no longer what was ratified
    may_be_amended: bool


@dataclass(frozen=True, kw_only=True)
class Account:
    """One of this person's accounts in an LMS, and by which rule it is theirs."""

    key: str
    name: str
    email: str
    match: str
    reason: str
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class PersonCard:
    """A person with registrations, results and accounts. Personal data, for registry's and the auditor's screens."""

    key: str
    name: str
    family_name: str
    given_name: str
    email: str
    numbers: tuple[str, ...]
    is_erased: bool
    registered: tuple[Registered, ...]
    accounts: tuple[Account, ...]


def search(session: Session, institution_id: int, text: str) -> list[Found]:
    """By student number or registration from its beginning, or by any part of a name."""
    wanted = text.strip()
    if not SHORTEST <= len(wanted) <= LONGEST:
        return []
    begins, holds = f"{_escaped(wanted)}%", f"%{_escaped(wanted)}%"
    by_number = select(PersonIdentifier.person_id).where(
        PersonIdentifier.institution_id == institution_id, PersonIdentifier.value.ilike(begins, escape="\\"),
    )
    by_registration = select(Enrolment.person_id).where(
        Enrolment.institution_id == institution_id, Enrolment.registration.ilike(begins, escape="\\"),
    )
    names = [
        column.ilike(holds, escape="\\")
        for column in (Person.display_name, Person.family_name, Person.given_name)
    ]
    people = session.scalars(select(Person).where(
        Person.institution_id == institution_id, Person.erased_at.is_(None),
        or_(Person.id.in_(by_number), Person.id.in_(by_registration), *names),
    ).order_by(func.lower(Person.family_name), Person.id).limit(MOST)).all()
    return [_found(session, person) for person in people]


def card(session: Session, institution_id: int, person_key: str) -> tuple[Person, PersonCard]:
    """Everything that stands written of a person. Raises :class:`NotFound`."""
    person = session.scalar(select(Person).where(Person.institution_id == institution_id, Person.key == person_key))
    if person is None:
        raise NotFound("There is no such person.")
    mine = session.scalars(select(Enrolment).where(Enrolment.person_id == person.id).order_by(Enrolment.id)).all()
    users = session.scalars(select(LtiUser).where(LtiUser.person_id == person.id).order_by(LtiUser.id)).all()
    return person, PersonCard(
        key=person.key, name=person.display_name, family_name=person.family_name, given_name=person.given_name,
        email=person.email, numbers=_numbers(person), is_erased=person.erased_at is not None,
        registered=tuple(_registered(session, enrolment) for enrolment in mine),
        accounts=tuple(
            Account(key=user.key, name=user.name, email=user.email, match=user.match, reason=user.match_reason,
                    seen_at=user.seen_at) for user in users
        ),
    )


def key_of_number(session: Session, institution_id: int, number: str) -> str:
    """The person with this student number; nobody where the field was left empty. Raises :class:`Refused`."""
    if not number.strip():
        return ""
    wanted = student_numbers.normalise(student_numbers.institution_of(session, institution_id), number)
    found = session.scalar(select(Person.key).join(PersonIdentifier, PersonIdentifier.person_id == Person.id).where(
        PersonIdentifier.institution_id == institution_id, PersonIdentifier.kind == student_numbers.KIND,
        PersonIdentifier.value == wanted,
    ))
    if found is None:
        text = "Nobody on your extract has this student number. Check it, or apply the extract first."
        raise Refused("number", text)
    return found


def enrolment_of(session: Session, institution_id: int, key: str) -> Enrolment:
    """One registration of this institution. Raises :class:`NotFound`."""
    found = session.scalar(select(Enrolment).where(Enrolment.institution_id == institution_id, Enrolment.key == key))
    if found is None:
        raise NotFound("There is no such registration.")
    return found


def _registered(session: Session, enrolment: Enrolment) -> Registered:
    run, version = enrolment.run, enrolment.run.version
    present = decisions.present(session, enrolment)
    state = awards.state_of(session, enrolment)
    differs = late.differing(session, enrolment)
    versions = awards.history(session, enrolment)
    stands, taken_back = awards.current(session, enrolment), standing.revoked(session, [award.id for award in versions])
    return Registered(
        key=enrolment.key, registration=enrolment.registration, code=version.achievement.code, title=version.title,
        run=courses.name_of(run), status=enrolment.status,
        regulations=version.regulation_set.code if version.regulation_set else "", present=present,
        versions=tuple(
            _version(award, is_standing=award is stands, is_taken_back=award.id in taken_back)
            for award in reversed(versions)
        ),
        differs=differs,
        may_be_amended=differs is not None and state in (ResultState.RATIFIED, ResultState.AMENDED),
    )


def _version(award: Award, *, is_standing: bool, is_taken_back: bool) -> Version:
    return Version(
        key=award.key, version=award.version, kind=award.kind, mark="" if award.mark is None else f"{award.mark:f}",
        grade=award.grade, credit=award.credit, is_capped=award.is_capped, awarded_on=award.awarded_on,
        reference=award.ratification.reference, authority=award.ratification.authority,
        is_standing=is_standing, is_taken_back=is_taken_back,
    )


def _found(session: Session, person: Person) -> Found:
    registrations: Sequence[str] = session.scalars(
        select(Enrolment.registration).where(Enrolment.person_id == person.id).order_by(Enrolment.id)
    ).all()
    return Found(
        key=person.key, name=person.display_name or person.key, numbers=_numbers(person),
        registrations=tuple(dict.fromkeys(registrations)),
    )


def _numbers(person: Person) -> tuple[str, ...]:
    return tuple(identifier.value for identifier in person.identifiers)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
