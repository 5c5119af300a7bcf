"""Whatever happens to a result, in whatever order, some things hold: of random histories of two people on two runs.

A seed names one history, so that one that fails can be played again.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.memory import MemoryRecords, MemoryRegistry
from lti_tool.models.award import Award
from lti_tool.models.board import Amendment
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.outcome import Outcome
from lti_tool.services import amendments, audit_verification, awards, bodies, decisions, replays
from lti_tool.services.errors import Refused
from tests import factories
from tests.services.ratifying import University

STEPS = 14
SEEDS = (*range(12), 40, 53, 68, 70, 93, 119, 130, 139, 147, 158, 159, 165)  # the latter have found something
MARKS = ("15", "45", "62", "80")
STATUSES = {"defer": "deferred", "absent": "absent", "take away": "pending"}
ACTS = (
    "mark", "resit", "defer", "absent", "take away", "board", "board", "amend", "amend", "let stand", "leave", "return",
)


@dataclass
class History:
    """One university in which anything may happen next."""

    home: University
    dice: random.Random
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    people: list[Enrolment] = field(default_factory=list)

    def begin(self) -> None:
        run = self.home.run()
        again = factories.run(self.home.session, run.version, "A2")
        lena = self.home.learner(run)
        self.people = [lena, self.home.learner(again, person=lena.person), self.home.learner(run, "Omar")]
        for one in self.people:
            for component in ("CRIT", "PORT"):
                self.home.mark(one, component, self.dice.choice(MARKS))
            self.decide(one)

    def step(self) -> None:
        """Something happens to somebody; what the rules of the house refuse does not."""
        one, act = self.dice.choice(self.people), self.dice.choice(ACTS)
        self.home.later()
        acts: dict[str, Callable[[Enrolment], None]] = {
            "resit": self.resit, "board": self.board, "amend": self.amend, "let stand": self.let_stand,
            "leave": self.leave, "return": self.come_back,
        }
        try:
            acts[act](one) if act in acts else self.mark(one, STATUSES.get(act, "marked"))
        except Refused:
            return
        self.decide(one)

    def mark(self, one: Enrolment, status: str, attempt: int = 1) -> None:
        award = awards.current(self.home.session, one)
        self.home.mark(
            one, self.dice.choice(("CRIT", "PORT")), self.dice.choice(MARKS) if status == "marked" else None,
            status=status, attempt=attempt, board=award.decision.board_number if award and attempt == 1 else None,
        )

    def resit(self, one: Enrolment) -> None:
        award = awards.current(self.home.session, one)
        if award is not None and award.kind == "RESIT":
            self.mark(one, "marked", attempt=2)

    def board(self, one: Enrolment) -> None:
        known = {learner.id: self.open_ones(learner) for learner in self.people}
        self.home.ratify(one.run)
        for learner in self.people:
            self.decide(learner)
            assert self.open_ones(learner) <= known[learner.id], "a board makes nothing late by meeting"

    def amend(self, one: Enrolment) -> None:
        approved = amendments.approve(
            self.home.session, self.home.actor("alice"), self.propose(one).key, self.home.later()
        )
        self.decide(one)
        if not approved.is_revoked and not self.has_resat(one):  # a resit of what is a pass now is looked at
            assert self.open_ones(one) == 0, "nothing is late of what was just amended"

    def has_resat(self, one: Enrolment) -> bool:
        known = awards.history(self.home.session, one)[-1].decision.evidence
        resat = select(Outcome.id).where(Outcome.enrolment_id == one.id, Outcome.attempt == 2)
        return not set(self.home.session.scalars(resat)) <= set(known)

    def let_stand(self, one: Enrolment) -> None:
        amendments.refuse(
            self.home.session, self.home.actor("alice"), self.propose(one).key, reason="It stands.", now=self.home.now
        )

    def propose(self, one: Enrolment) -> Amendment:
        return amendments.propose(
            self.home.session, self.home.actor("bob"), one, reason="It was found.", authority_reference="CA 9",
            now=self.home.now,
        )

    def leave(self, one: Enrolment) -> None:
        one.status, one.status_on = "withdrawn", self.dice.choice((date(2026, 5, 1), self.home.now.date()))

    def come_back(self, one: Enrolment) -> None:
        one.status = "registered"

    def decide(self, one: Enrolment) -> None:
        decisions.decide(self.home.session, one, self.home.now)

    def open_ones(self, one: Enrolment) -> int:
        return sum(row.closed_at is None for row in self.home.discrepancies(one))

    def deliver(self) -> None:
        """Everything that is queued reaches the record system."""
        ready = select(OutboxMessage).where(OutboxMessage.state == "ready").order_by(OutboxMessage.id)
        for message in self.home.session.scalars(ready).all():
            MemoryRecords(self.registry).push(bodies.record_of(self.home.session, message))
            message.state, message.sent_at = "sent", self.home.now

    def standing(self) -> Iterator[Award]:
        for one in self.people:
            award = awards.current(self.home.session, one)
            if award is not None:
                yield award

    def check(self) -> None:
        """What holds at any time."""
        session, institution = self.home.session, self.home.institution.id
        for one in self.people:
            for version in awards.history(session, one):
                assert replays.replay(session, institution, version.key).is_same, "its readings give it again"
        assert audit_verification.verify(session, institution).problem == ""
        given = [award.enrolment.person_id for award in self.standing() if award.credit]
        assert len(given) == len(set(given)), "credit of one micro-credential is given once (I9)"
        self.deliver()
        owner = {message.record_key: message.enrolment_id for message in session.scalars(select(OutboxMessage))}
        for one in self.people:
            award = awards.current(session, one)
            held = [row for key, row in self.registry.rows.items() if owner[key] == one.id]
            assert sum(row.credit or 0 for row in held) == (award.credit if award else 0), "their credit is ours"
            if award is not None and award.mark is not None:
                assert award.mark in [row.mark for row in held], "what stands is held there"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_holds_in_any_history(session: Session, now: datetime, seed: int) -> None:
    history = History(University(session, now), random.Random(seed))
    history.begin()
    for _ in range(STEPS):
        history.step()
        history.check()
