"""What a dispatcher does beside sending: read back, reconcile, capture, fill columns, see what they show, tidy up."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

from sqlalchemy import delete
from sqlalchemy.orm import Session

from connectors.errors import ConnectorError
from lti_tool.clock import Clock, utcnow
from lti_tool.db import Sessions, reading
from lti_tool.models.people import StaffSession
from lti_tool.models.platform import LaunchSession
from lti_tool.services import capture, lms_results, passback, readback, shown_scores
from lti_tool.services.connecting import Connectors
from lti_tool.services.reconciler import Reconciler
from lti_tool.settings import Settings

log = logging.getLogger(__name__)
CLEARED_EVERY = 600.0
SLOWER = 2.0  # each look that confirms nothing makes the next one later
A_DAY = timedelta(days=1)


class Chores:
    """Runs in threads of its own, since a slow system must not keep the dispatcher waiting."""

    def __init__(self, sessions: Sessions, connectors: Connectors, settings: Settings, business: Clock) -> None:
        self._sessions, self._connectors, self._settings, self._business = sessions, connectors, settings, business
        self._looks: dict[int, tuple[float, float]] = {}  # destination: when next, and how long after that
        self._reconciler = Reconciler(sessions, connectors, settings, business)
        self._next_clearing = 0.0
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        self._thread = Thread(target=self._run, name="cairn-chores", daemon=True)
        self._thread.start()
        self._reconciler.start()

    def stop(self) -> None:
        """Finish the chore at hand, and end."""
        self._stopping.set()
        self._reconciler.stop()
        if self._thread is not None:
            self._thread.join()

    def wake(self) -> None:
        """Somebody asked for something that takes long: look at once."""
        self._reconciler.wake()

    def do(self) -> None:
        """Everything that is due, once; one chore that fails does not keep the others from being done."""
        self._safely("clearing away", self._clear)
        self._safely("reading back", self._read_back)
        self._safely("capture", self._capture)
        self._safely("filling columns", self._fill)
        self._safely("looking for scores", self._look)

    def _run(self) -> None:
        while not self._stopping.wait(self._settings.sweep_seconds):
            self.do()

    def _safely(self, name: str, chore: Callable[[], None]) -> None:
        try:
            chore()
        except ConnectorError as error:
            log.warning("%s: %s", name, error)
        except Exception:
            log.exception("%s failed, and is tried again", name)

    def _clear(self) -> None:
        if time.monotonic() >= self._next_clearing:
            with self._sessions.begin() as session:
                clear(session, utcnow())
            self._next_clearing = time.monotonic() + CLEARED_EVERY

    def _read_back(self) -> None:
        with reading(self._sessions) as session:
            waiting = readback.unconfirmed(session)
        self._looks = {key: look for key, look in self._looks.items() if key in waiting}
        for destination_id in waiting:
            at, pause = self._looks.get(destination_id, (0.0, float(self._settings.sweep_seconds)))
            if time.monotonic() >= at and not self._stopping.is_set():
                self._looks[destination_id] = (time.monotonic() + pause, self._longer(pause))
                self._safely(f"reading back; destination={destination_id}", partial(self._sweep, destination_id))

    def _capture(self) -> None:
        with reading(self._sessions) as session:
            due = capture.due_line_items(session, self._business(), timedelta(minutes=self._settings.capture_minutes))
        for line_item_id in due:
            if not self._stopping.is_set():
                lms_results.read_columns(self._sessions, self._connectors, [line_item_id], self._business)

    def _fill(self) -> None:
        with reading(self._sessions) as session:
            is_behind = passback.is_behind(session)
        if is_behind:
            with self._sessions.begin() as session:
                passback.catch_up(session, self._business())

    def _look(self) -> None:
        with reading(self._sessions) as session:
            due = shown_scores.due(session, utcnow())
        source = lms_results.AgsResults(self._connectors.lms)
        for each in due:
            if not self._stopping.is_set():
                self._safely(f"looking for scores; line_item={each}", partial(
                    shown_scores.look, self._sessions, source, each, self._business,
                ))

    def _sweep(self, destination_id: int) -> None:
        if readback.sweep(self._sessions, self._connectors, destination_id, self._business()):
            self._looks.pop(destination_id, None)

    def _longer(self, pause: float) -> float:
        return min(pause * SLOWER, self._settings.capture_minutes * 60.0)


def clear(session: Session, now: datetime) -> None:
    """Delete sessions that have ended; launches are kept for a day after (models/platform.py)."""
    session.execute(delete(StaffSession).where(StaffSession.expires_at < now))
    session.execute(delete(LaunchSession).where(LaunchSession.expires_at < now - A_DAY))
