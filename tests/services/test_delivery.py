"""Sending: look before writing again, and every outcome a plain value."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.contract import AwardRecord, Capability, CapturedResult, Receipt
from connectors.errors import ErrorClass, Misconfigured, Rejected, Unavailable
from connectors.memory import MemoryRecords
from lti_tool.db import Sessions
from lti_tool.services import delivery, outbox
from lti_tool.services.bodies import ScoreFigure, ScoreMessage
from lti_tool.services.results import Claimed, Delivered, Differs, Settled, Stale
from tests.services import delivering


@pytest.fixture
def world(sessions: Sessions) -> delivering.World:
    with sessions.begin() as session:
        made = delivering.world(session)
        delivering.queued(session, made)
        return made


def one(sessions: Sessions) -> Claimed:
    (message,) = delivering.claim(sessions)
    return message


def uncertain(sessions: Sessions) -> Claimed:
    return replace(one(sessions), is_uncertain=True)


class TestRecords:
    def test_a_record_is_pushed_and_answered(self, sessions: Sessions, world: delivering.World) -> None:
        settled = delivery.deliver_one(world.connectors, one(sessions))
        assert settled.result == Delivered(remote_id=settled.message.record_key, state="final")
        assert world.registry.rows[settled.message.record_key].mark == 62

    def test_the_answer_cut_after_the_write_is_found_by_look_up(
        self, sessions: Sessions, world: delivering.World
    ) -> None:
        world.registry.loses_answers = True
        settled = delivery.deliver_one(world.connectors, one(sessions))
        assert settled.is_uncertain
        world.registry.loses_answers = False
        again = delivery.deliver_one(world.connectors, replace(settled.message, is_uncertain=True))
        assert isinstance(again.result, Delivered)
        assert (again.result.is_found, again.result.is_confirmed, again.result.mark) == (True, True, Decimal(62))

    def test_a_bug_in_a_connector_leaves_its_place_in_the_log(
        self, sessions: Sessions, world: delivering.World, monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(world.registry, "read", None)  # to call it is a TypeError
        settled = delivery.deliver_one(world.connectors, one(sessions))
        assert settled.is_uncertain
        [line] = [record for record in caplog.records if record.name == delivery.__name__]
        assert line.exc_info is not None
        assert line.exc_info[0] is TypeError

    def test_what_is_not_there_is_sent_after_all(self, sessions: Sessions, world: delivering.World) -> None:
        assert delivery.deliver_one(world.connectors, uncertain(sessions)).result == Delivered(
            remote_id=next(iter(world.registry.rows)), state="final",
        )

    def test_what_differs_there_is_for_a_person_with_theirs_beside_ours(
        self, sessions: Sessions, world: delivering.World
    ) -> None:
        message = uncertain(sessions)
        world.system.push(replace(record_of(message), mark=Decimal(48)))
        error = delivery.deliver_one(world.connectors, message).result
        assert isinstance(error, Differs)
        assert (error.mark, error.state, error.error_class) == (Decimal(48), "final", ErrorClass.DECIDE)

    def test_an_older_version_of_ours_gives_way(self, sessions: Sessions, world: delivering.World) -> None:
        message = uncertain(sessions)
        world.system.push(replace(record_of(message), mark=Decimal(48), version=0))
        assert isinstance(delivery.deliver_one(world.connectors, message).result, Delivered)
        assert world.registry.rows[message.record_key].mark == 62

    def test_what_somebody_changed_in_the_waiting_room_is_not_written_over(self, sessions: Sessions) -> None:
        with sessions.begin() as session:
            world = delivering.world(session, authority="record_system", takes_provisional=True)
            decision = delivering.decision(session, delivering.learner(session, world))
            outbox.enqueue_provisional(session, decision, delivering.RATIFIED)
        message = uncertain(sessions)
        world.system.push(replace(record_of(message), mark=Decimal(48)))
        assert isinstance(delivery.deliver_one(world.connectors, message).result, Differs)
        assert world.registry.rows[message.record_key].mark == 48

    def test_a_look_up_that_fails_leaves_it_uncertain(self, sessions: Sessions, world: delivering.World) -> None:
        world.registry.trouble = Unavailable("down", code="unreachable")
        settled = delivery.deliver_one(world.connectors, uncertain(sessions))
        assert settled.is_uncertain
        assert not delivery.deliver_one(world.connectors, replace(settled.message, is_uncertain=False)).is_uncertain

    def test_a_system_that_cannot_be_asked_puts_an_uncertain_one_before_a_person(
        self, sessions: Sessions, world: delivering.World
    ) -> None:
        world.system.capabilities = frozenset()  # type: ignore[misc]
        error = delivery.deliver_one(world.connectors, uncertain(sessions)).result
        assert isinstance(error, Rejected)
        assert error.code == "cannot_look_up"
        assert world.registry.rows == {}

    def test_a_refusal_to_overwrite_shows_what_is_there(self, sessions: Sessions, world: delivering.World) -> None:
        message = one(sessions)
        world.system.push(replace(record_of(message), mark=Decimal(48)))
        error = delivery.deliver_one(world.connectors, message).result
        assert isinstance(error, Differs)
        assert error.mark == 48

    def test_a_bug_of_ours_may_have_struck_after_the_write(self, sessions: Sessions, world: delivering.World) -> None:
        class Buggy(MemoryRecords):
            def push(self, record: AwardRecord) -> Receipt:
                super().push(record)
                raise ZeroDivisionError(f"over {record.learner.display_name}")

        settled = delivery.deliver_one({world.destination.id: Buggy(world.registry)}, one(sessions))
        assert settled.is_uncertain
        assert str(settled.result) == "an unexpected ZeroDivisionError while sending", "and it names nobody"

    def test_a_destination_without_a_usable_connector_is_misconfigured(
        self, sessions: Sessions, world: delivering.World
    ) -> None:
        class Unusable(dict[int, delivery.Destination]):
            def __missing__(self, key: int) -> delivery.Destination:
                raise Misconfigured("it needs url")

        assert isinstance(delivery.deliver_one(Unusable(), one(sessions)).result, Misconfigured)


class Files(MemoryRecords):
    """A system that takes files, and leaves out of them what it cannot say."""

    name = "files"
    capabilities = frozenset(Capability)

    def __init__(self, registry: Any, unsayable: str = "") -> None:
        super().__init__(registry)
        self.files: list[list[str]] = []
        self.unsayable = unsayable

    def push(self, record: AwardRecord) -> Receipt:
        if record.learner.student_number == self.unsayable:
            raise Rejected("This file has no column for that.", code="status", error_class=ErrorClass.FIX_HERE)
        return super().push(record)

    def push_batch(self, records: Sequence[AwardRecord]) -> Mapping[str, Receipt]:
        sayable = [record for record in records if record.learner.student_number != self.unsayable]
        self.files.append([record.key for record in sayable])
        return {record.key: super(Files, self).push(record) for record in sayable}


class TestFiles:
    def test_what_was_claimed_goes_in_one_file(self, sessions: Sessions, world: delivering.World) -> None:
        with sessions.begin() as session:
            delivering.queued(session, world, 2)
        system = Files(world.registry)
        connectors = {world.destination.id: system}
        assert delivery.takes_files(connectors, world.destination.id)
        settled = delivery.deliver_batch(connectors, delivering.claim(sessions))
        assert [len(file) for file in system.files] == [2]
        assert all(isinstance(each.result, Delivered) and not each.result.is_confirmed for each in settled)

    def test_one_bad_line_stops_nobody_else_and_says_why(self, sessions: Sessions, world: delivering.World) -> None:
        with sessions.begin() as session:
            delivering.queued(session, world, 2)
        connectors = {world.destination.id: Files(world.registry, unsayable="S0000002")}
        results = [each.result for each in delivery.deliver_batch(connectors, delivering.claim(sessions))]
        assert [type(result) for result in results] == [Delivered, Rejected]

    def test_uncertain_lines_are_looked_up_first(self, sessions: Sessions, world: delivering.World) -> None:
        system = Files(world.registry)
        message = uncertain(sessions)
        system.push(record_of(message))
        (settled,) = delivery.deliver_batch({world.destination.id: system}, [message])
        assert isinstance(settled.result, Delivered)
        assert settled.result.is_found
        assert not settled.result.is_confirmed, "that it lies in the drop does not say that anybody loaded it"

    def test_a_file_that_may_have_been_written_makes_all_uncertain(
        self, sessions: Sessions, world: delivering.World
    ) -> None:
        world.registry.loses_answers = True
        settled = delivery.deliver_batch({world.destination.id: Files(world.registry)}, delivering.claim(sessions))
        assert all(each.is_uncertain for each in settled)


class Column:
    """One gradebook column of an LMS that keeps the newest timestamp."""

    def __init__(self, shown: Decimal | None = None, *, is_stale: bool = False) -> None:
        self.shown = shown
        self.is_stale = is_stale

    def post(self, score: ScoreMessage) -> None:
        if self.is_stale:
            raise Rejected("a later score is there", code="stale")
        self.shown = score.figure.value

    def result(self, score: ScoreMessage) -> CapturedResult | None:
        if self.shown is None:
            return None
        return CapturedResult(user=score.user, score=self.shown, maximum=Decimal(100))


class TestScores:
    """A score sent, and what a stale or lost one turns into (AGS 2.0 §3.4)."""

    def deliver(self, column: Column, *, is_uncertain: bool = False, value: str = "62", previous: str = "") -> Settled:
        body = ScoreMessage(
            line_item_url="https://lms.example/1", user="u1", timestamp=datetime.now(UTC),
            figure=ScoreFigure(value=Decimal(value), maximum=Decimal(100)),
            previous=Decimal(previous) if previous else None, previous_maximum=Decimal(100) if previous else None,
        )
        return delivery.deliver_one({7: column}, Claimed(
            id=1, key="m", destination=7, kind="score", record_key="k", version=1, attempt=1, worker="w",
            is_uncertain=is_uncertain, body=body,
        ))

    def test_a_score_is_posted(self) -> None:
        column = Column()
        assert self.deliver(column).result == Delivered()
        assert column.shown == 62

    def test_an_uncertain_one_that_shows_is_not_posted_again(self) -> None:
        assert self.deliver(Column(Decimal("61.99999"), is_stale=True), is_uncertain=True).result == Delivered(
            is_found=True, is_confirmed=True,
        )

    def test_stale_and_shown_is_delivered(self) -> None:
        result = self.deliver(Column(Decimal(62), is_stale=True)).result
        assert isinstance(result, Delivered)

    @pytest.mark.parametrize("shown", [pytest.param(None, id="empty"), pytest.param("40", id="our own, older")])
    def test_stale_over_nothing_else_needs_a_later_time(self, shown: str | None) -> None:
        column = Column(Decimal(shown) if shown else None, is_stale=True)
        assert isinstance(self.deliver(column, previous="40").result, Stale)

    def test_a_figure_that_a_teacher_gave_is_left_as_it_is(self) -> None:
        column = Column(Decimal(75), is_stale=True)
        error = self.deliver(column, previous="40").result
        assert isinstance(error, Differs)
        assert (error.code, error.mark, error.grade) == ("overridden", Decimal(75), "of 100")
        assert column.shown == 75


def record_of(message: Claimed) -> AwardRecord:
    assert isinstance(message.body, AwardRecord)
    return message.body
