"""Workers that read the same agreed records back at the same moment grant each award once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from sqlalchemy import select

from connectors.contract import RemoteRecord
from connectors.memory import MemoryRecords, MemoryRegistry
from lti_tool.db import Sessions
from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award
from lti_tool.models.board import Ratification
from lti_tool.models.delivery import OutboxMessage
from lti_tool.services import audit, bodies, outbox, readback
from tests.services import delivering
from tests.services.delivering import RATIFIED
from tests.services.test_agreement import agree

WORKERS, LEARNERS = 2, 6


class Together(MemoryRecords):
    """A record system whose answer reaches all workers at the same moment."""

    def __init__(self, registry: MemoryRegistry, barrier: Barrier) -> None:
        super().__init__(registry)
        self._barrier = barrier

    def read_back(self, since: datetime | None = None) -> Iterator[RemoteRecord]:
        found = list(super().read_back(since))
        self._barrier.wait(30)
        return iter(found)


@pytest.mark.parametrize("attempt", range(3))
def test_two_workers_take_the_same_agreed_records(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, attempt: int
) -> None:
    monkeypatch.setattr(readback, "CHUNK", 1)  # a transaction for each record: so many races in one test
    with sessions.begin() as session:
        world = delivering.world(session, authority="record_system", takes_provisional=True)
        for number in range(LEARNERS):
            decision = delivering.decision(session, delivering.learner(session, world, number))
            for message in outbox.enqueue_provisional(session, decision, RATIFIED):
                message.state, message.sent_at = "sent", RATIFIED
                world.system.push(bodies.record_of(session, message))
    agree(world)
    barrier = Barrier(WORKERS)
    with ThreadPoolExecutor(WORKERS) as pool:
        sweeps = [
            pool.submit(
                readback.sweep, sessions, {world.destination.id: Together(world.registry, barrier)},
                world.destination.id, RATIFIED,
            ) for _ in range(WORKERS)
        ]
        assert [sweep.result(60) for sweep in sweeps] == [LEARNERS] * WORKERS, "each has seen all of them equal"
    with sessions() as session:
        awards = Counter(session.scalars(select(Award.enrolment_id)))
        granted = Counter(session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "award.grant")))
        assert list(awards.values()) == list(granted.values()) == [1] * LEARNERS
        assert len(session.scalars(select(Ratification.id)).all()) == LEARNERS
        assert set(session.execute(select(OutboxMessage.state, OutboxMessage.is_final)).tuples()) == {
            ("confirmed", False)
        }, "what is agreed there already is not sent again"
        assert audit.verify(session, world.institution.id).is_valid
