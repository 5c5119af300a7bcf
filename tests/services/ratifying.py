"""A small university that can ratify: Alice chairs, Bob and Hari teach, Femi is external, Gwen is secretary,
Dana and Erin are at the registry, Charlie is a stranger, Iris looks after the machines."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.board import ExamBoard
from lti_tool.models.catalogue import AchievementVersion, Enrolment, RegulationSet, Run
from lti_tool.models.delivery import Discrepancy, OutboxMessage
from lti_tool.models.institution import Institution
from lti_tool.models.outcome import Judgement, Outcome
from lti_tool.models.people import Person
from lti_tool.services import boards, decisions, packs
from lti_tool.services.actors import Actor
from tests import factories

ROLES = {
    "alice": {Role.CHAIR, Role.BOARD_MEMBER}, "bob": {Role.INSTRUCTOR}, "hari": {Role.INSTRUCTOR, Role.BOARD_MEMBER},
    "femi": {Role.EXTERNAL}, "gwen": {Role.SECRETARY}, "dana": {Role.REGISTRY}, "erin": {Role.REGISTRY},
    "charlie": set[Role](), "iris": {Role.IT_ADMIN},
}
SEATS = {"alice": "chair", "hari": "internal", "femi": "external", "gwen": "secretary"}
deliveries = count(1)


@dataclass
class University:
    """Everything that a ratification needs, in one session."""

    session: Session
    now: datetime
    code: str = "inverlea"
    institution: Institution = field(init=False)
    regulations: RegulationSet = field(init=False)
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.institution = factories.institution(self.session, self.code)
        self.regulations = factories.regulation_set(self.session, self.institution)
        for name in ROLES:
            self.people[name] = factories.person(self.session, self.institution, name.title())
        for name in SEATS:
            factories.staff_account(self.session, self.people[name], ROLES[name] - {Role.INSTRUCTOR})

    def actor(self, name: str, *roles: Role) -> Actor:
        return Actor(
            institution_id=self.institution.id, person_id=self.people[name].id,
            roles=frozenset(roles or ROLES[name]),
        )

    def run(self, code: str = "IL5101", *, authority: str = "cairn", has_credit: bool = True, **fields: object) -> Run:
        version = factories.version(
            self.session, self.institution, self.regulations if has_credit else None, code=code, authority=authority,
            credit=15 if has_credit else 0,
        )
        for name, value in fields.items():
            setattr(version, name, value)
        if has_credit:
            self.records(version)
        return factories.run(self.session, version)

    def records(self, version: AchievementVersion) -> None:
        """The record system that the version feeds; it has a waiting room."""
        factories.destination(
            self.session, self.institution, version, name=f"records of {version.achievement.code}",
            takes_provisional=True,
        )

    def learner(self, run: Run, name: str = "Lena", person: Person | None = None) -> Enrolment:
        person = person or factories.person(self.session, self.institution, name, student_number=f"S{next(deliveries)}")
        return factories.enrolment(self.session, run, person)

    def mark(
        self, enrolment: Enrolment, component: str, raw: str | None, *, attempt: int = 1, board: int | None = None,
        status: str = "marked", by: str = "bob", **fields: object,
    ) -> Outcome:
        """A counted outcome, as its source showed it."""
        part = next(part for part in enrolment.run.components if part.component and part.component.code == component)
        made = Outcome(
            institution_id=enrolment.institution_id, enrolment_id=enrolment.id, run_component_id=part.id,
            board_number=board or enrolment.run.board_number, attempt=attempt, status=status, source="marksheet",
            raw=Decimal(raw) if raw else None, marked_by=self.people[by].id, delivery=f"delivery {next(deliveries)}",
            standing="counted", read_at=self.now, **fields,
        )
        self.session.add(made)
        self.session.flush()
        return made

    def judge(
        self, enrolment: Enrolment, outcome: str, *, met: bool, agreed: bool = True, by: str = "bob",
    ) -> Judgement:
        made = Judgement(
            institution_id=enrolment.institution_id, enrolment_id=enrolment.id, outcome=outcome, is_met=met,
            board_number=enrolment.run.board_number, is_agreed=agreed, marked_by=self.people[by].id, judged_at=self.now,
        )
        self.session.add(made)
        self.session.flush()
        return made

    def marked(self, run: Run, critique: str, portfolio: str, name: str = "Lena", **fields: str) -> Enrolment:
        """A learner with both marks, decided."""
        enrolment = self.learner(run, name)
        self.mark(enrolment, "CRIT", critique, **fields)
        self.mark(enrolment, "PORT", portfolio, **fields)
        decisions.decide(self.session, enrolment, self.now)
        return enrolment

    def board(self, *runs: Run, seats: dict[str, str] | None = None, present: set[str] | None = None) -> ExamBoard:
        """A board that has met, everybody there unless said otherwise."""
        seats = SEATS if seats is None else seats
        board = boards.convene(
            self.session, self.actor("gwen"), title="Data board", reference="INV-DATA 2026/1",
            held_on=date(2026, 6, 1), run_keys=[run.key for run in runs],
            members={self.people[name].key: part for name, part in seats.items()}, now=self.now,
        )
        there = seats if present is None else present
        boards.attend(self.session, self.actor("gwen"), board.key, {self.people[name].key for name in there}, self.now)
        return board

    def pack(self, board: ExamBoard) -> packs.Pack:
        return packs.pack(self.session, self.institution.id, board.key)

    def ratify(self, *runs: Run, **options: object):
        """The whole act, by Alice, on the list as it is."""
        board = self.board(*runs, **options)
        return boards.ratify(self.session, self.actor("alice"), board.key, self.pack(board).digest, self.now)

    def messages(self, enrolment: Enrolment) -> list[OutboxMessage]:
        mine = select(OutboxMessage).where(OutboxMessage.enrolment_id == enrolment.id).order_by(OutboxMessage.id)
        return list(self.session.scalars(mine))

    def discrepancies(self, enrolment: Enrolment) -> list[Discrepancy]:
        return list(self.session.scalars(select(Discrepancy).where(Discrepancy.enrolment_id == enrolment.id)))

    def later(self, **span: int) -> datetime:
        """Time goes on, and it is this late now."""
        self.now += timedelta(**(span or {"days": 1}))
        return self.now
