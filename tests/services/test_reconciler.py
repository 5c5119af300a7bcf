"""The worker's reconciliations: done once, given back when it stops, taken up again when it was killed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import select

from connectors.contract import RemoteRecord
from connectors.errors import Unavailable
from connectors.memory import MemoryRecords
from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.delivery import ReconciliationRun
from lti_tool.services import reconciliation, reconciliation_hand
from lti_tool.services import reconciliation_turns as turns
from lti_tool.services.connecting import Connectors
from lti_tool.services.reconciler import Reconciler
from lti_tool.services.reconciliation_hand import Lost
from lti_tool.settings import Settings
from tests.services import delivering
from tests.services.test_reconciliation import prepared


class Slow(MemoryRecords):
    """Says when somebody has begun to read it, and waits before it says the rest."""

    def __init__(self, world: delivering.World) -> None:
        super().__init__(world.registry)
        self.begun, self.go_on, self.readings = Event(), Event(), 0

    def read_back(self, since: datetime | None = None) -> Iterator[RemoteRecord]:
        self.readings += 1
        first, *rest = super().read_back(since)
        yield first
        self.begun.set()
        assert self.go_on.wait(20)
        yield from rest


def asked(sessions: Sessions, world: delivering.World) -> None:
    with sessions.begin() as session:
        turns.ask(session, world.institution.id, world.destination.key, utcnow())


def reconciler(sessions: Sessions, world: delivering.World, system: MemoryRecords) -> Reconciler:
    connectors = Connectors(sessions, {world.destination.id: system})
    return Reconciler(sessions, connectors, Settings(sweep_seconds=1, lease_seconds=2), utcnow)


def the_run(sessions: Sessions) -> ReconciliationRun:
    with sessions() as session:
        return session.scalars(select(ReconciliationRun)).one()


def test_what_was_asked_for_is_done_and_frozen(sessions: Sessions) -> None:
    world = prepared(sessions, 3)
    asked(sessions, world)
    reconciler(sessions, world, MemoryRecords(world.registry)).do()
    run = the_run(sessions)
    assert run.is_clean
    assert (run.totals["equal"], run.lease_until, run.tries) == (3, None, 1)


def test_two_workers_do_it_once(sessions: Sessions) -> None:
    world = prepared(sessions, 3)
    asked(sessions, world)
    system = Slow(world)
    first, second = (reconciler(sessions, world, system) for _ in range(2))
    thread = Thread(target=first.do)
    thread.start()
    assert system.begun.wait(20)
    second.do()
    system.go_on.set()
    thread.join()
    assert system.readings == 1
    assert the_run(sessions).is_clean


def test_that_of_a_killed_worker_is_taken_up_again_and_the_dead_write_nothing(sessions: Sessions) -> None:
    """The first worker hangs; its lease is over; the second does it all, and the first is too late."""
    world = prepared(sessions, 3)
    asked(sessions, world)
    long_ago = utcnow() - timedelta(hours=1)
    with sessions.begin() as session:
        killed = turns.claim(session, "killed", long_ago, timedelta(seconds=2))
    assert killed is not None
    reconciler(sessions, world, MemoryRecords(world.registry)).do()
    run = the_run(sessions)
    assert run.is_clean
    assert (run.tries, run.started_at > long_ago) == (2, True)
    connectors = Connectors(sessions, {world.destination.id: MemoryRecords(world.registry)})
    with pytest.raises(Lost):
        reconciliation.carry_out(sessions, connectors, killed, utcnow())
    connectors.close()
    assert the_run(sessions).digest == run.digest


def test_a_worker_that_stops_gives_it_back_and_another_takes_it_up_at_once(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation_hand, "REPORTED_EVERY", 0.0)
    world = prepared(sessions, 3)
    asked(sessions, world)
    system = Slow(world)
    first = reconciler(sessions, world, system)
    first.start()
    assert system.begun.wait(20)
    stopping = Thread(target=first.stop)
    stopping.start()
    assert first._stopping.wait(20)
    system.go_on.set()
    stopping.join()
    run = the_run(sessions)
    assert (run.is_over, run.lease_until, run.tries) == (False, None, 0)
    reconciler(sessions, world, MemoryRecords(world.registry)).do()
    assert the_run(sessions).is_clean


def test_a_system_that_is_away_is_a_sentence_on_the_run(sessions: Sessions, caplog: pytest.LogCaptureFixture) -> None:
    world = prepared(sessions, 2)
    asked(sessions, world)
    world.registry.trouble = Unavailable("records.example cannot be reached.", code="unreachable")
    reconciler(sessions, world, MemoryRecords(world.registry)).do()
    assert the_run(sessions).problem == "records.example cannot be reached."
    assert "cannot be reached; run=" in caplog.text


def test_a_fault_of_ours_says_nothing_of_its_inside(sessions: Sessions, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(MemoryRecords):
        def read_back(self, since: datetime | None = None) -> Iterator[RemoteRecord]:
            raise ValueError("a mark of 48")

    world = prepared(sessions, 1)
    asked(sessions, world)
    reconciler(sessions, world, Broken(world.registry)).do()
    assert the_run(sessions).problem == reconciliation.FAULT
    assert "a reconciliation could not be finished" in caplog.text


def test_one_that_is_woken_does_not_wait_for_its_next_look(sessions: Sessions) -> None:
    world = prepared(sessions, 1)
    system = Slow(world)
    connectors = Connectors(sessions, {world.destination.id: system})
    made = Reconciler(sessions, connectors, Settings(sweep_seconds=600), utcnow)
    made.start()
    asked(sessions, world)
    made.wake()
    assert system.begun.wait(20)
    system.go_on.set()
    made.stop()
    assert the_run(sessions).is_clean
