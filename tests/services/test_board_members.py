"""Members and attendance as the quorum counts them."""

import pytest

from lti_tool.services import board_members
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.mark.parametrize("seats, present, counts", [
    pytest.param({"alice": "chair", "hari": "internal", "femi": "external"}, {"alice", "hari", "femi"}, (2, 2, 1),
                 id="a chair is an internal examiner"),
    pytest.param({"alice": "chair", "gwen": "secretary", "femi": "external"}, {"alice", "gwen", "femi"}, (1, 1, 1),
                 id="a secretary does not count"),
    pytest.param({"alice": "chair", "hari": "internal", "femi": "external"}, {"hari"}, (2, 1, 0),
                 id="who is not there"),
])
def test_attendance(university, seats, present, counts):
    board = university.board(university.run(), seats=seats, present=present)
    assert board_members.attendance_of(board).counts == counts


def test_the_chair(university):
    board = university.board(university.run())
    assert board_members.chair_of(board).person is university.people["alice"]


def test_a_conflict_is_written_down_once(university):
    run = university.run()
    lena = university.marked(run, "60", "60")
    board = university.board(run)
    hari = next(member for member in board.members if member.person is university.people["hari"])
    told = [board_members.keep_out(university.session, board, hari, board.cases[0]) for _ in range(2)]
    assert told == [True, False]
    assert board_members.conflicts_of(university.session, board) == {lena.person_id: {hari.person_id}}
