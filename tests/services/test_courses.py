"""A course teaches the runs that its links and columns stand for."""

import pytest

from lti_tool.models.platform import ResourceLink
from lti_tool.services import courses
from tests import factories
from tests.services.taking_in import Intake


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


def link(intake, part, name="link-1"):
    intake.session.add(ResourceLink(
        institution_id=intake.institution.id, context_id=intake.context.id, resource_link_id=name,
        run_component_id=part.id if part else None,
    ))
    intake.session.flush()


def test_a_link_or_a_column_teaches_a_run_once(session, intake):
    link(intake, intake.part("CRIT"))
    intake.column("PORT")
    assert courses.runs_in(session, intake.context.id) == [intake.run]
    assert courses.context_ids_of(session, intake.run.id) == [intake.context.id]
    assert courses.teaching_context_ids(session, intake.institution.id) == [intake.context.id]


def test_a_link_to_nothing_teaches_nothing(session, intake):
    link(intake, None)
    assert courses.run_ids_in(session, intake.context.id) == []
    assert courses.teaching_context_ids(session, intake.institution.id) == []


def test_a_run_may_be_taught_in_two_courses(session, intake, now):
    intake.column("PORT")
    other = factories.context(session, intake.registration, "course-2")
    intake.context = other
    intake.column("PORT")
    assert len(courses.context_ids_of(session, intake.run.id)) == 2


def test_the_runs_that_any_course_of_an_institution_teaches(session, now):
    home, away = Intake(session, now), Intake(session, now, code="elsewhere")
    factories.run(session, home.run.version, "A1", "2025/T2")
    assert courses.taught_run_ids(session, home.institution.id) == set()
    for intake in (home, away):
        intake.column()
    assert courses.taught_run_ids(session, home.institution.id) == {home.run.id}
