"""A reconciliation in the hands of one worker: its lease is kept, its progress told, and nobody else writes."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import TypeVar

from sqlalchemy import ColumnElement, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.delivery import ReconciliationRun
from lti_tool.services.reconciliation_turns import PLAIN, Turn, is_open

log = logging.getLogger(__name__)
REPORTED_EVERY = 1.0
Tell = Callable[[Mapping[str, int]], None]
T = TypeVar("T")


class Lost(Exception):
    """Another worker has taken it up meanwhile, or it is over: whoever meets this writes no more."""


class Stopping(Exception):
    """The worker ends, and what it has in hand goes back."""


def quiet(_figures: Mapping[str, int]) -> None:
    """Tell nobody how far it is."""


class InHand:
    """One worker's hold on it, from taking it up to its end."""

    def __init__(self, sessions: Sessions, turn: Turn, tell: Tell) -> None:
        self.turn = turn
        self._sessions, self._tell = sessions, tell
        self._figures: dict[str, int] = {}
        self._next_report = 0.0

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is ours alone. Raises :class:`Lost` once the turn is another's."""
        with self._sessions.begin() as session:
            self._keep(session)
            yield session

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease from a thread beside, for one slow answer may take longer than it lasts."""
        over = Event()
        thread = Thread(target=self._renew, args=(over,), name="cairn-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def report(self, **figures: int) -> None:
        """Say how far it is, to whoever watches; written down about every second."""
        self._figures |= figures
        if time.monotonic() >= self._next_report:
            self._next_report = time.monotonic() + REPORTED_EVERY
            self._tell(self._figures)
            with self._sessions.begin() as session:
                self._keep(session, totals=dict(self._figures))

    def counting(self, word: str, things: Iterable[T]) -> Iterator[T]:
        """These things, each reported as it passes."""
        for number, thing in enumerate(things, 1):
            yield thing
            self.report(**{word: number})

    def fail(self, problem: str) -> None:
        """Nothing will come of it, and why; unless it is another's by now."""
        self._end(problem=problem[:500], lease_until=None)

    def give_back(self) -> None:
        """Leave it to the next who looks; it does not count as a try."""
        self._end(lease_until=None, lease_owner="", tries=ReconciliationRun.tries - 1)

    def _end(self, **values: object) -> None:
        with self._sessions.begin() as session:
            session.execute(update(ReconciliationRun).where(*self._is_ours()).values(**values), execution_options=PLAIN)

    def _keep(self, session: Session, **values: object) -> None:
        until = utcnow() + self.turn.lease
        kept = session.execute(
            update(ReconciliationRun).where(*self._is_ours()).values(lease_until=until, **values)
            .returning(ReconciliationRun.id), execution_options=PLAIN,
        ).first()
        if kept is None:
            raise Lost

    def _is_ours(self) -> tuple[ColumnElement[bool], ...]:
        row = ReconciliationRun
        return (row.id == self.turn.run_id, row.lease_owner == self.turn.worker, *is_open())

    def _renew(self, over: Event) -> None:
        while not over.wait(self.turn.lease.total_seconds() / 3):
            try:
                with self.writing():
                    log.debug("the lease of a reconciliation is renewed; run=%s", self.turn.run_id)
            except Lost:
                return
            except DBAPIError:
                log.warning("the lease of a reconciliation could not be renewed, and is tried again")
