"""Amendments with what was ratified beside what the facts give."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Enrolment
from lti_tool.services import amendment_pages, amendments, decisions
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    return University(session, now)


@pytest.fixture
def lena(home: University) -> Enrolment:
    """Ratified at 60; the facts give 63 now."""
    run = home.run()
    made = home.marked(run, "60", "60")
    home.ratify(run)
    home.mark(made, "CRIT", "70", board=1)
    decisions.decide(home.session, made, home.later())
    return made


def propose(home: University, lena: Enrolment) -> str:
    return amendments.propose(
        home.session, home.actor("dana"), lena, reason="Read wrongly", authority_reference="CA 1", now=home.now,
    ).key


def test_what_changed_is_shown_until_somebody_proposes(home: University, lena: Enrolment) -> None:
    found = amendment_pages.differing(home.session, home.institution.id)
    assert [(each.learner, each.before and each.before.mark, each.after and each.after.overall) for each in found] == [
        ("Lena", 60, 63),
    ]
    propose(home, lena)
    assert amendment_pages.differing(home.session, home.institution.id) == []


def test_a_proposal_keeps_both_figures_before_and_after_its_approval(home: University, lena: Enrolment) -> None:
    key = propose(home, lena)
    waiting = amendment_pages.waiting(home.session, home.institution.id)
    assert [(each.proposed_by, each.change.before and each.change.before.mark) for each in waiting] == [("Dana", 60)]
    amendments.approve(home.session, home.actor("alice"), key, home.now)
    assert amendment_pages.waiting(home.session, home.institution.id) == []
    decided = amendment_pages.decided(home.session, home.institution.id)[0]
    assert decided.change.before is not None
    assert decided.change.after is not None
    assert (decided.change.before.mark, decided.change.after.overall, decided.decided_by) == (60, 63, "Alice")


def test_where_nothing_changed_there_is_no_change(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "60")
    home.ratify(run)
    change = amendment_pages.change_of(home.session, lena)
    assert change.before is not None
    assert change.after is None
