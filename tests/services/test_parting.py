"""Parting a course from a run: registry's word, which no link that is still there undoes."""

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.audit import AuditEntry
from lti_tool.models.platform import LineItem, ResourceLink, TeachingRequest
from lti_tool.services import columns, courses, linking, parting, teaching_requests
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services.taking_in import Intake

TODAY = date(2026, 6, 1)


@pytest.fixture
def intake(session: Session, now: datetime) -> Intake:
    """Bob's course teaches the run, by a link and a column."""
    made = Intake(session, now)
    session.add(ResourceLink(
        institution_id=made.institution.id, context_id=made.context.id, resource_link_id="tile",
        run_component_id=made.part("").id,
    ))
    made.column()
    session.flush()
    return made


def part(intake: Intake, who: str = "dana", reason: str = "It is another module.") -> parting.Teaching:
    return parting.part(
        intake.session, intake.actor(who), intake.context.key, intake.run.key, reason, intake.now
    )


def test_who_teaches_what(intake: Intake) -> None:
    [one] = parting.listed(intake.session, intake.institution.id)
    assert (one.course_key, one.run_key, one.platform) == (intake.context.key, intake.run.key, "Moodle")
    other = factories.institution(intake.session, "elsewhere")
    assert parting.listed(intake.session, other.id) == []


def test_links_and_columns_stand_for_nothing_any_more(intake: Intake) -> None:
    part(intake)
    assert courses.run_ids_in(intake.session, intake.context.id) == []
    assert courses.context_ids_of(intake.session, intake.run.id) == []
    column = intake.session.scalars(select(LineItem)).one()
    assert column.resource_id == f"parted {column.key}"


def test_the_link_that_is_still_there_does_not_join_it_again(intake: Intake) -> None:
    part(intake)
    assert not linking.is_open_by_link(intake.session, intake.context, intake.run, TODAY)
    assert not linking.is_open(intake.session, intake.context, intake.run)
    rightful = factories.context(intake.session, intake.registration, "course-2")
    assert linking.is_open(intake.session, rightful, intake.run)


def test_registry_lets_it_in_again_and_its_column_is_made_anew(intake: Intake) -> None:
    part(intake)
    key = intake.session.scalars(select(TeachingRequest.key)).one()
    teaching_requests.answer_as_registry(intake.session, intake.actor("dana"), key, "let_in", intake.now)
    assert linking.is_open(intake.session, intake.context, intake.run)
    picked = linking.pick(
        intake.session, intake.actor("bob"), intake.context, intake.part("CRIT").key, "when_ratified", intake.now
    )
    assert picked.column is not None
    assert columns.existing(intake.session, intake.part("CRIT"), intake.context.id) is not None


def test_it_is_written_down_with_its_reason(intake: Intake) -> None:
    part(intake)
    entry = intake.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert entry is not None
    assert (entry.action, entry.actor_id) == ("part_course", intake.people["dana"].id)


def test_only_registry_with_a_reason_and_only_what_is_there(intake: Intake) -> None:
    with pytest.raises(Refused, match="Only registry"):
        part(intake, "bob")
    with pytest.raises(Refused, match="Say why"):
        part(intake, reason=" ")
    part(intake)
    with pytest.raises(NotFound):
        part(intake)
