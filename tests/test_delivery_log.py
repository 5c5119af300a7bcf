"""The log of a whole delivery run: a line for each attempt, and nobody's name, number, mark or token in any."""

import csv
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.contract import AwardRecord, Receipt
from connectors.oneroster import OneRosterGradebook
from lti_tool import worker
from lti_tool.db import Sessions
from lti_tool.domain import retries
from lti_tool.models.delivery import DeliveryAttempt, OutboxMessage
from lti_tool.services import outbox
from lti_tool.services.connecting import Connectors
from tests import factories
from tests.demo.record_system import RecordSystemProcess, gradebook
from tests.demo.record_system.students import COLUMNS
from tests.faults.conftest import world_of
from tests.logs import as_written
from tests.services import delivering
from tests.services.delivering import RATIFIED
from tests.test_worker import SETTINGS, until

NAME, SECRET, TOKEN = "Brzęczyszczykiewicz", "inverlea-gradebook", "T0ken-that-nobody-may-read"
NUMBERS = [f"S73100{number:02}" for number in range(1, 9)]
MARKS = [f"{number}.37" for number in range(61, 69)]
STRANGER, REFUSED, CRASHED = NUMBERS[5], NUMBERS[6], NUMBERS[7]
LINE = re.compile(r"attempt (\w+) kind=record destination=\d+ message=([\w-]+) attempt=(\d+)$", re.MULTILINE)


@pytest.fixture
def record_system(tmp_path: Path) -> Iterator[RecordSystemProcess]:
    """One that knows all but the stranger."""
    students = tmp_path / "students.csv"
    with students.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows((each, f"{each}/1", NAME, "Zdzisława", "IL5101") for each in NUMBERS if each != STRANGER)
    with RecordSystemProcess(tmp_path / "records", students=students) as running:
        yield running


def queue(session: Session, record_system: RecordSystemProcess) -> None:
    world = world_of(session, record_system)
    for number, mark in zip(NUMBERS, MARKS, strict=True):
        person = factories.person(session, world.institution, NAME, number)
        enrolment = factories.enrolment(session, world.run, person, f"{number}/1")
        award = delivering.award(session, delivering.decision(session, enrolment, mark))
        outbox.enqueue_award(session, award, RATIFIED)


def states(session: Session) -> Counter[str]:
    return Counter(session.scalars(select(OutboxMessage.state)))


def crash_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in a connector, whose words quote what it was sending."""
    push, left = OneRosterGradebook.push, [CRASHED]

    def pushing(self: OneRosterGradebook, record: AwardRecord) -> Receipt:
        if record.learner.registration.startswith(tuple(left)):
            left.clear()
            raise KeyError(f"{record.learner.registration} of {NAME}, {record.mark}")
        return push(self, record)

    monkeypatch.setattr(OneRosterGradebook, "push", pushing)


def test_a_delivery_run_leaves_a_line_for_each_attempt_and_nothing_personal(
    sessions: Sessions, record_system: RecordSystemProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "FIRST_PAUSE", timedelta(milliseconds=200))
    chance = SimpleNamespace(token_urlsafe=lambda _: TOKEN, compare_digest=secrets.compare_digest)
    monkeypatch.setattr(gradebook, "secrets", chance)
    crash_once(monkeypatch)
    with as_written() as written:
        with sessions.begin() as session:
            queue(session, record_system)
        record_system.control(reject={REFUSED: f"{NAME} ({REFUSED}) has left"}, cut_after_write=5)
        dispatcher = worker.Dispatcher(sessions, replace(SETTINGS, worker_threads=1), Connectors(sessions))
        dispatcher.start()
        try:
            until(sessions, lambda session: states(session) == {"confirmed": 6, "on_hold": 2})
        finally:
            dispatcher.stop()
    text = written.getvalue()
    with sessions() as session:
        rows = session.execute(
            select(OutboxMessage.key, DeliveryAttempt.number, DeliveryAttempt.result)
            .join(DeliveryAttempt, DeliveryAttempt.message_id == OutboxMessage.id)
        ).tuples()
        attempts = {(result, key, str(number)) for key, number, result in rows}
    assert set(LINE.findall(text)) == attempts
    assert {"delivered", "found", "unknown_outcome", "fix_there"} <= {result for result, _, _ in attempts}
    for word in (NAME, "Zdzisława", *NUMBERS, *MARKS, SECRET, TOKEN, "Bearer"):
        assert word not in text, word
