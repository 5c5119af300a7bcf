"""The record system ratifies: its agreed mark, read back, is the award (walk 8)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.contract import RemoteState
from connectors.errors import Rejected
from connectors.memory import MemoryRecords, MemoryRegistry, to_row
from lti_tool.models.award import Award
from lti_tool.models.board import Decision
from lti_tool.models.delivery import Discrepancy, OutboxMessage
from lti_tool.services import bodies, discrepancies, journeys, outbox, queue, readback
from lti_tool.services.errors import Refused
from tests import factories
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


def test_a_receipt_is_no_agreement(session: Session, world: delivering.World) -> None:
    """A file drop: loaded first, then held as actual, then agreed; only the last is a decision."""
    decision = delivering.decision(session, delivering.learner(session, world))
    [message] = outbox.enqueue_provisional(session, decision, RATIFIED)
    message.state, seen = "sent", []
    held = to_row(bodies.record_of(session, message))
    for remote in (replace(held, is_our_word=True), held, replace(held, state=RemoteState.AGREED)):
        readback.take(session, world.destination, remote, RATIFIED)
        entry = queue.one(session, world.institution.id, message.key)
        undecided = queue.progress(session, world.institution.id, RATIFIED).undecided
        seen.append((entry.standing, entry.theirs, undecided, len(awards(session))))
    assert seen == [
        ("loaded_undecided", "loaded", 1, 0), ("undecided", "62 Merit provisional", 1, 0),
        ("confirmed", "62 Merit agreed", 0, 1),
    ]


class TestTheyAgreedAnotherFigure:
    """What they agreed is theirs; ours never becomes an award because somebody let theirs stand."""

    @pytest.fixture
    def decision(self, session: Session, world: delivering.World) -> Decision:
        decision = waiting(session, world)
        self.they_agree(session, world, "58")
        return decision

    def they_agree(self, session: Session, world: delivering.World, mark: str) -> None:
        for key, row in list(world.registry.rows.items()):
            world.registry.rows[key] = replace(row, mark=Decimal(mark))
        agree(world)
        read_back(session, world)

    def keep_theirs(self, session: Session, world: delivering.World) -> None:
        closer = replace(world.dana, person_id=factories.person(session, world.institution, "Dana").id)
        for each in session.scalars(select(Discrepancy).where(Discrepancy.closed_at.is_(None))).all():
            discrepancies.close(session, closer, each.key, "Their board decided so.", RATIFIED)

    def test_it_is_a_difference_and_no_award(self, session: Session, decision: Decision) -> None:
        [found] = session.scalars(select(Discrepancy))
        assert (found.kind, found.ours, found.theirs) == ("record_differs", "62 Merit", "58 Merit (agreed)")
        assert awards(session) == []

    def test_kept_it_is_no_award_however_often_it_is_read(
        self, session: Session, world: delivering.World, decision: Decision
    ) -> None:
        self.keep_theirs(session, world)
        for _ in range(2):
            read_back(session, world)
        assert awards(session) == []
        assert session.scalars(select(OutboxMessage.state)).all() == ["failed"]

    def test_the_learner_is_shown_no_figure_of_ours_from_then_on(
        self, session: Session, world: delivering.World, decision: Decision
    ) -> None:
        told = []
        for _ in range(2):
            story = journeys.journey(session, world.institution, decision.enrolment)
            told.append((story.denial, story.provisional, story.confirmed))
            self.keep_theirs(session, world)
        assert told == [("agreed", None, ())] * 2

    def test_ours_is_not_sent_over_it(self, session: Session, world: delivering.World, decision: Decision) -> None:
        self.keep_theirs(session, world)
        changed = delivering.decision(session, decision.enrolment, "65", number=2)
        [message] = outbox.enqueue_provisional(session, changed, RATIFIED)
        with pytest.raises(Rejected):
            world.system.push(bodies.record_of(session, message))

    def test_once_the_facts_give_theirs_it_is_ratified(
        self, session: Session, world: delivering.World, decision: Decision
    ) -> None:
        self.keep_theirs(session, world)
        changed = delivering.decision(session, decision.enrolment, "58", number=2)
        [message] = outbox.enqueue_provisional(session, changed, RATIFIED)
        message.state = "sent"
        read_back(session, world)
        assert [(award.mark, award.ratification.reference) for award in awards(session)] == [(58, "PAB 2026/06")]

    def test_another_record_system_that_agrees_with_us_does_not_outvote_it(
        self, session: Session, world: delivering.World, decision: Decision
    ) -> None:
        self.keep_theirs(session, world)
        second = factories.destination(
            session, world.institution, world.version, name="other", takes_provisional=True
        )
        [message] = outbox.enqueue_provisional(session, decision, RATIFIED)
        message.state = "sent"
        other = MemoryRecords(MemoryRegistry())
        other.push(bodies.record_of(session, message))
        other.registry.agree(message.record_key, "PAB 2026/07", AGREED_ON)
        for remote in other.read_back():
            readback.take(session, second, remote, RATIFIED)
        assert message.state == "confirmed"
        assert awards(session) == []

    def test_agreed_anew_after_the_award_it_must_be_amended_and_not_talked_away(
        self, session: Session, world: delivering.World
    ) -> None:
        decision = waiting(session, world)
        agree(world)
        read_back(session, world)
        self.they_agree(session, world, "58")
        with pytest.raises(Refused, match="have the award amended"):
            self.keep_theirs(session, world)
        amended = delivering.decision(session, decision.enrolment, "58", number=2)
        delivering.award(session, amended, 2, authority="record_system")
        self.keep_theirs(session, world)
        assert [award.mark for award in awards(session)] == [62, 58], "both stay, and theirs stands"

    def test_put_right_there_it_is_ratified_as_sent(
        self, session: Session, world: delivering.World, decision: Decision
    ) -> None:
        self.keep_theirs(session, world)
        self.they_agree(session, world, "62")
        assert [award.mark for award in awards(session)] == [62]
