"""Decisions follow the facts, are stored when those change, and never touch what was ratified."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from lti_tool.models.board import Decision, Ratification
from lti_tool.services import awards, decisions
from lti_tool.services.errors import Refused
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def run(university):
    return university.run()


def how_many(session, enrolment):
    return session.scalar(select(func.count(Decision.id)).where(Decision.enrolment_id == enrolment.id))


@pytest.mark.parametrize("critique, portfolio, kind, overall, grade, credit", [
    pytest.param("53", "48", "PASS", "50", "Pass", 15, id="2.3 rounded once, half up"),
    pytest.param("51.5", "48.57", "RESIT", "49", "Fail", 0, id="2.3 never rounded twice"),
    pytest.param("80", "75", "PASS", "77", "Distinction", 15, id="3.3 distinction from 70"),
])
def test_the_pinned_regulations_decide(university, run, critique, portfolio, kind, overall, grade, credit):
    found = decisions.present(university.session, university.marked(run, critique, portfolio))
    assert (found.kind, found.overall, found.grade, found.credit) == (kind, Decimal(overall), grade, credit)
    assert found.regulations == "INV-2026.1"


def test_the_exact_figure_is_kept_as_a_fraction(university, run):
    lena = university.learner(run)
    university.mark(lena, "CRIT", "5", out_of=Decimal(9))
    university.mark(lena, "PORT", "47")
    found = decisions.decide(university.session, lena, university.now)
    assert found.overall_exact == "1487/30"  # 0.3 × 500/9 + 0.7 × 47, and no binary digit of it
    assert found.figures[0]["mark"] == "55.555555555555555556"


def test_every_finding_quotes_its_clause(university, run):
    found = decisions.present(university.session, university.marked(run, "53", "48"))
    refs = {finding["key"]: finding["ref"] for finding in found.findings}
    assert refs["pass_mark"] == "3.1" and refs["rounding"] == "2.3"
    assert all(finding["clause"] for finding in found.findings)


def test_the_same_facts_are_one_decision(university, run):
    lena = university.marked(run, "60", "60")
    first = decisions.present(university.session, lena)
    assert decisions.decide(university.session, lena, university.later()) is first
    assert how_many(university.session, lena) == 1


def test_a_new_mark_is_a_new_decision_and_supersedes_the_provisional_message(university):
    run = university.run("IL5104", authority="record_system")
    lena = university.marked(run, "60", "60")
    university.mark(lena, "PORT", "70")
    found = decisions.decide(university.session, lena, university.later())
    assert (found.number, found.overall) == (2, Decimal(67))
    assert [message.state for message in university.messages(lena)] == ["superseded", "ready"]


def test_I1_whatever_is_queued_before_ratification_says_provisional(university):
    lena = university.marked(university.run("IL5104", authority="record_system"), "60", "60")
    assert [message.is_final for message in university.messages(lena)] == [False]


@pytest.mark.parametrize("authority", ["cairn", "minuted"])
def test_I1_nothing_is_queued_before_a_board_has_decided(university, authority):
    lena = university.marked(university.run("IL5104", authority=authority), "60", "60")
    assert university.messages(lena) == []


@pytest.mark.parametrize("status, kind", [
    pytest.param("pending", "INCOMPLETE", id="I4 pending"),
    pytest.param("unagreed", "INCOMPLETE", id="I4 unagreed"),
    pytest.param("deferred", "DEFERRED", id="I4 deferred"),
    pytest.param("exempt", "PASS", id="I4 exempt"),
    pytest.param("absent", "RESIT", id="I4 absent"),
])
def test_I4_a_missing_mark_says_why(university, run, status, kind):
    lena = university.learner(run)
    university.mark(lena, "CRIT", None, status=status)
    university.mark(lena, "PORT", "62")
    found = decisions.decide(university.session, lena, university.now)
    assert found.kind == kind
    assert (found.overall is None) == (kind in ("INCOMPLETE", "DEFERRED"))


def test_no_mark_at_all_is_incomplete(university, run):
    assert decisions.decide(university.session, university.learner(run), university.now).kind == "INCOMPLETE"


def test_I22_who_withdraws_before_the_board_has_no_result(university, run):
    lena = university.marked(run, "60", "60")
    lena.status = "withdrawn"
    found = decisions.decide(university.session, lena, university.now)
    assert (found.kind, found.overall, found.credit) == ("WITHDRAWN", None, 0)


def test_a_mark_above_its_maximum_waits_and_says_what_is_wrong(university, run):
    found = decisions.present(university.session, university.marked(run, "101", "60"))
    assert found.kind == "INCOMPLETE"
    assert "raw" in found.findings[0]["text"]


def test_marks_of_another_maximum_are_brought_to_the_component_s_own(university, run):
    lena = university.learner(run)
    university.mark(lena, "CRIT", "0.6", out_of=Decimal(1))
    university.mark(lena, "PORT", "30", out_of=Decimal(50))
    assert decisions.decide(university.session, lena, university.now).overall == Decimal(60)


def test_preview_stores_nothing(university, run):
    lena = university.learner(run)
    university.mark(lena, "CRIT", "60")
    assert decisions.preview(university.session, lena).kind == "INCOMPLETE"
    assert how_many(university.session, lena) == 0


def test_a_run_is_decided_in_the_order_of_registration(university, run):
    both = [university.marked(run, "60", "60", "Lena"), university.marked(run, "40", "40", "Moss")]
    found = decisions.decide_run(university.session, run, university.now)
    assert [decision.enrolment_id for decision in found] == [enrolment.id for enrolment in both]


# ------------------------------------------------------------------ after ratification


def test_I3_a_late_score_changes_nothing_and_opens_one_discrepancy(university, run):
    lena = university.marked(run, "49", "49")
    [award] = university.ratify(run)
    sent = len(university.messages(lena))
    for mark in ("51", "52"):
        university.mark(lena, "PORT", mark, board=1)
        late = decisions.decide(university.session, lena, university.later())
    assert (award.mark, awards.current(university.session, lena)) == (Decimal(49), award)
    assert late.board_number == 1 and late.kind == "PASS"
    [found] = university.discrepancies(lena)
    assert (found.kind, found.ours, found.theirs) == ("late_score", "49 RESIT", "51 PASS")
    assert len(university.messages(lena)) == sent


def test_I3_a_late_score_is_late_whatever_board_it_was_read_for(university, run):
    lena = university.marked(run, "60", "60")
    university.ratify(run)
    assert run.board_number == 2
    university.mark(lena, "PORT", "70", board=2)
    assert decisions.decide(university.session, lena, university.later()).board_number == 1
    assert len(university.discrepancies(lena)) == 1


def test_I3_deciding_again_without_news_opens_nothing(university, run):
    lena = university.marked(run, "60", "60")
    university.ratify(run)
    decisions.decide(university.session, lena, university.later())
    assert university.discrepancies(lena) == [] and how_many(university.session, lena) == 1


def test_a_late_score_that_goes_back_to_what_was_ratified_opens_nothing_more(university, run):
    lena = university.marked(run, "60", "60")
    university.ratify(run)
    university.mark(lena, "PORT", "70")
    decisions.decide(university.session, lena, university.later())
    university.discrepancies(lena)[0].closed_at = university.now
    university.mark(lena, "PORT", "60")
    assert decisions.decide(university.session, lena, university.later()).overall == Decimal(60)
    assert [found.theirs for found in university.discrepancies(lena)] == ["67 PASS"]


def test_a_resit_is_a_decision_for_the_next_board_and_no_late_score(university, run):
    lena = university.marked(run, "60", "30")
    university.ratify(run)
    university.mark(lena, "PORT", "80", attempt=2)
    found = decisions.decide(university.session, lena, university.later())
    assert (found.board_number, found.kind, found.is_capped) == (2, "PASS", True)
    assert (found.overall, found.uncapped) == (Decimal(53), Decimal(74))  # I7: the uncapped figure is kept
    assert university.discrepancies(lena) == []
    assert awards.current(university.session, lena).kind == "RESIT"


def test_a_first_sit_after_a_deferral_is_for_the_next_board_and_not_capped(university, run):
    lena = university.learner(run)
    university.mark(lena, "CRIT", "60")
    university.mark(lena, "PORT", None, status="deferred")
    decisions.decide(university.session, lena, university.now)
    university.ratify(run)
    university.mark(lena, "PORT", "67", is_first_sit=True)
    found = decisions.decide(university.session, lena, university.later())
    assert (found.board_number, found.kind, found.is_capped) == (2, "PASS", False)
    assert university.discrepancies(lena) == []


def test_a_resit_and_a_late_score_are_told_apart(university, run):
    lena = university.marked(run, "60", "30")
    university.ratify(run)
    university.mark(lena, "PORT", "80", attempt=2)
    university.mark(lena, "CRIT", "90", board=1)
    found = decisions.decide(university.session, lena, university.later())
    assert found.board_number == 2 and decisions.present(university.session, lena) is found
    assert decisions.newest_for(university.session, lena, 1).overall == Decimal(48)
    assert len(university.discrepancies(lena)) == 1


def test_withdrawal_after_a_pass_takes_nothing_away(university, run):
    lena = university.marked(run, "60", "60")
    university.ratify(run)
    lena.status = "withdrawn"
    assert decisions.decide(university.session, lena, university.later()).kind == "PASS"


def test_I8_who_was_left_out_with_a_deferral_still_has_it_before_the_next_board(university, run):
    """One attempt is left because the other is deferred "at this very board", and no board has seen it yet."""
    lena = university.learner(run)
    for number, mark in ((1, "30"), (2, "31")):
        university.mark(lena, "CRIT", mark, attempt=number)
    university.mark(lena, "PORT", "30")
    university.mark(lena, "PORT", None, attempt=2, status="deferred")
    assert decisions.decide(university.session, lena, university.now).kind == "RESIT"
    university.marked(run, "60", "60", "Moss")
    run.board_number = 2
    found = decisions.decide(university.session, lena, university.later())
    assert (found.board_number, found.kind) == (2, "RESIT")


# ------------------------------------------------------------------ ratified by the record system, one by one


def agree(university, enrolment):
    act = Ratification(
        institution_id=enrolment.institution_id, authority="record_system", reference="SRS 7",
        held_on=university.now.date(), ratified_at=university.now,
    )
    return awards.grant(university.session, act, decisions.present(university.session, enrolment), university.now)


def test_agreed_one_by_one_each_learner_has_boards_of_their_own(university):
    run = university.run("IL5104", authority="record_system")
    lena, moss = (university.marked(run, "60", "30", name) for name in ("Lena", "Moss"))
    agree(university, lena)
    assert run.board_number == 2  # a board has met, so the next sitting may be opened
    assert decisions.decide(university.session, moss, university.later()).board_number == 1
    agree(university, moss)
    assert run.board_number == 2


def test_a_resit_after_an_agreed_fail_is_no_late_score_whatever_the_source_calls_its_board(university):
    run = university.run("IL5104", authority="record_system")
    lena = university.marked(run, "60", "30")
    agree(university, lena)
    university.mark(lena, "PORT", "80", attempt=2, board=1)
    assert decisions.decide(university.session, lena, university.later()).board_number == 2
    agree(university, lena)
    decisions.decide(university.session, lena, university.later())
    assert [award.kind for award in awards.history(university.session, lena)] == ["RESIT", "PASS"]
    assert university.discrepancies(lena) == [] and how_many(university.session, lena) == 2


def test_I3_nobody_s_agreement_amends(university):
    run = university.run("IL5104", authority="record_system")
    lena = university.marked(run, "60", "60")
    agree(university, lena)
    university.mark(lena, "PORT", "60.1")
    decisions.decide(university.session, lena, university.later())
    with pytest.raises(Refused) as caught:
        agree(university, lena)
    assert caught.value.code == "ratified"


# ------------------------------------------------------------------ outcomes, and no credit


@pytest.fixture
def peat(university):
    outcomes = [{"code": "LO1", "text": "Survey"}, {"code": "LO2", "text": "Report"}]
    return university.run("IL4103", kind="outcomes", outcomes=outcomes, credit=10)


@pytest.mark.parametrize("judgements, kind, credit", [
    pytest.param([("LO1", True, True), ("LO2", True, True)], "PASS", 10, id="RC-34 all met"),
    pytest.param([("LO1", True, True), ("LO2", False, True)], "NOT_YET", 0, id="RC-34 one not yet"),
    pytest.param([("LO1", True, True), ("LO2", False, True), ("LO2", True, True)], "PASS", 10, id="the newest counts"),
    pytest.param([("LO1", True, True), ("LO2", True, False)], "INCOMPLETE", 0, id="two assessors differ"),
    pytest.param([("LO1", True, True)], "INCOMPLETE", 0, id="I4 not judged is not failed"),
])
def test_outcomes_are_met_or_not_and_there_is_no_figure(university, peat, judgements, kind, credit):
    lena = university.learner(peat)
    for outcome, met, agreed in judgements:
        university.judge(lena, outcome, met=met, agreed=agreed)
    found = decisions.decide(university.session, lena, university.now)
    grade = "Pass" if kind == "PASS" else ""
    assert (found.kind, found.credit, found.overall, found.grade) == (kind, credit, None, grade)


def test_a_judgement_after_not_yet_is_for_the_next_board(university, peat):
    lena = university.learner(peat)
    university.judge(lena, "LO1", met=True)
    university.judge(lena, "LO2", met=False)
    decisions.decide(university.session, lena, university.now)
    university.ratify(peat)
    university.judge(lena, "LO2", met=True)
    found = decisions.decide(university.session, lena, university.later())
    assert (found.board_number, found.kind) == (2, "PASS")
    assert university.discrepancies(lena) == []


def test_I25_without_credit_every_component_done_is_complete_and_nothing_is_sent(university):
    badge = university.run("IL0001", has_credit=False)
    university.records(badge.version)
    lena = university.learner(badge)
    university.mark(lena, "CRIT", "3")
    assert decisions.decide(university.session, lena, university.now).kind == "INCOMPLETE"
    university.mark(lena, "PORT", "1")
    found = decisions.decide(university.session, lena, university.later())
    assert (found.kind, found.credit, found.overall) == ("PASS", 0, None)
    assert university.messages(lena) == []


def test_a_judgement_that_was_corrected_before_the_board_does_not_come_back_after_it(university):
    run = university.run(kind="outcomes", outcomes=[{"code": "O1", "title": "a"}, {"code": "O2", "title": "b"}])
    lena = university.learner(run)
    for outcome, met in (("O1", True), ("O2", True), ("O2", False)):
        university.judge(lena, outcome, met=met)
        decisions.decide(university.session, lena, university.later())
    [award] = university.ratify(run)
    assert award.kind == "NOT_YET"
    assert decisions.decide(university.session, lena, university.later()).board_number == 1, "nothing new has come"
