"""Ratified results ready to be sent, for the tests of the delivery engine and its benchmark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from connectors.memory import MemoryRecords, MemoryRegistry
from lti_tool.clock import utcnow
from lti_tool.db import Sessions, new_key
from lti_tool.domain.ratification import Role
from lti_tool.models.award import Award
from lti_tool.models.board import Decision, Ratification
from lti_tool.models.catalogue import AchievementVersion, Enrolment, Run
from lti_tool.models.delivery import Destination, OutboxMessage
from lti_tool.models.institution import Institution
from lti_tool.models.people import Person, PersonIdentifier
from lti_tool.services import claims, delivery, outbox, settling
from lti_tool.services.actors import Actor
from lti_tool.services.results import Claimed, Settled
from lti_tool.services.vault import sealer_of
from tests import factories

RATIFIED = datetime(2026, 6, 17, 15, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)


@dataclass
class World:
    """One institution with one micro-credential, whose results go to one record system in memory."""

    institution: Institution
    version: AchievementVersion
    run: Run
    destination: Destination
    registry: MemoryRegistry
    system: MemoryRecords

    @property
    def connectors(self) -> dict[int, delivery.Destination]:
        return {self.destination.id: self.system}

    @property
    def dana(self) -> Actor:
        """Of the registry."""
        return Actor(institution_id=self.institution.id, roles=frozenset({Role.REGISTRY}))


def world(session: Session, *, code: str = "inverlea", authority: str = "cairn", **destination: Any) -> World:
    institution = factories.institution(session, code)
    rules = factories.regulation_set(session, institution)
    version = factories.version(session, institution, rules, authority=authority)
    run = factories.run(session, version)
    registry = MemoryRegistry()
    made = factories.destination(session, institution, version, **destination)
    return World(institution, version, run, made, registry, MemoryRecords(registry))


def learner(session: Session, world: World, number: int = 1) -> Enrolment:
    person = factories.person(session, world.institution, f"Learner {number}", f"S{number:07}")
    return factories.enrolment(session, session.get_one(Run, world.run.id), person, f"S{number:07}/1")


def figure(component: str, mark: str | None, **fields: Any) -> dict[str, Any]:
    """What a decision keeps of one component."""
    return {
        "component": component, "title": component, "weight": "50", "status": "marked", "attempt": 1, "mark": mark,
        "unpenalised": mark, "uncapped": mark, "is_capped": False, "penalty": "0", "outcome": None,
        "is_reassessment": False, **fields,
    }


def decision(
    session: Session, enrolment: Enrolment, mark: str | None = "62", *, number: int = 1, kind: str = "PASS",
    grade: str = "Merit", credit: int = 15, uncapped: str | None = None, attempt: int = 1,
    figures: Sequence[dict[str, Any]] = (), code: str = "",
) -> Decision:
    made = Decision(
        institution_id=enrolment.institution_id, enrolment_id=enrolment.id, enrolment=enrolment, number=number,
        board_number=attempt, kind=kind, overall=None if mark is None else Decimal(mark), grade=grade, credit=credit,
        uncapped=None if uncapped is None else Decimal(uncapped), is_capped=uncapped is not None, attempt=attempt,
        figures=list(figures), inputs_digest=f"{number:064}", regulations="INV-2026.1", decided_at=RATIFIED, code=code,
    )
    session.add(made)
    session.flush()
    return made


def award(session: Session, decision: Decision, version: int = 1, *, authority: str = "cairn") -> Award:
    ratification = Ratification(
        institution_id=decision.institution_id, authority=authority, reference=f"EB 2026/{version:02}",
        held_on=date(2026, 6, 17), ratified_at=RATIFIED,
    )
    made = Award(
        institution_id=decision.institution_id, enrolment=decision.enrolment, version=version, decision=decision,
        ratification=ratification, kind=decision.kind, mark=decision.overall, grade=decision.grade,
        credit=decision.credit, is_capped=decision.is_capped, awarded_on=date(2026, 6, 17), ratified_at=RATIFIED,
    )
    session.add(made)
    session.flush()
    return made


def queued(session: Session, world: World, number: int = 1, mark: str = "62") -> OutboxMessage:
    """One ratified result in the outbox."""
    made = award(session, decision(session, learner(session, world, number), mark))
    return outbox.enqueue_award(session, made, RATIFIED)[0]


def fill(session: Session, world: World, numbers: range) -> None:
    """Many ratified results in the outbox, made a table at a time."""
    people = [_person(session, world, number) for number in numbers]
    session.add_all(people)
    session.flush()
    run = session.get_one(Run, world.run.id)
    enrolments = [
        Enrolment(
            institution_id=world.institution.id, run=run, person=person,
            regulation_set_id=world.version.regulation_set_id, registration=f"S{number:07}/1", remote_person="",
        ) for number, person in zip(numbers, people, strict=True)
    ]
    decisions = [
        Decision(
            institution_id=world.institution.id, enrolment=enrolment, number=1, board_number=1, kind="PASS",
            overall=Decimal(62), grade="Merit", credit=15, inputs_digest="0" * 64, regulations="INV-2026.1",
            decided_at=RATIFIED, figures=[], code="", attempt=1, is_capped=False,
        ) for enrolment in enrolments
    ]
    ratification = Ratification(
        institution_id=world.institution.id, authority="cairn", reference="EB 2026/01", held_on=date(2026, 6, 17),
        ratified_at=RATIFIED,
    )
    awards = [
        Award(
            institution_id=world.institution.id, enrolment=each.enrolment, version=1, decision=each, kind="PASS",
            ratification=ratification, mark=each.overall, grade="Merit", credit=15, awarded_on=date(2026, 6, 17),
            ratified_at=RATIFIED, is_capped=False, code="",
        ) for each in decisions
    ]
    session.add_all(awards)
    session.flush()
    for made in awards:
        outbox.enqueue_award(session, made, RATIFIED)


def _person(session: Session, world: World, number: int) -> Person:
    key = new_key()
    return Person(
        institution_id=world.institution.id, key=key, data_key=sealer_of(session).new_key(f"person:{key}"),
        display_name=f"Learner {number}", family_name=f"Learner {number}", given_name="", email="",
        identifiers=[PersonIdentifier(
            institution_id=world.institution.id, kind="student_number", value=f"S{number:07}",
        )],
    )


def claim(sessions: Sessions, worker: str = "w1", limit: int = 100, now: datetime | None = None) -> list[Claimed]:
    with sessions.begin() as session:
        return claims.claim(session, worker, limit, now or utcnow(), LEASE)


def settle(sessions: Sessions, *results: Settled, now: datetime | None = None) -> None:
    with sessions.begin() as session:
        settling.settle(session, results, now or utcnow())


def drain(sessions: Sessions, connectors: delivery.Connectors, now: datetime | None = None) -> list[Settled]:
    """One round of a worker: claim, send, settle."""
    results = [delivery.deliver_one(connectors, message) for message in claim(sessions, now=now)]
    settle(sessions, *results, now=now)
    return results


def messages(sessions: Sessions) -> Iterator[OutboxMessage]:
    with sessions() as session:
        yield from session.query(OutboxMessage).order_by(OutboxMessage.id).all()


def message(sessions: Sessions) -> OutboxMessage:
    """The only one."""
    (only,) = messages(sessions)
    return only
