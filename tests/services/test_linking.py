"""Joining a course with a run, and picking what a link stands for."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.audit import AuditEntry
from lti_tool.models.people import Membership
from lti_tool.models.platform import LineItem, ResourceLink
from lti_tool.services import linking
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services.taking_in import Intake

TODAY = date(2026, 6, 1)


@pytest.fixture
def intake(session: Session, now: datetime) -> Intake:
    return Intake(session, now)


def link(intake: Intake, name: str = "tile") -> ResourceLink:
    made = ResourceLink(institution_id=intake.institution.id, context_id=intake.context.id, resource_link_id=name)
    intake.session.add(made)
    intake.session.flush()
    return made


def test_a_course_is_joined_by_the_link_that_was_opened(intake: Intake) -> None:
    tile = link(intake)
    joined = linking.join(
        intake.session, intake.actor("bob"), intake.context, tile.id, intake.run.key, intake.now
    )
    assert joined is intake.run
    assert tile.run_component_id == intake.part("").id
    actions = intake.session.scalars(select(AuditEntry.action)).all()
    assert actions == ["join_course"]
    with pytest.raises(Refused, match="stands for something already"):
        linking.join(intake.session, intake.actor("bob"), intake.context, tile.id, intake.run.key, intake.now)


def test_without_a_link_of_this_course_nothing_is_joined(intake: Intake) -> None:
    with pytest.raises(Refused, match="Open Cairn by a link"):
        linking.join(intake.session, intake.actor("bob"), intake.context, None, intake.run.key, intake.now)


def test_a_run_taught_elsewhere_opens_to_nobody_who_was_not_let_in(intake: Intake) -> None:
    """A learner on both rosters, and the code in the course's name, are no reason."""
    link(intake).run_component_id = intake.part("").id
    other = factories.context(intake.session, intake.registration, "course-2")
    account = intake.account("lena", intake.learner().person)
    intake.session.scalars(select(Membership).where(Membership.lti_user_id == account.id)).one().context_id = other.id
    intake.session.flush()
    assert linking.choices(intake.session, other, TODAY) == []
    with pytest.raises(Refused, match="Ask to teach it too"):
        linking.chosen_run(intake.session, other, intake.run.key)
    with pytest.raises(Refused, match="Ask to teach it too"):
        linking.pick(intake.session, intake.actor("bob"), other, intake.part().key, "when_ratified", intake.now)
    assert linking.choices(intake.session, intake.context, TODAY), "its own course goes on"


def test_a_run_that_is_over_comes_last(intake: Intake) -> None:
    last_year = factories.run(intake.session, intake.run.version, "A1", "2025/T2")
    last_year.board_number = 2
    found = linking.choices(intake.session, intake.context, TODAY)
    assert [(choice.key, choice.is_over) for choice in found] == [(intake.run.key, False), (last_year.key, True)]


@pytest.mark.parametrize(("board_number", "board_on", "expected"), [
    (1, None, False), (1, TODAY, False), (1, TODAY - timedelta(days=1), True), (2, None, True),
])
def test_a_run_is_over_once_a_board_has_met(
    intake: Intake, board_number: int, board_on: date | None, expected: bool
) -> None:
    intake.run.board_number, intake.run.board_on = board_number, board_on
    assert linking.is_over(intake.run, TODAY) is expected


@pytest.mark.parametrize(("code", "expected"), [("PORT", "PORT"), ("OLD", "")])
def test_a_link_of_an_earlier_run_stands_for_the_same_component_of_the_chosen_one(
    intake: Intake, code: str, expected: str
) -> None:
    """So the column of a copied activity is not taken for the overall result."""
    last_year = factories.run(intake.session, intake.run.version, "A1", "2025/T2")
    told = intake.part("PORT", last_year)
    told.component.code = code  # type: ignore[union-attr]
    if code == "OLD":
        told.component = None
    tile = link(intake)
    linking.join(
        intake.session, intake.actor("bob"), intake.context, tile.id, intake.run.key, intake.now, told.key
    )
    assert tile.run_component_id == intake.part(expected).id


def test_the_run_whose_code_the_course_bears_comes_first(intake: Intake) -> None:
    other = factories.version(intake.session, intake.institution, intake.regulations, code="AA1000")
    factories.run(intake.session, other)
    found = linking.choices(intake.session, intake.context, TODAY)
    assert [(choice.name.split()[0], choice.looks_right) for choice in found] == [("IL5101", True), ("AA1000", False)]


def test_another_university_s_run_is_not_there(intake: Intake) -> None:
    away = Intake(intake.session, intake.now, code="elsewhere")
    with pytest.raises(NotFound):
        linking.chosen_run(intake.session, intake.context, away.run.key)
    with pytest.raises(NotFound):
        linking.pick(
            intake.session, intake.actor("bob"), intake.context, away.part().key, "when_ratified", intake.now
        )


def test_judgements_and_verdicts_made_here_have_no_column(intake: Intake) -> None:
    part = intake.part()
    assert linking.has_column(part)
    part.component.is_gate = True  # type: ignore[union-attr]
    assert linking.has_column(part), "full marks or none, in the LMS"
    part.authority = "cairn"
    assert not linking.has_column(part)
    part.component.is_gate = False  # type: ignore[union-attr]
    intake.run.version.kind = "outcomes"
    assert not linking.has_column(part)


def test_a_release_is_asked_only_where_cairn_writes(intake: Intake) -> None:
    intake.part("CRIT").authority = "cairn"
    parts = linking.parts(intake.session, intake.context, intake.run)
    assert [(part.title, [word for word, _ in part.releases]) for part in parts] == [
        ("Crit", ["when_ratified", "at_once"]), ("Port", []), ("Seeing the Evidence", []),
    ]


def test_a_picked_column_keeps_what_was_disclosed(intake: Intake) -> None:
    intake.part("CRIT").authority = "cairn"
    picked = linking.pick(
        intake.session, intake.actor("bob"), intake.context, intake.part("CRIT").key, "at_once", intake.now
    )
    column = intake.session.scalars(select(LineItem)).one()
    assert (column.resource_id, column.is_ours_to_fill, column.release, column.state, column.url) == (
        f"cairn:{picked.key}", True, "at_once", "planned", "",
    )


def test_the_next_sitting_can_be_opened_once_the_board_has_met(intake: Intake) -> None:
    link(intake).run_component_id = intake.part("").id
    intake.session.flush()
    assert linking.with_next_sitting(intake.session, intake.context) == []
    intake.run.board_number = 2
    assert linking.with_next_sitting(intake.session, intake.context) == [intake.run]
