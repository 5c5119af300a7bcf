"""The learner's story, from the facts that a decision knew (I3, I4, I19)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.platform import ResourceLink
from lti_tool.services import decisions, journeys
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    return University(session, now)


def story(home: University, enrolment: object) -> journeys.Journey:
    return journeys.journey(home.session, home.institution, enrolment)  # type: ignore[arg-type]


def test_an_extension_moves_the_date_by_hours_that_pass(home: University, now: datetime) -> None:
    lena = home.learner(home.run())
    part = next(p for p in lena.run.components if p.component and p.component.code == "PORT")
    part.due_at = now
    home.mark(lena, "PORT", None, status="pending", extension_hours=48)
    decisions.decide(home.session, lena, now)
    chapter = story(home, lena).chapters[1]
    assert (chapter.due_with_extension, chapter.state, chapter.mark) == (now + timedelta(hours=48), "pending", "")


def test_a_missing_mark_leaves_no_overall_figure(home: University) -> None:
    lena = home.learner(home.run())
    home.mark(lena, "CRIT", "60")
    decisions.decide(home.session, lena, home.now)
    found = story(home, lena)
    assert found.provisional == journeys.Provisional(kind="INCOMPLETE", mark="", grade="", is_capped=False)
    chapters = [(part.state, part.mark, part.is_done) for part in found.chapters]
    assert chapters == [("marked", "60", True), ("", "", False)]


def test_a_resit_says_what_it_earned_and_what_it_counts_for(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "36")
    home.ratify(run)
    assert (story(home, lena).confirmed[-1].kind, story(home, lena).is_over) == ("RESIT", False)
    assert story(home, lena).provisional is None, "the next sitting has brought nothing yet"
    home.mark(lena, "PORT", "62", attempt=2)
    decisions.decide(home.session, lena, home.later())
    found = story(home, lena)
    chapter = found.chapters[1]
    assert (chapter.attempt, chapter.mark, chapter.uncapped) == (2, "50", "62")
    assert found.provisional is not None and found.provisional.mark == "53"


def test_a_late_mark_after_ratification_is_not_told(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "62")
    home.ratify(run)
    home.mark(lena, "PORT", "90")
    decisions.decide(home.session, lena, home.later())
    found = story(home, lena)
    assert found.provisional is None
    assert (found.chapters[1].mark, found.confirmed[-1].mark) == ("62", "61")


def test_where_the_result_is_recorded(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "62")
    home.ratify(run)
    assert story(home, lena).confirmed[-1].record == "waiting"
    for state, word in (("sent", "sent"), ("confirmed", "confirmed"), ("on_hold", "waiting"), ("failed", "closed")):
        for message in home.session.scalars(select(OutboxMessage).where(OutboxMessage.award_id.is_not(None))):
            message.state, message.confirmed_at = state, home.now
        assert story(home, lena).confirmed[-1].record == word


def test_the_institution_may_keep_provisional_figures_back(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "62")
    home.institution.words = {"show_provisional": False}
    found = story(home, lena)
    assert found.provisional is None
    assert [part.mark for part in found.chapters] == ["", ""]
    home.ratify(run)
    assert [part.mark for part in story(home, lena).chapters] == ["60", "62"]


def test_judgements_are_met_or_not_yet_and_two_who_differ_are_neither(home: University) -> None:
    run = home.run(kind="outcomes", outcomes=[{"code": "CRIT", "text": "a"}, {"code": "PORT", "text": "b"}])
    lena = home.learner(run)
    home.judge(lena, "CRIT", met=True)
    home.judge(lena, "PORT", met=False, agreed=False)
    decisions.decide(home.session, lena, home.now)
    assert [part.state for part in story(home, lena).chapters] == ["met", "unagreed"]


def test_a_course_tells_one_person_s_stories_of_its_own_runs(home: University) -> None:
    run, other = home.run(), home.run("IL5102")
    lena = home.learner(run)
    home.learner(other, person=lena.person)
    home.learner(run, "Omar")
    context = factories.context(home.session, factories.registration(home.session, home.institution))
    home.session.add(ResourceLink(
        institution_id=home.institution.id, context_id=context.id, resource_link_id="x",
        run_component_id=run.components[0].id,
    ))
    home.session.flush()
    found = journeys.of_course(home.session, context, lena.person_id)
    assert [one.code for one in found] == ["IL5101"]
