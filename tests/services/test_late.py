"""What comes late differs from what stands, opens one discrepancy for all of it, and closes it when it goes again."""

import pytest

from lti_tool.models.catalogue import Enrolment
from lti_tool.services import decisions, late
from tests.services.ratifying import University


@pytest.fixture
def home(session, now) -> University:
    return University(session, now)


@pytest.fixture
def lena(home: University) -> Enrolment:
    """Ratified with a pass."""
    run = home.run()
    lena = home.marked(run, "60", "60")
    home.ratify(run)
    return lena


def comes(home: University, enrolment: Enrolment, raw: str) -> None:
    home.mark(enrolment, "CRIT", raw, board=1)
    decisions.decide(home.session, enrolment, home.later())


def test_before_anything_stands_nothing_differs(home: University) -> None:
    assert late.differing(home.session, home.marked(home.run(), "60", "60")) is None


def test_what_would_be_another_result_is_named(home: University, lena: Enrolment) -> None:
    assert late.differing(home.session, lena) is None
    comes(home, lena, "80")
    found = late.differing(home.session, lena)
    assert found is not None
    assert late.in_words(found) == "66 PASS"


def test_one_discrepancy_says_what_is_newest(home: University, lena: Enrolment) -> None:
    comes(home, lena, "80")
    comes(home, lena, "90")
    assert [(row.ours, row.theirs) for row in home.discrepancies(lena)] == [("60 PASS", "69 PASS")]


def test_it_closes_only_where_nothing_differs(home: University, lena: Enrolment) -> None:
    comes(home, lena, "80")
    late.close_if_same(home.session, lena, home.now)
    assert [row.closed_at for row in home.discrepancies(lena)] == [None]
    comes(home, lena, "60")
    [row] = home.discrepancies(lena)
    assert (row.closed_at, row.closed_by, row.resolution) == (home.now, None, late.SAME_AGAIN)


def test_a_result_without_a_figure_is_its_word(home: University) -> None:
    assert late.in_words(decisions.decide(home.session, home.learner(home.run()), home.now)) == "INCOMPLETE"
