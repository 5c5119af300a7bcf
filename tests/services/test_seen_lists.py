"""What changed since it was seen, said learner by learner."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from lti_tool.services import cases, seen_lists
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    return University(session, now)


def test_nothing_changed(home: University) -> None:
    run = home.run()
    home.marked(run, "60", "60")
    board = home.board(run)
    seen = seen_lists.of(cases.listed(home.session, board))
    assert seen_lists.changes(home.session, board, seen, home.now) == []


def test_a_mark_that_came_since_is_found_although_nothing_was_decided_on_it(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "60")
    board = home.board(run)
    seen = seen_lists.of(cases.listed(home.session, board))
    home.mark(lena, "CRIT", "70")
    assert seen_lists.changes(home.session, board, seen, home.now) == [
        "Lena: Something changed since this list was made; update the list to take it up."
    ]


def test_after_the_list_was_updated_both_figures_are_said(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "60")
    board = home.board(run)
    seen = seen_lists.of(cases.listed(home.session, board))
    home.mark(lena, "CRIT", "70")
    cases.put_on(home.session, board, [run], home.now)
    assert seen_lists.changes(home.session, board, seen, home.now) == ["Lena: 60, pass when you looked, 63, pass now."]


def test_somebody_new_and_somebody_gone(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "60", "Lena")
    board = home.board(run)
    seen = seen_lists.of(cases.listed(home.session, board))
    lena.status = "withdrawn"
    home.marked(run, "60", "60", "Mo")
    cases.put_on(home.session, board, [run], home.now)
    assert seen_lists.changes(home.session, board, seen, home.now) == [
        "Lena is no longer on this list.", "Mo was not on the list that you saw.",
    ]


def test_what_a_form_brings_back() -> None:
    assert seen_lists.read(["a:b", "c:d", "nonsense"]) == {"a": "b", "c": "d"}
