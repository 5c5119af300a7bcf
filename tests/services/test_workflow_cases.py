"""Worked cases of kind ``workflow``, event by event through the application's own services.

A file check cannot run them, since they need people and states.
"""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.contract import AwardRecord
from connectors.memory import MemoryRecords, MemoryRegistry
from lti_tool.clock import utcnow
from lti_tool.domain import ratification as rules
from lti_tool.models.board import ExamBoard
from lti_tool.models.catalogue import RunComponent
from lti_tool.models.delivery import Destination
from lti_tool.services import (
    amendments,
    awards,
    boards,
    decisions,
    duties,
    follow_up,
    outbox,
    outcomes,
    packs,
    regulation_files,
)
from lti_tool.services.delivery import deliver_one
from lti_tool.services.errors import Refused
from lti_tool.services.outcome_values import NewOutcome
from tests import factories
from tests.services.ratifying import SEATS, University

CASES = Path("tests/regulations/cases/regulation-cases.yaml")
#: Who the case's actors are here; a coordinator has the course role that an LMS gives.
PEOPLE = {"marker": "bob", "registry": "dana", "chair": "alice", "module_coordinator": "hari"}
ACTION = "Chair's action 2026/07"


def workflow_cases():
    document = regulation_files.parse(CASES.read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["id"]) for case in document["cases"] if case["kind"] == "workflow"]


class Workflow:
    """One learner of a micro-credential with one component, and the events of a case played on them."""

    def __init__(self, session: Session, now) -> None:
        self.session, self.university = session, University(session, now)
        version = factories.version(
            session, self.university.institution, self.university.regulations, weights=(("WORK", "100"),),
        )
        self.destination: Destination = factories.destination(session, self.university.institution, version)
        self.run = factories.run(session, version)
        self.learner = self.university.learner(self.run)
        self.part: RunComponent = self.run.components[0]
        self.part.authority = "cairn"
        self.registry = MemoryRegistry()
        self.connectors = {self.destination.id: MemoryRecords(self.registry)}
        self.sent: list[AwardRecord] = []
        self.amendment_key = ""

    def actor(self, event):
        return self.university.actor(PEOPLE[event["actor"]])

    def score(self, event) -> str:
        """A mark as its marker enters it. Whether it counts as late, the discrepancies say."""
        now = self.university.later(hours=1)
        result = NewOutcome(
            source="marksheet", status="marked", raw=Decimal(event["mark"]), out_of=Decimal(100), read_at=now,
            marked_by=self.actor(event).person_id,
        )
        added = outcomes.append(self.session, self.learner, self.part, result, now)
        follow_up.after(self.session, [added], now)
        return "accepted_as_discrepancy" if self.university.discrepancies(self.learner) else "accepted"

    def transmit(self, event) -> str:
        """What waits in the outbox as final is what can be sent, and a worker sends it."""
        state = awards.state_of(self.session, self.learner)
        duties.require(rules.may_transmit(duties.as_domain(self.actor(event)), state=state))
        claimed = outbox.claim(self.session, "test", 10, utcnow(), timedelta(minutes=1))
        outbox.settle(self.session, [deliver_one(self.connectors, message) for message in claimed], utcnow())
        self.session.expire_all()
        self.sent = [message.body for message in claimed]
        return "accepted"

    def ratify(self, event) -> str:
        board = self.board()
        seen = packs.pack(self.session, self.university.institution.id, board.key).digest
        boards.ratify(self.session, self.actor(event), board.key, seen, self.university.later(hours=1))
        return "accepted"

    def edit_result(self, event) -> str:
        """Somebody types over the result itself, past every screen."""
        with self.session.begin_nested():
            awards.current(self.session, self.learner).mark = Decimal(event["mark"])
            self.session.flush()
        return "accepted"

    def propose_amendment(self, event) -> str:
        proposal = amendments.propose(
            self.session, self.actor(event), self.learner, reason=event["reason"], authority_reference=ACTION,
            now=self.university.later(hours=1),
        )
        assert proposal.decision.overall == Decimal(event["mark"])
        self.amendment_key = proposal.key
        return "accepted"

    def approve_amendment(self, event) -> str:
        amendments.approve(self.session, self.actor(event), self.amendment_key, self.university.later(hours=1))
        return "accepted"

    def play(self, event) -> tuple[str, str]:
        """What came of an event, and why it was refused."""
        try:
            return getattr(self, event["do"])(event), ""
        except Refused as refusal:
            return "refused", refusal.code

    def board(self):
        found = self.session.scalars(select(ExamBoard).where(ExamBoard.state == "open")).first()
        return found or self.university.board(self.run, seats=SEATS)


@pytest.mark.parametrize("case", workflow_cases())
def test_worked_case(case, session, now):
    workflow = Workflow(session, now)
    for event in case["events"]:
        outcome, why = workflow.play(event)
        assert (outcome, why) == (event["expect"], event.get("why", "")), event
        if "sends" in event:
            [record] = workflow.sent
            versions = awards.history(session, workflow.learner)
            assert record.mark == Decimal(event["sends"]["mark"]) and record.decision == event["sends"]["decision"]
            assert len(versions) == event["sends"]["version"] and record.is_final
            assert workflow.registry.read(record.key).mark == record.mark
    check_final(workflow, case["final"])


def check_final(workflow, final) -> None:
    history = awards.history(workflow.session, workflow.learner)
    current = awards.current(workflow.session, workflow.learner)
    assert len(history) == final["versions"]
    assert (current.mark, current.kind) == (Decimal(final["current"]["mark"]), final["current"]["decision"])
    first = outcomes.facts(workflow.session, workflow.learner)[0].raw
    assert (history[0].mark == first) is final["first_version_kept"]
    next_board = next_pack(workflow)
    assert bool(next_board.amendments) is final["report_to_next_board"]


def next_pack(workflow):
    """The next board of this micro-credential, with another learner's case on its list."""
    university = workflow.university
    other = university.learner(workflow.run, "Moss")
    university.mark(other, "WORK", "60")
    decisions.decide(workflow.session, other, university.later(days=30))
    board = boards.convene(
        workflow.session, university.actor("gwen"), title="Data board", reference="INV-DATA 2026/2",
        held_on=date(2026, 6, 1) + timedelta(days=31), run_keys=[workflow.run.key],
        members={university.people[name].key: part for name, part in SEATS.items()}, now=university.now,
    )
    return packs.pack(workflow.session, university.institution.id, board.key)
