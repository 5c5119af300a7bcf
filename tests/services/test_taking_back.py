"""What no longer stands: amended to no result, or taken back, and told to whoever was told of it."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from connectors.contract import AwardRecord
from lti_tool.domain.ratification import ResultState
from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award, Revocation
from lti_tool.models.board import Amendment
from lti_tool.models.catalogue import Enrolment, Run
from lti_tool.models.delivery import Destination, OutboxMessage
from lti_tool.services import amendments, awards, bodies, decisions, explain, journeys, late, replays
from lti_tool.services.amendments import Approved
from tests import factories
from tests.services.ratifying import University

ACTION = "Chair's action 2026/09"


@pytest.fixture
def home(session, now) -> University:
    return University(session, now)


@pytest.fixture
def run(home: University) -> Run:
    return home.run()


@pytest.fixture
def lena(home: University, run: Run) -> Enrolment:
    """Ratified with a pass."""
    lena = home.marked(run, "60", "60")
    home.ratify(run)
    return lena


def propose(home: University, enrolment: Enrolment) -> Amendment:
    decisions.decide(home.session, enrolment, home.later())
    return amendments.propose(
        home.session, home.actor("bob"), enrolment, reason="found by the school", authority_reference=ACTION,
        now=home.now,
    )


def amend(home: University, enrolment: Enrolment) -> Approved:
    proposed = propose(home, enrolment)
    return amendments.approve(home.session, home.actor("alice"), proposed.key, home.later())


def told(home: University, enrolment: Enrolment) -> list[tuple[OutboxMessage, AwardRecord]]:
    return [(message, bodies.record_of(home.session, message)) for message in home.messages(enrolment)
            if message.is_final]


def test_a_pass_amended_to_deferred_is_told_under_its_own_key(home: University, lena: Enrolment) -> None:
    home.mark(lena, "CRIT", None, status="deferred", board=1)
    assert amend(home, lena).award.kind == "DEFERRED"
    (first, passed), (second, deferred) = told(home, lena)
    assert (passed.mark, passed.credit) == (60, 15)
    assert (first.record_key, first.state) == (second.record_key, "superseded")
    assert (deferred.status, deferred.mark, deferred.credit, deferred.attempt) == ("deferred", None, 0, passed.attempt)


@pytest.mark.parametrize("sends", ["overall", "component_final"])
def test_an_amendment_on_another_attempt_makes_no_second_record(home: University, run: Run, sends: str) -> None:
    home.session.scalars(select(Destination)).one().sends = sends
    lena = home.marked(run, "60", "60")
    home.ratify(run)
    home.mark(lena, "CRIT", "80", attempt=2, board=1)
    amend(home, lena)
    keys = {message.record_key for message, _ in told(home, lena)}
    assert len(keys) == (1 if sends == "overall" else 2)
    assert {record.attempt for _, record in told(home, lena)} == {1}


def test_a_result_that_lost_a_mark_is_taken_back(home: University, lena: Enrolment) -> None:
    home.mark(lena, "CRIT", None, status="pending", board=1)
    approved = amend(home, lena)
    assert approved.is_revoked
    assert awards.current(home.session, lena) is None
    assert awards.state_of(home.session, lena) is ResultState.RESCINDED
    assert [award.mark for award in awards.history(home.session, lena)] == [Decimal(60)], "it stays readable (I2)"
    revocation = home.session.scalars(select(Revocation)).one()
    assert (revocation.award_id, revocation.code, revocation.reason) == (
        approved.award.id, "INCOMPLETE", "found by the school"
    )
    assert [row.resolution for row in home.discrepancies(lena)] == [f"taken back by {ACTION}"]


def test_the_record_system_is_told_that_it_does_not_stand(home: University, lena: Enrolment) -> None:
    [sent] = home.messages(lena)
    sent.state = "confirmed"
    home.mark(lena, "CRIT", None, status="pending", board=1)
    amend(home, lena)
    (first, _), (second, record) = told(home, lena)
    assert (first.record_key, first.state, second.version) == (second.record_key, "confirmed", first.version + 1)
    assert (record.status, record.mark, record.grade, record.credit) == ("pending", None, "", 0)
    assert (record.board.reference, record.is_final) == (ACTION, True)


def test_it_is_written_down_and_explained(home: University, lena: Enrolment) -> None:
    home.mark(lena, "CRIT", None, status="pending", board=1)
    award = amend(home, lena).award
    [entry] = home.session.scalars(select(AuditEntry).where(AuditEntry.action == "award.revoke"))
    assert entry.subject == f"award:{award.key}"
    line = explain.chain(home.session, home.institution.id, award.key).line
    assert (line.is_standing, line.taken_back) == (False, f"found by the school ({ACTION})")
    [shown] = journeys.journey(home.session, home.institution, lena).confirmed
    assert shown.is_taken_back


def test_the_next_board_decides_anew_and_the_record_follows(home: University, run: Run, lena: Enrolment) -> None:
    home.mark(lena, "CRIT", None, status="pending", board=1)
    amend(home, lena)
    home.mark(lena, "CRIT", "70")
    decisions.decide(home.session, lena, home.later())
    home.ratify(run)
    award = awards.current(home.session, lena)
    assert (award.kind, award.mark, award.version) == ("PASS", Decimal(63), 2)
    *_, (_, withdrawn), (last, record) = told(home, lena)
    assert (withdrawn.credit, record.credit, record.mark, last.version) == (0, 15, 63, 3)
    assert len({message.record_key for message, _ in told(home, lena)}) == 1


def test_a_withdrawal_before_the_board_that_is_told_after_it_is_a_discrepancy(
    home: University, lena: Enrolment
) -> None:
    lena.status, lena.status_on = "withdrawn", date(2026, 5, 20)
    assert amend(home, lena).is_revoked
    [discrepancy] = home.discrepancies(lena)
    assert (discrepancy.ours, discrepancy.theirs) == ("60 PASS", "WITHDRAWN")
    assert told(home, lena)[-1][1].status == "withdrawn"


@pytest.mark.parametrize("on", [None, date(2026, 6, 1), date(2026, 6, 20)])
def test_one_after_the_board_changes_nothing(home: University, lena: Enrolment, on: date | None) -> None:
    lena.status, lena.status_on = "withdrawn", on
    decisions.decide(home.session, lena, home.later())
    assert home.discrepancies(lena) == []


def test_one_after_the_board_stays_so_when_the_result_is_amended_later(home: University, lena: Enrolment) -> None:
    lena.status, lena.status_on = "withdrawn", date(2026, 6, 10)
    home.mark(lena, "CRIT", "70", board=1)
    home.later(days=20)
    assert not amend(home, lena).is_revoked
    decisions.decide(home.session, lena, home.later())
    assert [row.closed_at is None for row in home.discrepancies(lena)] == [False]


def test_facts_that_are_the_ratified_ones_again_close_what_they_opened(home: University, lena: Enrolment) -> None:
    lena.status, lena.status_on = "withdrawn", date(2026, 5, 20)
    decisions.decide(home.session, lena, home.later())
    lena.status = "registered"
    decisions.decide(home.session, lena, home.later())
    [discrepancy] = home.discrepancies(lena)
    assert (discrepancy.closed_at, discrepancy.closed_by) == (home.now, None)
    assert late.differing(home.session, lena) is None


def test_credit_that_was_taken_back_is_due_to_the_retake(home: University, run: Run, lena: Enrolment) -> None:
    again = _retake(home, run, lena)
    assert _standing(home, again) == (0, "credit_given_before")
    home.mark(lena, "CRIT", None, status="pending", board=1)
    amend(home, lena)
    [discrepancy] = home.discrepancies(again)
    assert (discrepancy.ours, discrepancy.theirs) == ("70 PASS without credit", "70 PASS with 15 credits")
    amend(home, again)
    assert _standing(home, again) == (15, "")
    assert told(home, again)[-1][1].credit == 15
    assert late.differing(home.session, again) is None


def _standing(home: University, enrolment: Enrolment) -> tuple[int, str]:
    award: Award = awards.current(home.session, enrolment)
    return award.credit, award.code



def test_nothing_is_late_of_what_was_decided_anew(home: University, run: Run, lena: Enrolment) -> None:
    home.mark(lena, "CRIT", None, status="pending", board=1)
    amend(home, lena)
    home.mark(lena, "CRIT", "10")
    decisions.decide(home.session, lena, home.later())
    home.ratify(run)
    decisions.decide(home.session, lena, home.later())
    assert [row.closed_at is None for row in home.discrepancies(lena)] == [False], "only what was settled before"
    home.mark(lena, "CRIT", "70", attempt=2)
    decisions.decide(home.session, lena, home.later())
    [award] = home.ratify(run)
    assert (award.kind, award.version) == ("PASS", 3)
    for version in awards.history(home.session, lena):
        assert replays.replay(home.session, home.institution.id, version.key).is_same, version.version


@pytest.mark.parametrize("sends", ["overall", "component_final"])
def test_what_an_earlier_board_gave_falls_with_it_where_its_facts_are_gone(
    home: University, run: Run, sends: str
) -> None:
    home.session.scalars(select(Destination)).one().sends = sends
    lena = home.marked(run, "20", "45")
    home.ratify(run)
    home.mark(lena, "CRIT", "70", attempt=2)
    decisions.decide(home.session, lena, home.later())
    home.ratify(run)
    lena.status, lena.status_on = "withdrawn", date(2026, 5, 1)
    amend(home, lena)
    newest = {message.record_key: record for message, record in told(home, lena)}
    assert {(record.mark, record.status) for record in newest.values()} == {(None, "withdrawn")}
    assert [row.is_taken_back for row in journeys.journey(home.session, home.institution, lena).confirmed] == [True] * 2


def test_what_an_earlier_board_gave_stands_where_its_facts_do(home: University, run: Run) -> None:
    lena = home.marked(run, "20", "45")
    home.ratify(run)
    home.mark(lena, "CRIT", "70", attempt=2)
    decisions.decide(home.session, lena, home.later())
    home.ratify(run)
    home.mark(lena, "CRIT", None, status="pending", attempt=2, board=2)
    amend(home, lena)
    assert [row.is_taken_back for row in journeys.journey(home.session, home.institution, lena).confirmed] == [
        False, True,
    ]
    newest = {record.attempt: record.mark for _, record in told(home, lena)}
    assert newest == {1: Decimal(38), 2: None}


def test_credit_that_fell_due_is_not_forgotten_over_a_mark_that_came_and_went(
    home: University, run: Run, lena: Enrolment
) -> None:
    again = _retake(home, run, lena)
    home.mark(lena, "CRIT", None, status="pending", board=1)
    amend(home, lena)
    for raw in ("71", "70"):
        home.mark(again, "CRIT", raw, board=1)
        decisions.decide(home.session, again, home.later())
    assert [row.closed_at for row in home.discrepancies(again)] == [None]
    home.mark(lena, "CRIT", "70")
    decisions.decide(home.session, lena, home.later())
    home.ratify(run)
    assert _standing(home, lena) == (15, "")
    assert [row.closed_at is None for row in home.discrepancies(again)] == [False], "it is given where it was before"


def _retake(home: University, run: Run, enrolment: Enrolment) -> Enrolment:
    again = home.learner(factories.run(home.session, run.version, "A2"), person=enrolment.person)
    for code in ("CRIT", "PORT"):
        home.mark(again, code, "70")
    decisions.decide(home.session, again, home.now)
    home.ratify(again.run)
    return again
