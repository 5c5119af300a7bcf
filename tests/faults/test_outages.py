"""A record system that goes away, or whose answers do, is no reason for anybody to lift a hand."""

import pytest

from lti_tool.db import Sessions
from tests.demo.record_system import RecordSystemProcess
from tests.faults.conftest import Queue, Workers, until


def test_the_answer_cut_after_the_write_is_found_by_look_up(
    sessions: Sessions, record_system: RecordSystemProcess, queue: Queue, workers: Workers
) -> None:
    queue(40)
    record_system.control(cut_after_write=12)  # the category and the line item among them
    workers.start()
    until(sessions, 40, "sent", "confirmed")
    store = record_system.held.store
    assert store.stats()["results"] == 40
    assert {count for (kind, _), count in store.history.items() if kind == "results"} == {1}


def test_while_it_is_down_awards_are_queued_and_then_delivered(
    sessions: Sessions, record_system: RecordSystemProcess, queue: Queue, workers: Workers
) -> None:
    record_system.control(down=True)
    queue(100)
    workers.start()
    until(sessions, 100, "ready")
    assert record_system.held.store.stats()["results"] == 0
    record_system.control(down=False)
    until(sessions, 100, "sent", "confirmed")
    assert record_system.held.store.stats()["doubled"] == 0


@pytest.mark.parametrize("count", [3])
def test_several_workers_share_the_work(
    sessions: Sessions, record_system: RecordSystemProcess, queue: Queue, workers: Workers, count: int
) -> None:
    queue(120)
    for _ in range(count):
        workers.start()
    until(sessions, 120, "sent", "confirmed")
    store = record_system.held.store
    assert store.stats()["results"] == 120
    assert {count for (kind, _), count in store.history.items() if kind == "results"} == {1}
