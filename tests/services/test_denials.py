"""Where a record system decides, and another figure stands there: ours is shown to nobody as what is coming."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.contract import RemoteState
from lti_tool.models.board import Decision
from lti_tool.models.delivery import Discrepancy, OutboxMessage
from lti_tool.models.institution import Institution
from lti_tool.services import bodies, cohort, denials, derivations, discrepancies, journeys, outbox, readback
from tests import factories
from tests.services import delivering
from tests.services.delivering import RATIFIED


@pytest.fixture
def world(session: Session) -> delivering.World:
    return delivering.world(session, authority="record_system", takes_provisional=True)


@pytest.fixture
def decision(session: Session, world: delivering.World) -> Decision:
    """62 here, in their waiting room, where they hold 58 and have agreed nothing yet."""
    decision = delivering.decision(session, delivering.learner(session, world))
    send(session, world, decision)
    they_hold(session, world, "58")
    return decision


def send(session: Session, world: delivering.World, decision: Decision) -> None:
    [message] = outbox.enqueue_provisional(session, decision, RATIFIED)
    message.state = "sent"
    world.system.push(bodies.record_of(session, message))


def they_hold(session: Session, world: delivering.World, mark: str, **fields: object) -> None:
    for key, row in list(world.registry.rows.items()):
        world.registry.rows[key] = replace(row, mark=Decimal(mark), **fields)  # type: ignore[arg-type]
    for remote in world.system.read_back():
        readback.take(session, world.destination, remote, RATIFIED)


def keep_theirs(session: Session, world: delivering.World) -> None:
    dana = replace(world.dana, person_id=factories.person(session, world.institution, "Dana").id)
    for each in session.scalars(select(Discrepancy).where(Discrepancy.closed_at.is_(None))).all():
        discrepancies.close(session, dana, each.key, "Theirs is right.", RATIFIED)


def learners_page(session: Session, world: delivering.World, decision: Decision) -> tuple[str, str]:
    story = journeys.journey(session, session.get_one(Institution, world.institution.id), decision.enrolment)
    return story.denial, story.provisional.mark if story.provisional else ""


def teachers_list(session: Session, world: delivering.World) -> tuple[str, str]:
    [row] = cohort.table(session, world.institution.id, world.run.key).rows
    return row.denial, row.overall


def test_a_difference_that_nobody_has_decided_on_leaves_ours_provisional(
    session: Session, world: delivering.World, decision: Decision
) -> None:
    assert learners_page(session, world, decision) == ("", "62")
    assert teachers_list(session, world) == ("", "62")


def test_once_theirs_is_kept_ours_is_shown_to_nobody_as_what_is_coming(
    session: Session, world: delivering.World, decision: Decision
) -> None:
    keep_theirs(session, world)
    assert learners_page(session, world, decision) == ("kept", "")
    assert teachers_list(session, world) == ("kept", "")
    assert derivations.of(session, decision.enrolment).denial == "kept"


def test_kept_and_then_agreed_it_is_decided(session: Session, world: delivering.World, decision: Decision) -> None:
    keep_theirs(session, world)
    they_hold(session, world, "58", state=RemoteState.AGREED)
    assert learners_page(session, world, decision) == ("agreed", "")
    assert teachers_list(session, world) == ("agreed", "")


def test_put_right_here_ours_is_provisional_again(
    session: Session, world: delivering.World, decision: Decision
) -> None:
    keep_theirs(session, world)
    changed = delivering.decision(session, decision.enrolment, "58", number=2)
    outbox.enqueue_provisional(session, changed, RATIFIED)
    assert learners_page(session, world, changed) == ("", "58")
    assert teachers_list(session, world) == ("", "58")


def test_closed_because_it_was_entered_by_hand_ours_is_still_provisional(
    session: Session, world: delivering.World
) -> None:
    decision = delivering.decision(session, delivering.learner(session, world))
    [message] = outbox.enqueue_provisional(session, decision, RATIFIED)
    message.state, message.error_text = "failed", "Closed: entered by hand."
    assert learners_page(session, world, decision) == ("", "62")


def test_what_differs_from_an_award_leaves_the_award_on_the_pages(session: Session, world: delivering.World) -> None:
    decision = delivering.decision(session, delivering.learner(session, world))
    send(session, world, decision)
    they_hold(session, world, "62", state=RemoteState.AGREED)
    they_hold(session, world, "58", state=RemoteState.AGREED)
    assert denials.of(session, decision.enrolment) == "agreed"
    assert learners_page(session, world, decision) == ("", "")
    assert teachers_list(session, world) == ("", "62")
    assert derivations.of(session, decision.enrolment).denial == ""


def test_of_several_record_systems_the_one_that_has_agreed_is_told(
    session: Session, world: delivering.World, decision: Decision
) -> None:
    keep_theirs(session, world)
    other = factories.destination(session, world.institution, world.version, name="other", takes_provisional=True)
    [message] = outbox.enqueue_provisional(session, decision, RATIFIED)
    message.state, message.theirs_state, message.theirs_mark = "sent", "agreed", Decimal(57)
    assert message.destination_id == other.id
    assert len(session.scalars(select(OutboxMessage)).all()) == 2
    assert denials.of(session, decision.enrolment) == "agreed"
