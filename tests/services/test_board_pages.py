"""What stands beside a pack: spreads of marks, conflicts, one case in full."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from lti_tool.services import board_pages, boards
from lti_tool.services.errors import NotFound
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    return University(session, now)


def test_a_spread_per_run_with_its_pass_mark(home: University) -> None:
    first, second = home.run(), home.run("IL5102")
    home.marked(first, "60", "60", "Lena")
    home.marked(first, "70", "70", "Mo")
    home.marked(second, "40", "40", "Nour")
    spreads = board_pages.spreads(home.session, home.pack(home.board(first, second)))
    assert [(each.label, sorted(each.marks), each.maximum, each.pass_mark) for each in spreads] == [
        ("IL5101 A1 2026/T2", [60, 70], "100", "50"), ("IL5102 A1 2026/T2", [40], "100", "50"),
    ]


def test_outcomes_without_marks_have_no_spread(home: University) -> None:
    run = home.run(kind="outcomes", outcomes=[{"code": "LO1", "text": "Survey"}])
    enrolment = home.learner(run)
    home.judge(enrolment, "LO1", met=True)
    assert board_pages.spreads(home.session, home.pack(home.board(run))) == []


def test_i17_conflicts_by_name_and_who_is_free(home: University) -> None:
    run = home.run()
    home.marked(run, "60", "60", "Lena")
    board = home.board(run)
    case = board.cases[0]
    boards.declare_conflict(
        home.session, home.actor("gwen"), board.key, member_key=home.people["hari"].key, case_key=case.key,
        now=home.now,
    )
    assert board_pages.conflicts(home.session, home.pack(board)) == [("Hari", "Lena")]
    page = board_pages.case_of(home.session, home.institution.id, board.key, case.key)
    assert page.kept_out == ("Hari",)
    assert "Hari" not in {member.person.display_name for member in page.free}
    assert [reason.code for reason in page.blockers] == ["quorum"]


def test_a_case_of_another_board_is_not_found(home: University) -> None:
    run = home.run()
    home.marked(run, "60", "60", "Lena")
    with pytest.raises(NotFound):
        board_pages.case_of(home.session, home.institution.id, home.board(run).key, "no-such-case")


def test_a_decided_board_shows_its_act_and_no_more_reasons(home: University) -> None:
    run = home.run()
    home.marked(run, "60", "60", "Lena")
    board = home.board(run)
    assert board_pages.ratification_of(home.session, board) is None
    boards.ratify(home.session, home.actor("alice"), board.key, home.pack(board).digest, home.now)
    act = board_pages.ratification_of(home.session, board)
    assert act is not None
    assert board_pages.name_of(home.session, act.by_person_id) == "Alice"
    page = board_pages.case_of(home.session, home.institution.id, board.key, board.cases[0].key)
    assert page.reasons == page.blockers == ()


def test_nobody_has_no_name(home: University) -> None:
    assert board_pages.name_of(home.session, None) == ""
