"""A worker that is killed at any step of delivery loses nothing and sends nothing twice."""

import signal

import pytest
from sqlalchemy import func, select

from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.delivery import DeliveryAttempt, Destination, OutboxMessage
from lti_tool.services import reconciliation_turns
from tests.demo.record_system import RecordSystemProcess
from tests.faults import victim
from tests.faults.conftest import PATIENCE, Queue, Workers, until, until_over

COUNT = 1000


def test_killed_at_every_step_while_a_thousand_awards_flow(
    sessions: Sessions, record_system: RecordSystemProcess, queue: Queue, workers: Workers
) -> None:
    queue(COUNT)
    counts = {victim.AFTER_CLAIM: 2, victim.BEFORE_SEND: 120, victim.AFTER_SEND: 120, victim.IN_SETTLE: 3}
    for step in victim.STEPS:
        process = workers.start(step, counts[step])
        assert process.wait(PATIENCE) == -signal.SIGKILL, step
    assert 0 < record_system.held.store.stats()["results"] < COUNT, "the killings came while awards were flowing"
    workers.start()
    until(sessions, COUNT, "sent", "confirmed")
    stats = record_system.held.store.stats()
    assert (stats["results"], stats["pairs"], stats["doubled"]) == (COUNT, COUNT, 0)
    results = [key for kind, key in record_system.held.store.history if kind == "results"]
    assert len(results) == COUNT
    written = [record_system.held.store.history[("results", key)] for key in results]
    assert max(written) == 1, "what a dead worker had written was found by look-up, and not written again"


@pytest.mark.parametrize("step", [victim.READ_BACK, victim.COMPARED])
def test_a_reconciliation_of_a_dead_worker_is_done_by_the_next(
    sessions: Sessions, record_system: RecordSystemProcess, queue: Queue, workers: Workers, step: str
) -> None:
    queue(20)
    sending = workers.start()
    until(sessions, 20, "confirmed")
    sending.terminate()
    sending.wait(PATIENCE)
    with sessions.begin() as session:
        system = session.scalars(select(Destination)).one()
        run = reconciliation_turns.ask(session, system.institution_id, system.key, utcnow())
    assert workers.start(step, 1).wait(PATIENCE) == -signal.SIGKILL
    workers.start()
    found = until_over(sessions, run.id)
    assert (found.problem, found.tries, found.totals["equal"], found.is_clean) == ("", 2, 20, True)


def test_what_a_dead_worker_held_is_looked_up(
    sessions: Sessions, record_system: RecordSystemProcess, queue: Queue, workers: Workers
) -> None:
    queue(30)
    workers.start(victim.AFTER_SEND, 5).wait(PATIENCE)
    workers.start()
    until(sessions, 30, "sent", "confirmed")
    with sessions() as session:
        results = dict(session.execute(
            select(DeliveryAttempt.result, func.count()).group_by(DeliveryAttempt.result)
        ).tuples().all())
        first = session.scalar(select(func.count()).where(OutboxMessage.attempts > 1))
    assert results["found"] >= 1
    assert results["unknown_outcome"] == first, "each lost lease is on record"
