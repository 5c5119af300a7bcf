"""A small university that takes results in: Bob teaches a course in the LMS, Dana is at the registry, Lena and Omar are
learners of the micro-credential, Della is a degree student in the same course, and nobody knows who Gast is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.catalogue import Enrolment, RegulationSet, Run, RunComponent
from lti_tool.models.delivery import Discrepancy
from lti_tool.models.institution import Institution
from lti_tool.models.outcome import HeldResult, Outcome
from lti_tool.models.people import LtiUser, Membership, Person
from lti_tool.models.platform import Context, LineItem, Registration
from lti_tool.services.actors import Actor
from lti_tool.services.outcome_values import AGS, NewOutcome
from lti_tool.services.readings import Reading
from tests import factories

GRADED_AT = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@dataclass
class Intake:
    """One institution with a run of two components, a course in an LMS and its people."""

    session: Session
    now: datetime
    code: str = "inverlea"
    institution: Institution = field(init=False)
    regulations: RegulationSet = field(init=False)
    run: Run = field(init=False)
    registration: Registration = field(init=False)
    context: Context = field(init=False)
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.institution = factories.institution(self.session, self.code)
        self.regulations = factories.regulation_set(self.session, self.institution)
        self.run = factories.run(self.session, factories.version(self.session, self.institution, self.regulations))
        self.registration = factories.registration(self.session, self.institution, f"https://{self.code}.example")
        self.context = factories.context(self.session, self.registration)
        for name in ("bob", "dana"):
            self.people[name] = factories.person(self.session, self.institution, name.title())

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What happens inside is taken back, for the next example of a property."""
        people = dict(self.people)
        with self.session.begin_nested() as inner:
            yield
            inner.rollback()
        self.people = people

    def actor(self, name: str = "dana", *roles: Role) -> Actor:
        standard = {"dana": {Role.REGISTRY}, "bob": {Role.INSTRUCTOR}}
        return Actor(
            institution_id=self.institution.id, person_id=self.people[name].id,
            roles=frozenset(roles or standard[name]),
        )

    def part(self, code: str = "PORT", run: Run | None = None) -> RunComponent:
        """The run component with this code, or for "" the overall result."""
        parts = (run or self.run).components
        return next(part for part in parts if (part.component.code if part.component else "") == code)

    def learner(self, name: str = "Lena", number: str = "1001", run: Run | None = None) -> Enrolment:
        person = self.people.get(name) or factories.person(self.session, self.institution, name, student_number=number)
        self.people[name] = person
        return factories.enrolment(self.session, run or self.run, person)

    def account(self, sub: str, person: Person | None = None, role: str = "learner", **fields: object) -> LtiUser:
        """Somebody in the course, as the LMS shows them."""
        match = {"match": "matched", "person_id": person.id} if person else {}
        made = factories.lti_user(self.session, self.registration, sub, **{**match, **fields})
        self.session.add(Membership(
            institution_id=self.institution.id, context_id=self.context.id, lti_user_id=made.id, role=role,
            seen_at=self.now,
        ))
        self.session.flush()
        return made

    def column(self, code: str = "PORT", maximum: str = "100") -> LineItem:
        made = LineItem(
            institution_id=self.institution.id, context_id=self.context.id, run_component_id=self.part(code).id,
            url=f"{self.registration.issuer}/items/{code}", resource_id=f"cairn:{code}", label=code,
            maximum=Decimal(maximum),
        )
        self.session.add(made)
        self.session.flush()
        return made

    def outcomes(self, enrolment: Enrolment, code: str = "PORT") -> list[Outcome]:
        return list(self.session.scalars(
            select(Outcome).where(
                Outcome.enrolment_id == enrolment.id, Outcome.run_component_id == self.part(code).id
            ).order_by(Outcome.id)
        ))

    def held(self) -> list[HeldResult]:
        return list(self.session.scalars(select(HeldResult).order_by(HeldResult.id)))

    def discrepancies(self) -> list[Discrepancy]:
        return list(self.session.scalars(select(Discrepancy).order_by(Discrepancy.id)))


def mark(
    raw: str | None, *, out_of: str = "100", after: int | None = None, source: str = AGS, **fields: object
) -> NewOutcome:
    """A result of the LMS, graded so many minutes after the first one; ``after`` None: the LMS gives no time."""
    at = None if after is None else GRADED_AT + timedelta(minutes=after)
    return NewOutcome(
        source=source, status="marked", read_at=GRADED_AT + timedelta(days=1), source_at=at,
        raw=None if raw is None else Decimal(raw), out_of=None if raw is None else Decimal(out_of), **fields,
    )


def reading(user_id: str, score: str | None, *, maximum: str | None = "100", after: int | None = None) -> Reading:
    """The same as a column shows it."""
    at = None if after is None else GRADED_AT + timedelta(minutes=after)
    return Reading(
        user_id=user_id, score=None if score is None else Decimal(score),
        maximum=None if maximum is None else Decimal(maximum), at=at,
    )
