"""Which boards somebody may open, which runs wait, who may sit."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.services import board_lists, decisions, erasure
from lti_tool.services.errors import NotFound
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    return University(session, now)


def test_members_see_their_boards_and_officers_all(home: University) -> None:
    run = home.run()
    home.marked(run, "60", "60")
    board = home.board(run)
    assert list(board_lists.seen_by(home.session, home.actor("femi"))) == [board]
    assert list(board_lists.seen_by(home.session, home.actor("dana"))) == [board]
    assert list(board_lists.seen_by(home.session, home.actor("bob", Role.CHAIR))) == []
    board_lists.require_seat(home.session, home.actor("femi"), board.key)
    with pytest.raises(NotFound):
        board_lists.require_seat(home.session, home.actor("bob", Role.EXTERNAL), board.key)


def test_a_run_waits_until_it_is_listed_and_again_for_a_resit(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "40", "40")
    waiting = board_lists.runs_waiting(home.session, home.institution.id, "cairn")
    assert [(each.label, each.learners, each.waiting) for each in waiting] == [("IL5101 A1 2026/T2", 1, 1)]
    home.ratify(run)
    assert board_lists.runs_waiting(home.session, home.institution.id, "cairn") == []
    home.mark(lena, "CRIT", "60", attempt=2, board=2)
    home.mark(lena, "PORT", "60", attempt=2, board=2)
    decisions.decide(home.session, lena, home.later())
    assert len(board_lists.runs_waiting(home.session, home.institution.id, "cairn")) == 1


def test_a_listed_run_is_not_convened_twice(home: University) -> None:
    run = home.run()
    home.marked(run, "60", "60")
    home.board(run)
    assert board_lists.runs_waiting(home.session, home.institution.id, "cairn") == []
    assert [each.is_listed for each in board_lists.runs_waiting(
        home.session, home.institution.id, "cairn", listed=True)] == [True]


def test_another_authority_s_runs_wait_elsewhere(home: University) -> None:
    home.marked(home.run(authority="minuted"), "60", "60")
    assert board_lists.runs_waiting(home.session, home.institution.id, "cairn") == []
    assert len(board_lists.runs_waiting(home.session, home.institution.id, "minuted")) == 1


def test_i25_what_gives_no_credit_waits_for_nobody(home: University) -> None:
    home.marked(home.run(has_credit=False), "60", "60")
    assert board_lists.runs_waiting(home.session, home.institution.id, "cairn") == []


def test_candidates_are_those_with_a_board_role(home: University) -> None:
    factories.staff_account(home.session, home.people["dana"], {"registry"})
    found = {each.name: (each.part, each.parts) for each in board_lists.candidates(home.session, home.institution.id)}
    assert found == {
        "Alice": ("", ["chair", "internal"]), "Hari": ("", ["internal"]), "Femi": ("external", ["external"]),
        "Gwen": ("secretary", ["secretary"]),
    }


def test_every_minute_of_an_institution(home: University) -> None:
    assert board_lists.every(home.session, home.institution.id, "minuted") == []


def test_a_run_does_not_wait_for_who_was_erased(home: University) -> None:
    run = home.run()
    lena, omar = home.marked(run, "60", "60"), home.marked(run, "70", "70", "Omar")
    waiting = []
    for enrolment in (lena, omar):
        erasure.erase(home.session, home.actor("dana"), enrolment.person.key, home.now)
        home.session.flush()
        waiting.append([each.waiting for each in board_lists.runs_waiting(home.session, home.institution.id, "cairn")])
    assert waiting == [[1], []]
