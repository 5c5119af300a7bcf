"""The record system decides: what it is told, agrees and holds over amendments, resits, withdrawals and retakes."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from connectors.contract import RemoteRecord
from connectors.errors import ConnectorError
from connectors.memory import MemoryRecords, MemoryRegistry
from lti_tool.models.catalogue import Enrolment, Run
from lti_tool.models.delivery import Destination, OutboxMessage
from lti_tool.services import amendments, awards, bodies, decisions, destinations, journeys, readback
from lti_tool.services.errors import Refused
from tests import factories
from tests.services.ratifying import University
from tests.services.test_taking_back import amend

SENDS = ["overall", "component_final"]


@dataclass
class Theirs(University):
    """With a record system in memory, told what is queued and read back."""

    registry: MemoryRegistry = field(default_factory=MemoryRegistry)

    def meet(self, *, agrees: bool = True) -> None:
        """Everything is sent; their board agrees it, if it does; it is read back."""
        system = MemoryRecords(self.registry)
        ready = select(OutboxMessage).where(OutboxMessage.state == "ready").order_by(OutboxMessage.id)
        for message in self.session.scalars(ready).all():
            try:
                system.push(bodies.record_of(self.session, message))
                message.state, message.sent_at = "sent", self.now
            except ConnectorError as error:
                message.state, message.error_code = "on_hold", error.code
        for key in self.registry.rows if agrees else ():
            self.registry.agree(key, "PAB 2026/06", date(2026, 6, 1))
        destination = self.session.scalars(select(Destination)).one()
        for remote in list(system.read_back()):
            readback.take(self.session, destination, remote, self.now)

    def held(self) -> list[RemoteRecord]:
        return list(MemoryRecords(self.registry).read_back())

    def marks(self) -> list[tuple[Decimal | None, str]]:
        return [(row.mark, row.status) for row in self.held()]

    def on_hold(self) -> list[str]:
        return list(self.session.scalars(select(OutboxMessage.error_code).where(OutboxMessage.state == "on_hold")))


@pytest.fixture
def home(session, now) -> Theirs:
    return Theirs(session, now)


@pytest.fixture
def run(home: Theirs) -> Run:
    return home.run(authority="record_system")


def decide(home: Theirs, enrolment: Enrolment) -> None:
    decisions.decide(home.session, enrolment, home.later())


def sends(home: Theirs, what: str) -> None:
    home.session.scalars(select(Destination)).one().sends = what


def test_an_amendment_of_what_they_agreed_reaches_them(home: Theirs, run: Run) -> None:
    lena = home.marked(run, "60", "60")
    home.meet()
    home.mark(lena, "CRIT", "80", board=1)
    amend(home, lena)
    newest = journeys.journey(home.session, home.institution, lena).confirmed[-1]
    assert (newest.mark, newest.record) == ("66", "waiting"), "it is not in the record before it is"
    home.meet(agrees=False)
    assert home.marks() == [(Decimal(66), "marked")]


def test_credit_that_was_given_before_is_not_told_again(home: Theirs, run: Run) -> None:
    lena = home.marked(run, "60", "60")
    home.meet()
    again = home.learner(factories.run(home.session, run.version, "A2"), person=lena.person)
    for code in ("CRIT", "PORT"):
        home.mark(again, code, "70")
    decide(home, again)
    home.meet()
    assert [row.credit for row in home.held()] == [15, 0]
    assert awards.current(home.session, again).credit == 0


def test_credit_that_two_were_told_before_either_was_agreed_is_put_right(home: Theirs, run: Run) -> None:
    lena = home.marked(run, "60", "60")
    again = home.learner(factories.run(home.session, run.version, "A2"), person=lena.person)
    for code in ("CRIT", "PORT"):
        home.mark(again, code, "70")
    decide(home, again)
    home.meet()
    assert [awards.current(home.session, one).credit for one in (lena, again)] == [15, 0]
    home.meet(agrees=False)
    assert [row.credit for row in home.held()] == [15, 0]


def test_what_was_taken_back_can_be_given_again(home: Theirs, run: Run) -> None:
    lena = home.marked(run, "60", "60")
    home.meet()
    home.mark(lena, "CRIT", None, status="pending", board=1)
    assert amend(home, lena).is_revoked
    home.meet(agrees=False)
    assert home.marks() == [(None, "pending")]
    home.mark(lena, "CRIT", "70")
    decide(home, lena)
    home.meet()
    assert (home.marks(), home.on_hold()) == ([(Decimal(63), "marked")], [])
    award = awards.current(home.session, lena)
    assert (award.mark, award.credit, award.version) == (Decimal(63), 15, 2)


def test_all_components_that_they_agreed_are_taken_back(home: Theirs, run: Run) -> None:
    sends(home, "component_final")
    lena = home.marked(run, "60", "60")
    home.meet()
    for code in ("CRIT", "PORT"):
        home.mark(lena, code, None, status="pending", board=1)
    assert amend(home, lena).is_revoked
    home.meet(agrees=False)
    assert home.marks() == [(None, "pending")] * 2


@pytest.fixture(params=SENDS)
def resat(home: Theirs, run: Run, request: pytest.FixtureRequest) -> Enrolment:
    """A fail that they agreed, and the marks of the resit in their waiting room."""
    sends(home, request.param)
    lena = home.marked(run, "20", "30")
    home.meet()
    for code in ("CRIT", "PORT"):
        home.mark(lena, code, "50", attempt=2)
    decide(home, lena)
    home.meet(agrees=False)
    return lena


def test_marks_that_are_gone_are_called_back_from_the_waiting_room(home: Theirs, resat: Enrolment) -> None:
    before = home.marks()
    for code in ("CRIT", "PORT"):
        home.mark(resat, code, None, status="pending", attempt=2, board=2)
    decide(home, resat)
    home.meet(agrees=False)
    half = len(before) // 2
    assert home.marks() == [*before[:half], *[(None, "pending")] * half], "what they agreed stays"
    assert home.on_hold() == []


def test_who_withdraws_has_nothing_left_in_the_waiting_room(home: Theirs, resat: Enrolment) -> None:
    before = home.marks()
    resat.status, resat.status_on = "withdrawn", date(2026, 6, 3)
    decide(home, resat)
    home.meet(agrees=False)
    half = len(before) // 2
    assert home.marks() == [*before[:half], *[(None, "withdrawn")] * half]
    assert home.on_hold() == []


@pytest.mark.parametrize("what", SENDS)
def test_who_withdraws_before_the_first_board(home: Theirs, run: Run, what: str) -> None:
    sends(home, what)
    lena = home.marked(run, "60", "60")
    home.meet(agrees=False)
    lena.status, lena.status_on = "withdrawn", date(2026, 5, 3)
    decide(home, lena)
    home.meet(agrees=False)
    assert {mark for mark, _ in home.marks()} == {None}


def test_a_system_that_caps_and_decides_could_not_be_read(home: Theirs, run: Run) -> None:
    destination = home.session.scalars(select(Destination)).one()
    other = home.run("IL5102", authority="record_system")
    destination.caps_by = "record_system"
    with pytest.raises(Refused, match="Let Cairn apply the cap"):
        destinations.feed(home.session, home.actor("dana"), other.version, destination, home.now)


def test_nothing_is_amended_of_what_they_only_wait_to_agree(home: Theirs, run: Run) -> None:
    lena = home.marked(run, "60", "60")
    home.meet(agrees=False)
    with pytest.raises(Refused, match="No ratified result"):
        amendments.propose(
            home.session, home.actor("bob"), lena, reason="x", authority_reference="y", now=home.now
        )
