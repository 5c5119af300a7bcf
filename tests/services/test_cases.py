"""Cases: who is on a list, and the digest of what was seen."""

import pytest

from lti_tool.services import boards, cases, decisions, erasure
from lti_tool.services.errors import NotFound, Refused
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def run(university):
    return university.run()


def listed(university, run):
    return cases.awaiting(university.session, [run])


def test_the_digest_does_not_depend_on_the_order(university, run):
    university.marked(run, "60", "60", "Lena")
    university.marked(run, "70", "70", "Moss")
    found = listed(university, run)
    assert cases.digest_of(found) == cases.digest_of(reversed(found))


def test_the_digest_changes_with_a_fact_and_with_who_is_kept_back(university, run):
    lena = university.marked(run, "60", "60")
    before = listed(university, run)
    university.mark(lena, "PORT", "61")
    decisions.decide(university.session, lena, university.now)
    after = listed(university, run)
    kept_back = [cases.also(case, cases.PENDING) for case in before]
    assert len({cases.digest_of(found) for found in (before, after, kept_back)}) == 3


def test_one_run_twice_is_one(university, run):
    assert cases.runs_for(university.session, university.institution.id, [run.key, run.key], "cairn") == [run]


@pytest.mark.parametrize("keys", [[], ["unknown"]])
def test_no_run_is_no_list(university, run, keys):
    with pytest.raises(NotFound):
        cases.runs_for(university.session, university.institution.id, keys, "cairn")


def test_a_list_where_all_is_kept_back_is_refused(university, run):
    university.learner(run)
    with pytest.raises(Refused) as caught:
        university.ratify(run)
    assert caught.value.code == "nothing_ready"


def test_decided_late_joiners_come_on_the_list_when_it_is_brought_up_to_date(university, run):
    university.marked(run, "60", "60")
    board = university.board(run)
    university.marked(run, "70", "70", "Moss")
    cases.put_on(university.session, board, [run], university.now)
    assert len(board.cases) == 2


def test_who_withdraws_leaves_the_list_when_it_is_brought_up_to_date(university, run):
    lena = university.marked(run, "60", "60")
    board = university.board(run)
    lena.status = "withdrawn"
    cases.put_on(university.session, board, [run], university.now)
    assert board.cases == []


def test_who_was_erased_is_left_out_with_the_reason_and_the_others_are_ratified(university, run):
    lena = university.marked(run, "60", "60")
    omar = university.marked(run, "70", "70", "Omar")
    board = university.board(run)
    erasure.erase(university.session, university.actor("dana"), lena.person.key, university.now)
    pack = university.pack(board)
    granted = boards.ratify(university.session, university.actor("alice"), board.key, pack.digest, university.now)
    assert [award.enrolment for award in granted] == [omar]
    assert {row.enrolment: (row.state, row.note) for row in board.cases} == {
        lena: ("left_out", cases.ERASED.text), omar: ("ratified", ""),
    }
