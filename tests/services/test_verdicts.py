"""Verdicts: the digest follows the facts, all of them and nothing else."""

import pytest

from lti_tool.services import facts, verdicts
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def lena(university):
    return university.marked(university.run(), "60", "62")


def reach(university, enrolment, board=1, *, is_withdrawn=False):
    known = facts.by(verdicts.known(university.session, enrolment), board)
    return verdicts.reach(university.session, enrolment, known, board, is_withdrawn=is_withdrawn)


def test_the_same_facts_give_the_same_digest(university, lena):
    assert reach(university, lena) == reach(university, lena)


def test_a_mark_that_came_back_to_what_it_was_gives_the_digest_it_had(university, lena):
    before = reach(university, lena).digest
    university.mark(lena, "PORT", "70")
    assert reach(university, lena).digest != before
    university.mark(lena, "PORT", "62")
    assert reach(university, lena).digest == before


@pytest.mark.parametrize("change", [
    pytest.param(lambda u, e: reach(u, e, is_withdrawn=True), id="withdrawn"),
    pytest.param(lambda u, e: reach(u, e, board=2), id="another board"),
    pytest.param(lambda u, e: (setattr(e.run.version, "credit", 20), reach(u, e))[1], id="credit"),
    pytest.param(lambda u, e: (setattr(e.run.components[0], "due_at", u.now), reach(u, e))[1], id="deadline"),
])
def test_every_fact_is_in_the_digest(university, lena, change):
    before = reach(university, lena).digest
    assert change(university, lena).digest != before


def test_evidence_names_what_was_known(university, lena):
    assert len(reach(university, lena).evidence) == 2


@pytest.mark.parametrize("met, agreed", [
    pytest.param(False, True, id="I13 another judgement"), pytest.param(True, False, id="another assessor"),
])
def test_judgements_are_in_the_digest(university, met, agreed):
    run = university.run("IL4103", kind="outcomes", outcomes=[{"code": "LO1", "text": "Survey"}])
    lena = university.learner(run)
    university.judge(lena, "LO1", met=True)
    before = reach(university, lena).digest
    university.judge(lena, "LO1", met=met, agreed=agreed)
    assert reach(university, lena).digest != before


def test_withdrawn_from_outcomes_has_no_result(university):
    run = university.run("IL4103", kind="outcomes", outcomes=[{"code": "LO1", "text": "Survey"}])
    assert reach(university, university.learner(run), is_withdrawn=True).kind == "WITHDRAWN"


def test_an_outcome_nobody_knows_waits_and_says_so(university):
    run = university.run("IL4103", kind="outcomes", outcomes=[{"code": "LO1", "text": "Survey"}])
    lena = university.learner(run)
    university.judge(lena, "LO9", met=True)
    found = reach(university, lena)
    assert found.kind == "INCOMPLETE" and "LO9" in found.columns["findings"][0]["text"]


@pytest.mark.parametrize("marks, is_withdrawn, kind", [
    pytest.param([], False, "INCOMPLETE", id="nothing done"),
    pytest.param([("CRIT", None, "exempt"), ("PORT", "1", "marked")], False, "PASS", id="an exemption is done"),
    pytest.param([("CRIT", None, "absent"), ("PORT", "1", "marked")], False, "INCOMPLETE", id="absence is not"),
    pytest.param([("CRIT", "1", "marked"), ("PORT", "1", "marked")], True, "WITHDRAWN", id="withdrawn"),
])
def test_I25_without_credit(university, marks, is_withdrawn, kind):
    lena = university.learner(university.run("IL0001", has_credit=False))
    for component, mark, status in marks:
        university.mark(lena, component, mark, status=status)
    assert reach(university, lena, is_withdrawn=is_withdrawn).kind == kind


@pytest.mark.parametrize("gate, kind", [("pass", "PASS"), ("fail", "INCOMPLETE")])
def test_I25_without_credit_a_gate_must_be_passed(university, gate, kind):
    run = university.run("IL0001", has_credit=False)
    run.version.components[0].is_gate = True
    lena = university.learner(run)
    university.mark(lena, "CRIT", None, gate=gate)
    university.mark(lena, "PORT", "1")
    assert reach(university, lena).kind == kind
