"""A worker that is killed while it takes what the record system has agreed as ratified grants each award once."""

import signal
from collections import Counter

import pytest
from sqlalchemy import func, select

from lti_tool.db import Sessions
from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award
from lti_tool.models.board import Ratification
from lti_tool.models.delivery import OutboxMessage
from lti_tool.services import audit, outbox
from tests.demo.record_system import RecordSystemProcess
from tests.faults import victim
from tests.faults.conftest import PATIENCE, Workers, until, until_there_are, world_of
from tests.services import delivering
from tests.services.delivering import RATIFIED

COUNT = 20


@pytest.fixture
def institution_id(sessions: Sessions, record_system: RecordSystemProcess) -> int:
    """Twenty provisional results, to wait over there for the record system's own board."""
    with sessions.begin() as session:
        world = world_of(session, record_system, authority="record_system", takes_provisional=True)
        for number in range(1, COUNT + 1):
            decision = delivering.decision(session, delivering.learner(session, world, number))
            outbox.enqueue_provisional(session, decision, RATIFIED)
        return world.institution.id


@pytest.mark.parametrize(("step", "count"), [
    pytest.param(victim.IN_GRANT, 7, id="amid a batch of awards"), pytest.param(victim.SWEPT, 1, id="after"),
])
def test_killed_while_what_was_agreed_is_taken_as_ratified(
    sessions: Sessions, record_system: RecordSystemProcess, institution_id: int, workers: Workers, step: str, count: int
) -> None:
    first = workers.start()
    until(sessions, COUNT, "confirmed")
    first.terminate()
    assert first.wait(PATIENCE) == 0
    record_system.agree(reference="PAB 2026/06", date="2026-06-20")
    assert workers.start(step, count).wait(PATIENCE) == -signal.SIGKILL
    workers.start()
    until_there_are(sessions, COUNT, select(func.count(Award.id)))
    with sessions() as session:
        awards = Counter(session.scalars(select(Award.enrolment_id)))
        granted = Counter(session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "award.grant")))
        assert list(awards.values()) == list(granted.values()) == [1] * COUNT
        assert set(session.scalars(select(Ratification.reference))) == {"PAB 2026/06"}
        assert session.scalars(select(OutboxMessage.id).where(OutboxMessage.is_final.is_(True))).all() == []
        assert audit.verify(session, institution_id).is_valid
    assert record_system.held.store.stats()["results"] == COUNT
