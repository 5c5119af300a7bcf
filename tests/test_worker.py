"""The dispatcher, in this process; what it survives when it is killed is in tests/faults."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from connectors.contract import AwardRecord, Receipt
from connectors.errors import ErrorClass, Misconfigured
from connectors.memory import MemoryRecords, MemoryRegistry
from lti_tool import worker
from lti_tool.db import Sessions
from lti_tool.models.delivery import DeliveryAttempt, Destination, OutboxMessage, WorkerBeat
from lti_tool.seal import Sealer
from lti_tool.services import delivery
from lti_tool.services.connecting import Connectors, place
from lti_tool.settings import Settings
from tests import factories
from tests.conftest import KEY
from tests.services import delivering
from tests.services.test_delivery import Files

SETTINGS = Settings(worker_threads=4, worker_batch=20, lease_seconds=30, sweep_seconds=1)


class Slow(MemoryRecords):
    """Answers when it is let."""

    def __init__(self, registry: MemoryRegistry) -> None:
        super().__init__(registry)
        self.begun, self.go_on, self.lock = Event(), Event(), Lock()
        self.pushed: list[str] = []

    def push(self, record: AwardRecord) -> Receipt:
        with self.lock:
            self.pushed.append(record.key)
        self.begun.set()
        self.go_on.wait(30)
        return super().push(record)


def queue(sessions: Sessions, count: int, **destination: Any) -> delivering.World:
    with sessions.begin() as session:
        world = delivering.world(session, **destination)
        delivering.fill(session, world, range(1, count + 1))
        return world


@contextmanager
def running(
    sessions: Sessions, connectors: dict[int, delivery.Destination], settings: Settings = SETTINGS
) -> Iterator[worker.Dispatcher]:
    dispatcher = worker.Dispatcher(sessions, settings, Connectors(sessions, connectors))
    dispatcher.start()
    try:
        yield dispatcher
    finally:
        dispatcher.stop()


def until(sessions: Sessions, question: Callable[[Session], bool]) -> None:
    end = time.monotonic() + 30
    while True:
        with sessions() as session:
            if question(session):
                return
        assert time.monotonic() < end, "it did not come to that"
        Event().wait(0.02)


def count(state: str) -> Callable[[Session], int]:
    return lambda session: session.query(OutboxMessage).filter_by(state=state).count()


def test_everything_that_is_due_is_sent_once(sessions: Sessions) -> None:
    world = queue(sessions, 50)
    with running(sessions, world.connectors):
        until(sessions, lambda session: count("sent")(session) + count("confirmed")(session) == 50)
    assert len(world.registry.rows) == 50
    with sessions() as session:
        assert session.query(DeliveryAttempt).count() == 50


def test_with_nothing_to_do_it_rests(sessions: Sessions) -> None:
    dispatcher = worker.Dispatcher(sessions, SETTINGS, Connectors(sessions))
    dispatcher._keep_alive()
    dispatcher._claim()
    assert dispatcher._patience() > worker.POLL_SECONDS / 4, "it does not go round and round"
    dispatcher._finish()


def test_whoever_queues_something_wakes_it(sessions: Sessions) -> None:
    world = queue(sessions, 0)
    with running(sessions, world.connectors) as dispatcher:
        until(sessions, lambda session: session.query(WorkerBeat).count() == 1)
        with sessions.begin() as session:
            message = delivering.queued(session, world)
        dispatcher.wake([message.key])
        until(sessions, lambda session: count("ready")(session) == 0 and count("sending")(session) == 0)


def test_what_is_sent_is_read_back_and_confirmed_without_a_hand(sessions: Sessions) -> None:
    world = queue(sessions, 3)
    with running(sessions, world.connectors):
        until(sessions, lambda session: count("confirmed")(session) == 3)


def test_a_stop_finishes_what_is_in_flight_and_gives_the_rest_back(sessions: Sessions) -> None:
    world = queue(sessions, 20)
    slow = Slow(world.registry)
    dispatcher = worker.Dispatcher(sessions, SETTINGS, Connectors(sessions, {world.destination.id: slow}))
    dispatcher.start()
    assert slow.begun.wait(30)
    until(sessions, lambda session: count("sending")(session) == 20)
    dispatcher.ask_to_stop()
    until(sessions, lambda _: dispatcher._threads.waiting <= 4)  # the others were taken back
    slow.go_on.set()
    dispatcher.stop()
    with sessions() as session:
        assert count("sent")(session) == len(slow.pushed)
        assert count("ready")(session) == 20 - len(slow.pushed) > 0
        assert count("sending")(session) == 0
        returned = session.scalars(select(DeliveryAttempt).where(DeliveryAttempt.result == "returned")).all()
        assert len(returned) == count("ready")(session)
        assert session.query(WorkerBeat).count() == 0


def test_a_wrong_setting_stops_the_batch_and_not_student_by_student(sessions: Sessions) -> None:
    world = queue(sessions, 20)
    world.registry.trouble = Misconfigured("the credentials are not accepted", code="401")
    with running(sessions, world.connectors):
        until(sessions, lambda session: session.scalars(select(Destination.is_paused)).one())
        until(sessions, lambda session: count("ready")(session) == 20)
    with sessions.begin() as session:
        assert session.query(DeliveryAttempt).filter_by(result="config").count() <= SETTINGS.worker_threads
        session.scalars(select(Destination)).one().is_paused = False
    world.registry.trouble = None
    with running(sessions, world.connectors):
        until(sessions, lambda session: count("ready")(session) == 0)


def test_a_slow_system_does_not_keep_another_waiting(sessions: Sessions) -> None:
    world = queue(sessions, 0)
    with sessions.begin() as session:
        other = factories.destination(session, world.institution, world.version, name="archive")
        delivering.fill(session, world, range(1, 4))
    slow, fast = Slow(world.registry), MemoryRecords()
    with running(sessions, {world.destination.id: slow, other.id: fast}):
        try:
            until(sessions, lambda session: count("sent")(session) >= 3)
            assert len(fast.registry.rows) == 3
        finally:
            slow.go_on.set()


def test_a_system_that_takes_files_gets_one(sessions: Sessions) -> None:
    world = queue(sessions, 12)
    system = Files(world.registry)
    with running(sessions, {world.destination.id: system}):
        until(sessions, lambda session: count("ready")(session) == 0 and count("sending")(session) == 0)
    assert [len(file) for file in system.files] == [12]


def test_a_lease_lasts_as_long_as_its_worker(sessions: Sessions) -> None:
    world = queue(sessions, 1)
    slow = Slow(world.registry)
    short = Settings(worker_threads=2, lease_seconds=2, sweep_seconds=1)
    with running(sessions, {world.destination.id: slow}, short):
        assert slow.begun.wait(30)
        with sessions() as session:
            first = session.scalars(select(OutboxMessage.lease_until)).one()
        until(sessions, lambda session: session.scalars(select(OutboxMessage.lease_until)).one() != first)
        slow.go_on.set()
        until(sessions, lambda session: count("sending")(session) == 0)
    assert len(slow.pushed) == 1


def test_trouble_with_the_database_is_waited_out(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = queue(sessions, 5)
    settle, failures = worker.settling.settle, []

    def failing(*args: Any) -> None:
        if not failures:
            failures.append(True)
            raise OperationalError("the server has gone away", None, Exception())
        settle(*args)

    monkeypatch.setattr(worker.settling, "settle", failing)
    with running(sessions, world.connectors):
        until(sessions, lambda session: count("sending")(session) + count("ready")(session) == 0)
    assert failures
    with sessions() as session:
        assert session.query(DeliveryAttempt).count() == 5, "what had been sent was kept and not sent again"
    assert "could not go on" in caplog.text


def test_a_process_of_its_own_ends_by_sigterm(sessions: Sessions, database_url: str) -> None:
    others = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
    environment = {
        **others, "CAIRN_DATABASE_URL": database_url, "CAIRN_SECRET_KEYS": KEY.hex(), "CAIRN_SWEEP_SECONDS": "1",
    }
    code = "from lti_tool import settings, worker; worker.run(settings.load())"
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    try:
        until(sessions, lambda session: session.query(WorkerBeat).count() == 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
    with sessions() as session:
        assert session.query(WorkerBeat).count() == 0


def test_the_embedded_one_runs_beside_the_web_server(sessions: Sessions) -> None:
    dispatcher = worker.start_embedded(sessions, SETTINGS)
    until(sessions, lambda session: session.query(WorkerBeat).count() == 1)
    dispatcher.stop()


def test_columns_can_be_read_on_demand(sessions: Sessions) -> None:
    assert worker.capture_columns(sessions, []) == 0


class Odd(MemoryRecords):
    """Refuses in words that no database keeps."""

    def push(self, record: AwardRecord) -> Receipt:
        error = Misconfigured("It cannot be.", error_class=ErrorClass.DECIDE)
        error.code, error.words = "c\ud83d", "half \ud83d and \x00"
        raise error


class Unwritable(MemoryRecords):
    """Answers with what a column cannot take, whatever is done about its texts."""

    def push(self, record: AwardRecord) -> Receipt:
        return replace(super().push(record), batch=object())  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Odd, Unwritable])
def test_one_odd_answer_keeps_nobody_else_waiting(sessions: Sessions, kind: type[MemoryRecords]) -> None:
    world = queue(sessions, 2)
    with sessions.begin() as session:
        other = delivering.world(session, code="elsewhere")
        delivering.fill(session, other, range(3, 6))
    with running(sessions, {world.destination.id: kind(world.registry), other.destination.id: other.system}):
        until(sessions, lambda session: count("sent")(session) + count("confirmed")(session) >= 3)
        until(sessions, lambda session: count("sending")(session) == 0)
    assert len(other.registry.rows) == 3
    with sessions() as session:
        odd = session.scalars(select(OutboxMessage).where(OutboxMessage.destination_id == world.destination.id)).all()
    found = {(row.state, row.is_uncertain, row.error_words) for row in odd}
    assert found == ({("on_hold", False, "half and")} if kind is Odd else {("ready", True, "")})


@pytest.mark.parametrize("how", ["another key", "a template without sense"])
def test_a_connector_that_cannot_be_built_pauses_its_own_messages_only(
    sessions: Sessions, tmp_path: Path, how: str
) -> None:
    template = tmp_path / "template.yaml"
    odd = "required: [[mark]]" if how.startswith("a template") else ""
    template.write_text(f"name: site\ncolumns: {{STU: student_number, MARK: mark}}\n{odd}\n", encoding="utf-8")
    world = queue(sessions, 2)
    with sessions.begin() as session:
        other = delivering.world(session, code="elsewhere")
        delivering.fill(session, other, range(3, 6))
        destination = session.get_one(Destination, world.destination.id)
        destination.connector, destination.settings = "file_drop", {"location": str(tmp_path), "profile": str(template)}
        if how == "another key":
            destination.secrets_sealed = Sealer([bytes(32)]).seal(b"{}", place(destination))
    with running(sessions, {other.destination.id: other.system}):
        until(sessions, lambda session: session.get_one(Destination, world.destination.id).is_paused)
        until(sessions, lambda session: count("sent")(session) + count("confirmed")(session) == 3)
        until(sessions, lambda session: count("sending")(session) == 0)
    assert len(other.registry.rows) == 3


def test_what_a_fault_of_ours_keeps_from_the_threads_is_given_back(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = queue(sessions, 3)
    dispatcher = worker.Dispatcher(sessions, SETTINGS, Connectors(sessions, world.connectors))
    monkeypatch.setattr(dispatcher, "_errands", lambda claimed: claimed.no_such_thing)
    with pytest.raises(AttributeError):
        dispatcher._claim()
    dispatcher._settle()
    with sessions() as session:
        assert count("ready")(session) == 3
    dispatcher._finish()
