"""A record system with a thousand learners, and workers as processes of their own."""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lti_tool.db import Sessions
from lti_tool.models.delivery import OutboxMessage, ReconciliationRun
from lti_tool.services import vault
from lti_tool.services.connecting import place
from tests.conftest import KEY
from tests.demo.record_system import RecordSystemProcess
from tests.demo.record_system.students import COLUMNS
from tests.services import delivering

PATIENCE = 180.0  # seconds, for a machine that is busy with other things


@pytest.fixture
def record_system(tmp_path: Path) -> Iterator[RecordSystemProcess]:
    students = tmp_path / "students.csv"
    with students.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(
            (f"S{number:07}", f"S{number:07}/1", "Learner", str(number), "IL5101") for number in range(1, 1001)
        )
    with RecordSystemProcess(tmp_path / "records", students=students) as running:
        yield running


Queue = Callable[[int], None]


@pytest.fixture
def queue(sessions: Sessions, record_system: RecordSystemProcess) -> Queue:
    """Ratifies that many results, to go to the record system."""

    def fill(count: int) -> None:
        with sessions.begin() as session:
            delivering.fill(session, world_of(session, record_system), range(1, count + 1))

    return fill


def world_of(session: Session, record_system: RecordSystemProcess, **options: Any) -> delivering.World:
    """An institution whose results go to that record system."""
    world = delivering.world(session, connector="oneroster", settings={
        "url": record_system.oneroster_url, "token_url": record_system.token_url, "client_id": "cairn",
    }, **options)
    world.destination.secrets_sealed = vault.seal_secret(
        session, {"client_secret": "inverlea-gradebook"}, place(world.destination)
    )
    return world


class Workers:
    """Worker processes of one database."""

    def __init__(self, database_url: str) -> None:
        others = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
        self._environment = {
            **others, "CAIRN_DATABASE_URL": database_url, "CAIRN_SECRET_KEYS": KEY.hex(),
            "CAIRN_LEASE_SECONDS": "2", "CAIRN_SWEEP_SECONDS": "1", "CAIRN_WORKER_THREADS": "8",
            "CAIRN_WORKER_BATCH": "60",
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, step: str = "none", count: int = 0) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victim", step, str(count)], env=self._environment,
            stderr=subprocess.DEVNULL,
        )
        self.running.append(process)
        return process

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.terminate()
            process.wait(30)


@pytest.fixture
def workers(database_url: str) -> Iterator[Workers]:
    made = Workers(database_url)
    yield made
    made.close()


def until(sessions: Sessions, count: int, *states: str) -> None:
    """Wait until that many messages are in one of these states."""
    until_there_are(sessions, count, select(func.count(OutboxMessage.id)).where(OutboxMessage.state.in_(states)))


def until_there_are(sessions: Sessions, count: int, question: Select[tuple[int]]) -> None:
    """Wait until the database counts that many."""
    end = time.monotonic() + PATIENCE
    while True:
        with sessions() as session:
            found = session.scalars(question).one()
        if found >= count:
            return
        assert time.monotonic() < end, f"still {found}"
        time.sleep(0.05)


def until_over(sessions: Sessions, run_id: int) -> ReconciliationRun:
    """Wait until nothing more comes of a reconciliation."""
    end = time.monotonic() + PATIENCE
    while True:
        with sessions() as session:
            found = session.get_one(ReconciliationRun, run_id)
        if found.is_over:
            return found
        assert time.monotonic() < end, "nobody took the reconciliation up"
        time.sleep(0.05)
