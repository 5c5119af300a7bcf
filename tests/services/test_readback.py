"""Reading back: equal is confirmed, anything else is noted once, and nothing is written over."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.contract import AwardRecord, Receipt, Rejection, RemoteRecord, RemoteState
from connectors.memory import MemoryRecords
from lti_tool.db import Sessions
from lti_tool.models.delivery import Destination, Discrepancy, OutboxMessage
from lti_tool.services import bodies, discrepancies, outbox, readback
from lti_tool.services.readback import Seen
from tests import factories
from tests.services import delivering
from tests.services.delivering import RATIFIED
from tests.services.test_delivery import Files


@pytest.fixture
def world(session: Session) -> delivering.World:
    return delivering.world(session)


def sent(session: Session, world: delivering.World) -> tuple[OutboxMessage, RemoteRecord]:
    message = delivering.queued(session, world)
    message.state = "sent"
    world.system.push(bodies.record_of(session, message))
    return message, world.registry.rows[message.record_key]


def open_ones(session: Session) -> list[tuple[str, str, str]]:
    found = session.scalars(select(Discrepancy).where(Discrepancy.closed_at.is_(None))).all()
    return [(each.kind, each.ours, each.theirs) for each in found]


def test_equal_is_confirmed_with_theirs_beside_ours(session: Session, world: delivering.World) -> None:
    message, theirs = sent(session, world)
    assert readback.take(session, world.destination, theirs, RATIFIED) is Seen.EQUAL
    assert (message.state, message.theirs_mark, message.theirs_state) == ("confirmed", Decimal(62), "final")
    assert message.confirmed_at is not None


def test_different_is_a_discrepancy_once(session: Session, world: delivering.World) -> None:
    message, theirs = sent(session, world)
    changed = replace(theirs, mark=Decimal(48), grade="Fail")
    for _ in range(2):
        assert readback.take(session, world.destination, changed, RATIFIED) is Seen.DIFFERENT
    assert open_ones(session) == [("record_differs", "62 Merit", "48 Fail (final)")]
    assert message.state == "sent", "it is not confirmed any more"
    readback.take(session, world.destination, theirs, RATIFIED)
    assert open_ones(session) == [], "once it is equal again, nothing is left to decide"


class TestTheirsIsKept:
    """Closing a difference with a reason settles it; only what is new is asked about again."""

    @pytest.fixture
    def kept(self, session: Session, world: delivering.World) -> tuple[OutboxMessage, RemoteRecord]:
        message, theirs = sent(session, world)
        changed = replace(theirs, mark=Decimal(48), grade="Fail")
        readback.take(session, world.destination, changed, RATIFIED)
        close_all(session, world)
        return message, changed

    def test_it_is_closed_and_not_asked_about_again(
        self, session: Session, world: delivering.World, kept: tuple[OutboxMessage, RemoteRecord]
    ) -> None:
        message, theirs = kept
        assert (message.state, message.error_text) == ("failed", "Closed: Their board decided so.")
        assert readback.unconfirmed(session) == [], "a sweep has nothing to ask"
        assert readback.take(session, world.destination, theirs, RATIFIED) is Seen.WAITING
        assert open_ones(session) == []

    def test_another_figure_is_a_new_difference(
        self, session: Session, world: delivering.World, kept: tuple[OutboxMessage, RemoteRecord]
    ) -> None:
        changed = replace(kept[1], mark=Decimal(51))
        assert readback.take(session, world.destination, changed, RATIFIED) is Seen.DIFFERENT
        assert open_ones(session) == [("record_differs", "62 Merit", "51 Fail (final)")]

    def test_read_back_equal_after_all_it_is_confirmed(
        self, session: Session, world: delivering.World, kept: tuple[OutboxMessage, RemoteRecord]
    ) -> None:
        theirs = replace(kept[1], mark=Decimal(62), grade="Merit")
        assert readback.take(session, world.destination, theirs, RATIFIED) is Seen.EQUAL
        assert kept[0].state == "confirmed"

    def test_what_cannot_be_read_is_settled_too(self, session: Session, world: delivering.World) -> None:
        message, theirs = sent(session, world)
        broken = replace(theirs, problem="its score cannot be read")
        readback.take(session, world.destination, broken, RATIFIED)
        close_all(session, world)
        assert readback.take(session, world.destination, broken, RATIFIED) is Seen.WAITING
        assert (message.state, open_ones(session)) == ("failed", [])

    def test_a_message_on_its_way_again_is_left_alone(self, session: Session, world: delivering.World) -> None:
        message, theirs = sent(session, world)
        readback.take(session, world.destination, replace(theirs, mark=Decimal(48)), RATIFIED)
        message.state = "ready"
        close_all(session, world)
        assert message.state == "ready"


def close_all(session: Session, world: delivering.World) -> None:
    closer = factories.person(session, world.institution, "Dana")
    actor = replace(world.dana, person_id=closer.id)
    for each in session.scalars(select(Discrepancy).where(Discrepancy.closed_at.is_(None))).all():
        discrepancies.close(session, actor, each.key, "Their board decided so.", RATIFIED)


def test_what_we_know_nothing_of_is_unexpected_once(session: Session, world: delivering.World) -> None:
    stranger = RemoteRecord(key="k", remote_id="theirs-7", state=RemoteState.FINAL, mark=Decimal(70))
    for _ in range(2):
        assert readback.take(session, world.destination, stranger, RATIFIED) is Seen.UNEXPECTED
    assert open_ones(session) == [("record_unexpected", "records", "theirs-7")]


def test_what_cannot_be_read_is_never_taken_for_equal(session: Session, world: delivering.World) -> None:
    message, theirs = sent(session, world)
    broken = replace(theirs, problem="its score cannot be read")
    assert readback.take(session, world.destination, broken, RATIFIED) is Seen.UNREADABLE
    assert message.state == "sent"
    assert open_ones(session) == [("record_unreadable", "62 Merit", "its score cannot be read")]


def test_a_newer_version_on_its_way_is_no_difference(session: Session, world: delivering.World) -> None:
    message, theirs = sent(session, world)
    award = session.get_one(delivering.Award, message.award_id)
    amended = delivering.decision(session, award.enrolment, "65", number=2)
    outbox.enqueue_award(session, delivering.award(session, amended, 2), RATIFIED)
    assert readback.take(session, world.destination, theirs, RATIFIED) is Seen.WAITING
    assert open_ones(session) == []


def test_one_on_hold_that_was_entered_by_hand_is_confirmed(session: Session, world: delivering.World) -> None:
    message, theirs = sent(session, world)
    message.state, message.error_class = "on_hold", "fix_there"
    assert readback.take(session, world.destination, theirs, RATIFIED) is Seen.EQUAL
    assert (message.state, message.error_class) == ("confirmed", "")


def test_one_in_flight_is_left_to_its_worker(session: Session, world: delivering.World) -> None:
    message, theirs = sent(session, world)
    message.state = "sending"
    assert readback.take(session, world.destination, theirs, RATIFIED) is Seen.WAITING
    assert message.state == "sending"


def test_a_line_refused_later_is_on_hold_in_their_words(session: Session, world: delivering.World) -> None:
    message, _ = sent(session, world)
    rejection = Rejection(key=message.record_key, code="unknown_run", words="no module run")
    readback.refuse(session, world.destination, rejection)
    assert (message.state, message.error_class, message.error_words) == ("on_hold", "fix_there", "no module run")


class Nightly(Files):
    """A system that reads its files at night and refuses some lines."""

    refused: tuple[Rejection, ...] = ()

    def rejections(self) -> list[Rejection]:  # type: ignore[override]
        return list(self.refused)


class TestSweep:
    """What a worker does by itself from time to time."""

    def test_what_was_sent_is_confirmed(self, sessions: Sessions) -> None:
        with sessions.begin() as session:
            world = delivering.world(session)
            delivering.queued(session, world)
        delivering.drain(sessions, world.connectors)
        with sessions() as session:
            assert readback.unconfirmed(session) == [world.destination.id]
        assert readback.sweep(sessions, world.connectors, world.destination.id, RATIFIED) == 1
        assert delivering.message(sessions).state == "confirmed"
        with sessions() as session:
            assert readback.unconfirmed(session) == []

    def test_while_something_is_due_nothing_is_read_back(self, sessions: Sessions) -> None:
        with sessions.begin() as session:
            world = delivering.world(session)
            delivering.queued(session, world)
        delivering.drain(sessions, world.connectors)
        with sessions.begin() as session:
            delivering.queued(session, world, 2)
            assert readback.unconfirmed(session) == []

    def test_rejects_are_taken_up(self, sessions: Sessions) -> None:
        with sessions.begin() as session:
            world = delivering.world(session)
            key = delivering.queued(session, world).record_key
        system = Nightly(world.registry)
        delivering.drain(sessions, {world.destination.id: system})
        world.registry.rows.clear()
        system.refused = (Rejection(key=key, code="E7", words="no such student"),)
        readback.sweep(sessions, {world.destination.id: system}, world.destination.id, RATIFIED)
        message = delivering.message(sessions)
        assert (message.state, message.error_code, message.error_words) == ("on_hold", "E7", "no such student")

    def test_a_system_that_cannot_be_read_back_is_left_alone(self, sessions: Sessions) -> None:
        class Mute(MemoryRecords):
            capabilities = frozenset()

            def push(self, record: AwardRecord) -> Receipt:
                return Receipt(key=record.key)

        with sessions.begin() as session:
            world = delivering.world(session)
            delivering.queued(session, world)
        delivering.drain(sessions, {world.destination.id: Mute()})
        assert readback.sweep(sessions, {world.destination.id: Mute()}, world.destination.id, RATIFIED) == 0


def test_a_figure_in_words_says_how_it_stands_there() -> None:
    agreed = RemoteRecord(key="k", remote_id="r", state=RemoteState.AGREED, mark=Decimal(62))
    assert readback.in_words(agreed) == "62 (agreed)"


def test_texts_that_no_database_keeps_stop_nobody(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        for number in (1, 2):
            delivering.queued(session, world, number)
    delivering.drain(sessions, world.connectors)
    odd, equal = list(world.registry.rows)
    world.registry.rows[odd] = replace(world.registry.rows[odd], grade="M\ud83d\x00")
    with sessions.begin() as session:
        destination = session.get_one(Destination, world.destination.id)
        for remote in world.system.read_back():
            readback.take(session, destination, remote, RATIFIED)
        nameless = RemoteRecord(key="", remote_id="Pr\udce9noms.csv", state=RemoteState.FINAL, problem="no\x00table")
        readback.take(session, destination, nameless, RATIFIED)
        readback.refuse(session, destination, Rejection(key=equal, code="a\x00", words="\ud83d"))
    with sessions() as session:
        found = {message.record_key: message for message in session.scalars(select(OutboxMessage))}
        files = session.scalars(select(Discrepancy.theirs).where(Discrepancy.kind == "record_unreadable")).all()
    assert (found[odd].state, found[odd].theirs_grade) == ("sent", "M")
    assert (found[equal].state, found[equal].error_code) == ("on_hold", "a")
    assert files == ["Pr noms.csv"]
