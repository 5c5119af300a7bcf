"""A result reckoned again from its own readings is the same, at whichever board; and a changed reading shows."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from lti_tool.services import awards, decisions, replays
from lti_tool.services.errors import NotFound
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    return University(session, now)


def test_the_same_readings_give_the_same_result(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "60")
    award = home.ratify(run)[0]
    replay = replays.replay(home.session, home.institution.id, award.key)
    assert (replay.kind, replay.overall, replay.is_same) == ("PASS", "60", True)
    assert replays.person_of(home.session, home.institution.id, award.key) == (lena.person.key, lena.person_id)


def test_what_came_later_changes_no_earlier_result(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "40", "40")
    first = home.ratify(run)[0]
    home.later()
    for component in ("CRIT", "PORT"):
        home.mark(lena, component, "70", attempt=2, board=2)
    decisions.decide(home.session, lena, home.now)
    second = home.ratify(run)[0]
    assert [award.mark for award in awards.history(home.session, lena)] == [40, 50]
    for award in (first, second):
        assert replays.replay(home.session, home.institution.id, award.key).is_same, award.version


def test_a_reading_that_was_tampered_with_shows(home: University) -> None:
    run = home.run()
    lena = home.learner(run)
    critique = home.mark(lena, "CRIT", "60")
    home.mark(lena, "PORT", "60")
    award = home.ratify(run)[0]
    critique.raw = critique.raw + 30
    home.session.flush()
    replay = replays.replay(home.session, home.institution.id, award.key)
    assert (replay.overall, replay.is_same) == ("69", False)


def test_judged_outcomes_are_replayed_too(home: University) -> None:
    run = home.run(kind="outcomes", outcomes=[{"code": "LO1", "text": "Survey"}])
    home.judge(home.learner(run), "LO1", met=True)
    award = home.ratify(run)[0]
    replay = replays.replay(home.session, home.institution.id, award.key)
    assert (replay.overall, replay.is_same) == ("", True)


def test_another_institution_s_award_is_not_there(home: University) -> None:
    run = home.run()
    home.marked(run, "60", "60")
    award, away = home.ratify(run)[0], factories.institution(home.session, "elsewhere")
    with pytest.raises(NotFound):
        replays.replay(home.session, away.id, award.key)
