"""Separation of duties, learner by learner."""

import pytest

from lti_tool.services import cases, separation
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


def kept_back(university, board):
    found = separation.judged(university.session, board, cases.listed(university.session, board))
    return [[reason.code for reason in case.blockers] for case in found]


@pytest.mark.parametrize("first, second, reasons", [
    pytest.param("bob", "hari", [], id="I16 marked by others"),
    pytest.param("alice", "bob", [], id="I16 one marker of two"),
    pytest.param("alice", "alice", ["conflict"], id="I16 the sole marker"),
])
def test_I16_who_marked_alone_does_not_ratify(university, first, second, reasons):
    run = university.run()
    lena = university.learner(run)
    university.mark(lena, "CRIT", "60", by=first)
    university.mark(lena, "PORT", "60", by=second)
    assert kept_back(university, university.board(run)) == [reasons]


def test_I17_the_chair_does_not_decide_on_herself(university):
    run = university.run()
    alice = university.learner(run, person=university.people["alice"])
    university.mark(alice, "CRIT", "60")
    university.mark(alice, "PORT", "60")
    assert kept_back(university, university.board(run)) == [["conflict"]]


def test_I17_a_member_does_not_count_for_the_quorum_on_himself(university):
    run = university.run()
    hari = university.learner(run, person=university.people["hari"])
    university.mark(hari, "CRIT", "60")
    university.mark(hari, "PORT", "60")
    assert kept_back(university, university.board(run)) == [["quorum"]]


def test_I16_who_judged_an_outcome_is_its_marker(university):
    run = university.run("IL4103", kind="outcomes", outcomes=[{"code": "LO1", "text": "Survey"}])
    lena = university.learner(run)
    university.judge(lena, "LO1", met=True, by="alice")
    assert kept_back(university, university.board(run)) == [["conflict"]]
