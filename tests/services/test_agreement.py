"""The record system ratifies: its agreed mark, read back, is the award (walk 8)."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award
from lti_tool.models.board import Decision
from lti_tool.models.delivery import OutboxMessage
from lti_tool.services import bodies, outbox, readback
from tests.services import delivering
from tests.services.delivering import RATIFIED, figure

AGREED_ON = date(2026, 6, 20)


def waiting(session: Session, world: delivering.World, **fields: object) -> Decision:
    """A decision whose provisional records lie in the waiting room, read back equal."""
    decision = delivering.decision(session, delivering.learner(session, world), **fields)  # type: ignore[arg-type]
    for message in outbox.enqueue_provisional(session, decision, RATIFIED):
        message.state = "sent"
        world.system.push(bodies.record_of(session, message))
    read_back(session, world)
    return decision


def read_back(session: Session, world: delivering.World) -> None:
    for remote in world.system.read_back():
        readback.take(session, world.destination, remote, RATIFIED)


def awards(session: Session) -> list[Award]:
    return list(session.scalars(select(Award)))


def agree(world: delivering.World, *keys: str) -> None:
    for key in keys or tuple(world.registry.rows):
        world.registry.agree(key, "PAB 2026/06", AGREED_ON)


@pytest.fixture
def world(session: Session) -> delivering.World:
    return delivering.world(session, authority="record_system", takes_provisional=True)


def test_the_agreed_state_read_back_is_the_ratification(session: Session, world: delivering.World) -> None:
    decision = waiting(session, world)
    assert awards(session) == [], "in the waiting room nothing is ratified"
    agree(world)
    read_back(session, world)
    (award,) = awards(session)
    assert (award.decision_id, award.ratification.authority) == (decision.id, "record_system")
    assert (award.ratification.reference, award.awarded_on) == ("PAB 2026/06", AGREED_ON)


def test_reading_it_back_again_grants_nothing_more_and_sends_nothing(session: Session, world: delivering.World) -> None:
    waiting(session, world)
    agree(world)
    for _ in range(3):
        read_back(session, world)
    assert len(awards(session)) == 1
    assert [message.state for message in session.scalars(select(OutboxMessage))] == ["confirmed"]


def test_with_components_all_must_be_agreed(session: Session, world: delivering.World) -> None:
    world.destination.sends = "component_final"
    waiting(session, world, figures=[figure("CRIT", "62"), figure("PORT", "62")])
    first, *_ = world.registry.rows
    agree(world, first)
    read_back(session, world)
    assert awards(session) == []
    agree(world)
    read_back(session, world)
    assert len(awards(session)) == 1


def test_an_agreement_to_what_has_changed_since_ratifies_nothing(session: Session, world: delivering.World) -> None:
    decision = waiting(session, world)
    changed = delivering.decision(session, decision.enrolment, "65", number=2)
    outbox.enqueue_provisional(session, changed, RATIFIED)
    agree(world)
    read_back(session, world)
    assert awards(session) == []


def test_an_agreement_to_what_was_never_sent_ratifies_nothing(session: Session, world: delivering.World) -> None:
    decision = waiting(session, world)
    delivering.decision(session, decision.enrolment, "65", number=2)
    agree(world)
    read_back(session, world)
    assert awards(session) == []


def test_where_a_board_here_ratifies_their_agreement_is_only_noted(session: Session, world: delivering.World) -> None:
    waiting(session, world)
    world.version.authority = "cairn"
    agree(world)
    read_back(session, world)
    assert awards(session) == []
    assert session.scalars(select(OutboxMessage.theirs_state)).all() == ["agreed"]


def test_what_cannot_be_ratified_is_left_for_a_person(
    session: Session, world: delivering.World, caplog: pytest.LogCaptureFixture
) -> None:
    waiting(session, world, kind="INCOMPLETE", grade="", credit=0)
    agree(world)
    read_back(session, world)
    assert awards(session) == []
    assert "cannot be taken as ratified" in caplog.text
