"""``cairn serve`` as a process: it answers, it drains, and it ends in order when told to."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
import requests
from sqlalchemy import select

from lti_tool import schema
from lti_tool.db import make_engine, make_sessions
from lti_tool.models.delivery import WorkerBeat
from lti_tool.seal import Sealer
from lti_tool.serving import Serving
from lti_tool.settings import Settings
from tests.conftest import KEY

ROOT = Path(__file__).parents[1]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database at the newest version."""
    url = f"sqlite:///{tmp_path}/served.db"
    engine = make_engine(url)
    schema.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture
def served(tmp_path: Path, url: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The address, and the process behind it."""
    address = f"127.0.0.1:{free_port()}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")},
        "PYTHONPATH": str(ROOT), "CAIRN_DATABASE_URL": url, "CAIRN_SECRET_KEYS": KEY.hex(), "CAIRN_SWEEP_SECONDS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "lti_tool.cli", "serve", "--bind", address], cwd=tmp_path, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    try:
        wait_until_answering(f"http://{address}/healthz", process)
        yield f"http://{address}", process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_it_answers_drains_and_ends_in_order(served: tuple[str, "subprocess.Popen[str]"], url: str) -> None:
    address, process = served
    assert requests.get(f"{address}/healthz", timeout=10).json() == {"status": "up"}
    ready = requests.get(f"{address}/readyz", timeout=10)
    assert (ready.status_code, ready.json()["database"]) == (200, "current")
    assert wait_for_dispatchers(address) == 1

    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=30)
    assert process.returncode == 0, told
    assert "Traceback" not in told
    assert f"Cairn serves http://localhost:8400 on {address.removeprefix('http://')}." in told
    assert beats(url) == [], "the dispatcher took its leave"


def test_the_settings_decide_how_many_serve() -> None:
    serving = Serving(Settings(web_workers=3, web_threads=5), "127.0.0.1:1", is_dispatching=False)
    assert (serving.cfg.workers, serving.cfg.threads) == (3, 5)
    assert serving.cfg.worker_class_str == "gthread"
    assert serving.cfg.accesslog is None, "access lines would hold query strings"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_answering(address: str, process: "subprocess.Popen[str]") -> None:
    tick = Event()
    for _ in range(300):
        try:
            requests.get(address, timeout=5)
            return
        except requests.ConnectionError:
            assert process.poll() is None, process.communicate()[0]
            tick.wait(0.1)
    raise AssertionError("it does not answer")


def wait_for_dispatchers(address: str) -> int:
    tick, found = Event(), 0
    for _ in range(100):
        found = requests.get(f"{address}/readyz", timeout=10).json()["dispatchers"]
        if found:
            break
        tick.wait(0.1)
    return found


def beats(url: str) -> list[str]:
    engine = make_engine(url)
    with make_sessions(engine, Sealer([KEY]))() as session:
        found = list(session.scalars(select(WorkerBeat.name)))
    engine.dispose()
    return found
