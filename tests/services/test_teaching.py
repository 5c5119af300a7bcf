"""A course sees the runs that it teaches, and nothing else (I19)."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.platform import ResourceLink
from lti_tool.services import teaching
from lti_tool.services.errors import NotFound
from tests import factories
from tests.services.taking_in import Intake


def test_what_the_course_teaches_is_there(session: Session, now: datetime) -> None:
    intake = Intake(session, now)
    lena = intake.learner()
    intake.column()
    assert teaching.run_in(session, intake.context, intake.run.key) is intake.run
    assert teaching.component_in(session, intake.context, intake.part().key) is intake.part()
    assert teaching.enrolment_in(session, intake.context, lena.key) is lena


def test_what_another_course_teaches_is_not(session: Session, now: datetime) -> None:
    intake = Intake(session, now)
    lena = intake.learner()
    intake.column()
    other = factories.context(session, intake.registration, "course-2")
    for found, key in (
        (teaching.run_in, intake.run.key), (teaching.component_in, intake.part().key),
        (teaching.enrolment_in, lena.key),
    ):
        with pytest.raises(NotFound):
            found(session, other, key)


def test_another_university_s_keys_open_nothing(session: Session, now: datetime) -> None:
    ours, theirs = Intake(session, now), Intake(session, now, code="elsewhere")
    session.add(ResourceLink(
        institution_id=ours.institution.id, context_id=ours.context.id, resource_link_id="x",
        run_component_id=theirs.part("").id,
    ))
    session.flush()
    with pytest.raises(NotFound):
        teaching.run_in(session, ours.context, theirs.run.key)
