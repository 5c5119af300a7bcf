"""The town of the story: Cairn, the demo LMS and the demo record system, each a process of its own on localhost."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import requests

CAIRN_PORT, LMS_PORT, RECORDS_PORT, DROP_PORT = 8400, 8401, 8402, 8403
STORY = Path(__file__).parent / "story"


class TownError(RuntimeError):
    """Something did not start; the text says what, and where its log is."""


@dataclass
class Town:
    """Where everything is. ``folder`` holds its database, key, clock and logs."""

    folder: Path
    cairn_port: int = CAIRN_PORT
    lms_port: int = LMS_PORT
    records_port: int = RECORDS_PORT
    drop_port: int = DROP_PORT
    figures: dict[str, str] = field(default_factory=dict)  # what the processes said of themselves
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def cairn(self) -> str:
        return f"http://localhost:{self.cairn_port}"  # another site than the LMS, as in life

    @property
    def lms(self) -> str:
        return f"http://127.0.0.1:{self.lms_port}"

    @property
    def records(self) -> str:
        return f"http://127.0.0.1:{self.records_port}"

    def command(self, *words: str, given: str = "") -> str:
        """Run ``cairn …`` in the folder, as an administrator would; its output. Raises :class:`TownError`."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("cairn")), *words], cwd=self.folder, input=given, text=True,
            capture_output=True, env=self._environment(),
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise TownError(f"cairn {' '.join(words[:2])} ended with {done.returncode}: {said}")
        return done.stdout

    def set_clock(self, instant: str) -> None:
        """Move business time; tokens and scores keep the machine's."""
        fresh = self.folder / "clock.new"
        fresh.write_text(instant + "\n", encoding="utf-8")
        fresh.replace(self.folder / "clock")

    def start_neighbours(self) -> None:
        """The LMS and the record system; :meth:`await_all` says when they are there."""
        self._start("lms", "-m", "tests.demo.lms", "--port", str(self.lms_port), "--data", str(self.folder / "lms"))
        self._start(
            "records", "-m", "tests.demo.record_system", "--port", str(self.records_port), "--sftp-port",
            str(self.drop_port), "--data", str(self.folder / "records"), "--students", str(STORY / "students.csv"),
        )

    def start_cairn(self) -> None:
        """``cairn serve``, with its dispatcher."""
        self._start("cairn", "-m", "lti_tool.cli", "serve", "--bind", f"127.0.0.1:{self.cairn_port}")

    def await_all(self) -> None:
        """Until each of them answers."""
        self._await(self.lms + "/_admin/registration", "lms")
        self._await(self.records + "/", "records")
        self._await(f"http://127.0.0.1:{self.cairn_port}/healthz", "cairn")
        for line in (self.folder / "records.log").read_text(encoding="utf-8").splitlines():
            name, colon, value = line.partition(": ")
            if colon:
                self.figures[name] = value

    def stop(self) -> None:
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in reversed(self._running.values()):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._stack.close()

    def _start(self, name: str, *words: str) -> None:
        log = self._stack.enter_context((self.folder / f"{name}.log").open("wb"))
        self._running[name] = subprocess.Popen(
            [sys.executable, *words], cwd=self.folder, stdout=log, stderr=subprocess.STDOUT, env=self._environment(),
        )

    def _environment(self) -> dict[str, str]:
        root = str(Path(__file__).parents[2])
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")},
            "PYTHONPATH": root, "PYTHONUNBUFFERED": "1", "CAIRN_DEMO_CLOCK": str(self.folder / "clock"),
            "CAIRN_SWEEP_SECONDS": "1", "CAIRN_LOG_LEVEL": "WARNING",
        }

    def _await(self, url: str, name: str) -> None:
        process, tick = self._running[name], threading.Event()
        for _ in range(300):
            if process.poll() is not None:
                break
            try:
                if requests.get(url, timeout=5).status_code < 500:
                    return
            except (requests.ConnectionError, requests.Timeout):
                tick.wait(0.1)
        tail = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-600:]
        raise TownError(f"{name} did not start. Its log, {self.folder / (name + '.log')}, ends:\n{tail}")


def fresh_folder(folder: Path) -> None:
    """Empty, and only ever emptied of an earlier demo. Raises :class:`TownError` where something else is kept."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "clock").is_file():
        raise TownError(f"{folder} is not empty, and not of an earlier demo. Choose another with --folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def require_free(ports: Sequence[int]) -> None:
    """Raises :class:`TownError` naming a port that is taken, before anything is started."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise TownError(
                    f"Port {port} is in use. Stop what uses it, or choose four others: make demo PORTS=9400"
                ) from error
