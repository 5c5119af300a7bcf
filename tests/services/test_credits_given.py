"""Credit of one micro-credential is given once, and is due again where it is given no more (I9)."""

import pytest

from lti_tool.models.award import Award, Revocation
from lti_tool.models.catalogue import Enrolment
from lti_tool.services import credits_given, decisions, standing
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def home(session, now) -> University:
    return University(session, now)


@pytest.fixture
def thrice(home: University) -> list[Enrolment]:
    """One person passes the same micro-credential three times."""
    run = home.run()
    first = home.marked(run, "60", "60")
    home.ratify(run)
    taken = [first]
    for occurrence in ("A2", "A3"):
        again = home.learner(factories.run(home.session, run.version, occurrence), person=first.person)
        for component in ("CRIT", "PORT"):
            home.mark(again, component, "70")
        decisions.decide(home.session, again, home.later())
        home.ratify(again.run)
        taken.append(again)
    return taken


def award_of(home: University, enrolment: Enrolment) -> Award:
    found = standing.current(home.session, enrolment)
    assert found is not None
    return found


def take_back(home: University, enrolment: Enrolment) -> None:
    award = award_of(home, enrolment)
    home.session.add(Revocation(
        institution_id=award.institution_id, award_id=award.id, ratification_id=award.ratification_id, reason="r",
        revoked_at=home.now,
    ))
    home.session.flush()


def test_the_first_gives_it_and_the_others_know_where(home: University, thrice: list[Enrolment]) -> None:
    first, second, third = thrice
    assert [award_of(home, one).credit for one in thrice] == [15, 0, 0]
    assert credits_given.elsewhere(home.session, second) is award_of(home, first)
    assert credits_given.elsewhere(home.session, first) is None
    assert credits_given.without_credit(home.session, first) == [award_of(home, second), award_of(home, third)]
    assert not any(credits_given.is_due(home.session, award_of(home, one)) for one in thrice)


def test_taken_back_it_is_due_to_those_that_gave_none(home: University, thrice: list[Enrolment]) -> None:
    first, second, third = thrice
    take_back(home, first)
    assert credits_given.elsewhere(home.session, second) is None
    assert [credits_given.is_due(home.session, award_of(home, one)) for one in (second, third)] == [True, True]


def test_another_person_s_is_nobody_else_s(home: University, thrice: list[Enrolment]) -> None:
    omar = home.learner(thrice[0].run, "Omar")
    assert credits_given.elsewhere(home.session, omar) is None
    assert credits_given.without_credit(home.session, omar) == []
