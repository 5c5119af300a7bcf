"""Reconciliations that were asked for on a screen, done by the worker in a thread of their own: they take minutes."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from threading import Event, Thread

from connectors.errors import ConnectorError
from lti_tool.clock import Clock, utcnow
from lti_tool.db import Sessions, reading
from lti_tool.services import reconciliation
from lti_tool.services import reconciliation_turns as turns
from lti_tool.services.connecting import Connectors
from lti_tool.services.errors import ServiceError
from lti_tool.services.reconciliation_hand import InHand, Lost, Stopping, quiet
from lti_tool.services.reconciliation_turns import Turn
from lti_tool.settings import Settings

log = logging.getLogger(__name__)


class Reconciler:
    """Takes up one after the other, until it is told to stop."""

    def __init__(self, sessions: Sessions, connectors: Connectors, settings: Settings, business: Clock) -> None:
        self._sessions, self._connectors, self._business = sessions, connectors, business
        self._pause, self._lease = settings.sweep_seconds, timedelta(seconds=settings.lease_seconds)
        self._name = turns.a_name()
        self._stopping, self._woken = Event(), Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        self._thread = Thread(target=self._run, name="cairn-reconciler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Give back what is in hand, and end."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def wake(self) -> None:
        """One was asked for: look at once."""
        self._woken.set()

    def do(self) -> None:
        """Everything that waits, one by one."""
        while not self._stopping.is_set() and (turn := self._claim()) is not None:
            self._carry_out(turn)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                self.do()
            except Exception:
                log.exception("reconciliations could not be looked for, and are tried again")
            if not self._stopping.is_set():
                self._woken.wait(self._pause)

    def _claim(self) -> Turn | None:
        with reading(self._sessions) as session:
            if not turns.has_due(session, utcnow()):
                return None
        with self._sessions.begin() as session:
            self._connectors.refresh(session)
            return turns.claim(session, self._name, utcnow(), self._lease)

    def _carry_out(self, turn: Turn) -> None:
        try:
            reconciliation.carry_out(self._sessions, self._connectors, turn, self._business(), self._go_on)
        except Stopping:
            InHand(self._sessions, turn, quiet).give_back()
        except Lost:
            log.warning("another worker has taken a reconciliation up; run=%s", turn.run_id)
        except (ConnectorError, ServiceError) as error:
            log.warning("a reconciliation could not be finished: %s; run=%s", str(error).rstrip("."), turn.run_id)
        except Exception:
            log.exception("a reconciliation could not be finished; run=%s", turn.run_id)

    def _go_on(self, _figures: Mapping[str, int]) -> None:
        if self._stopping.is_set():
            raise Stopping
