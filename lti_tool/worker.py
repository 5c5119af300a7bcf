"""The dispatcher: claims what is due, hands it to threads, and writes down what came of it.

One thread writes, so that a database with one write lock is asked seldom and in batches; the others only send. Several
dispatchers may run at once: the lease, not their number, keeps a message from going twice.
"""

import logging
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from threading import Event, Thread

from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from connectors.errors import Uncertain
from lti_tool.clock import Clock, business_clock, utcnow
from lti_tool.db import Sessions, make_engine, make_sessions, reading
from lti_tool.log import about
from lti_tool.models.delivery import WorkerBeat
from lti_tool.seal import Sealer
from lti_tool.sending_threads import SendingThreads
from lti_tool.services import claims, delivery, lms_results, settling
from lti_tool.services.chores import Chores
from lti_tool.services.connecting import Connectors
from lti_tool.services.results import Claimed, Settled, Unsent
from lti_tool.settings import Settings

log = logging.getLogger(__name__)
POLL_SECONDS = 1.0  # how often an idle dispatcher looks by itself; whoever queues something in this process wakes it
GATHER_SECONDS = 0.1  # results that come within this time are written in one transaction
AHEAD = 4  # jobs in store for each thread, so that none waits for the next claim
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Errand:
    """What one thread does in one go: one message, or all of one system that takes files."""

    messages: Sequence[Claimed]
    send: Callable[[Sequence[Claimed]], list[Settled]]

    def __call__(self) -> list[Settled]:
        with about(**self._ids()):
            return self.send(self.messages)

    def _ids(self) -> dict[str, object]:
        first = self.messages[0]
        if len(self.messages) > 1:
            return {"destination": first.destination, "messages": len(self.messages)}
        return {"message": first.key, "attempt": first.attempt}

    def unsent(self) -> list[Settled]:
        return [Settled(message=each, result=Unsent(), is_uncertain=each.is_uncertain) for each in self.messages]


class Dispatcher:
    """Drains the outbox until it is told to stop."""

    def __init__(
        self, sessions: Sessions, settings: Settings, connectors: Connectors | None = None, *, clock: Clock = utcnow,
        chores: Chores | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(3)}"
        self._sessions, self._settings, self._clock = sessions, settings, clock
        self._connectors = connectors or Connectors(sessions)
        self._chores = chores or Chores(sessions, self._connectors, settings, business_clock(settings.demo_clock))
        self._lease = timedelta(seconds=settings.lease_seconds)
        self._in_hand: set[int] = set()
        self._unsettled: list[Settled] = []
        self._refusing: set[int] = set()  # destinations that have just said that nothing will get through
        self._next_look = self._next_renewal = self._next_beat = 0.0
        self._stopping = Event()
        self._threads: SendingThreads[list[Settled]] = SendingThreads(settings.worker_threads, "cairn-send")
        self._thread: Thread | None = None

    def start(self) -> None:
        """Run in a thread of this process."""
        self._thread = Thread(target=self.run, name="cairn-dispatcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Claim no more, finish and settle what is in flight, give the rest back; wait for that."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join()

    def ask_to_stop(self) -> None:
        """The same without waiting; safe in a signal handler."""
        self._stopping.set()
        self._threads.nudge()

    def wake(self, ids: Collection[str] = ()) -> None:
        """Something was queued: look at once. A broker may name it; whoever is woken takes whatever is due."""
        self._next_look = 0.0
        self._threads.nudge()
        self._chores.wake()

    def run(self) -> None:
        """Go round until told to stop. Trouble with the database is waited out; what was sent is kept until then."""
        log.info("dispatcher %s begins", self.name)
        self._chores.start()
        while not self._stopping.is_set():
            try:
                self._turn()
            except Exception:
                log.exception("the dispatcher could not go on, and tries again")
                self._stopping.wait(POLL_SECONDS)
        self._finish()
        log.info("dispatcher %s ends", self.name)

    def _turn(self) -> None:
        self._keep_alive()
        if self._threads.waiting < AHEAD * self._threads.count and time.monotonic() >= self._next_look:
            self._claim()
        self._gather(self._patience())
        self._settle()

    def _claim(self) -> None:
        is_idle = not self._in_hand
        if is_idle and not self._has_due():
            self._next_look = time.monotonic() + POLL_SECONDS
            return
        with self._sessions.begin() as session:
            self._connectors.refresh(session)
            claimed = claims.claim(session, self.name, self._settings.worker_batch, self._clock(), self._lease)
        self._in_hand.update(message.id for message in claimed)
        self._refusing -= {message.destination for message in claimed}
        self._hand_over(claimed)
        if len(claimed) < self._settings.worker_batch:
            self._next_look = time.monotonic() + POLL_SECONDS

    def _hand_over(self, claimed: Sequence[Claimed]) -> None:
        """To the threads, all of it; what a fault of ours keeps from them is given back."""
        left = {message.id: message for message in claimed}
        try:
            for errand in self._errands(claimed):
                self._threads.hand_over(errand)
                for message in errand.messages:
                    del left[message.id]
        finally:
            if left:
                self._unsettled += Errand(list(left.values()), self._send).unsent()

    def _has_due(self) -> bool:
        with reading(self._sessions) as session:
            return claims.has_due(session, self._clock())

    def _errands(self, claimed: Iterable[Claimed]) -> Iterable[Errand]:
        by_destination = sorted(claimed, key=lambda message: message.destination)
        together: list[Errand] = []
        alone: list[list[Errand]] = []
        for destination, group in groupby(by_destination, key=lambda message: message.destination):
            messages = list(group)
            if delivery.takes_files(self._connectors, destination):
                together.append(Errand(messages, self._send_together))
            else:
                alone.append([Errand([message], self._send) for message in messages])
        # one of each in turn: a slow system must not keep the threads from the others
        turns = max((len(errands) for errands in alone), default=0)
        return together + [errands[turn] for turn in range(turns) for errands in alone if turn < len(errands)]

    def _send(self, messages: Sequence[Claimed]) -> list[Settled]:
        if messages[0].destination in self._refusing:
            return Errand(messages, self._send).unsent()
        settled = [delivery.deliver_one(self._connectors, message) for message in messages]
        self._refusing.update(each.message.destination for each in settled if settling.pauses(each))
        return settled

    def _send_together(self, messages: Sequence[Claimed]) -> list[Settled]:
        return delivery.deliver_batch(self._connectors, messages)

    def _patience(self) -> float:
        if self._in_hand:
            return GATHER_SECONDS
        left = min(self._next_look, self._next_beat) - time.monotonic()
        return min(max(left, 0.0), POLL_SECONDS)

    def _gather(self, patience: float) -> None:
        found = self._threads.results(patience)
        if found and len(found) < len(self._in_hand) and not self._stopping.is_set():
            time.sleep(GATHER_SECONDS)  # more will follow in a moment
            found += self._threads.results(0)
        self._unsettled += (settled for several in found for settled in several)

    def _settle(self) -> None:
        while self._unsettled:
            some = self._unsettled[:MOST_AT_ONCE]
            self._write(some)
            del self._unsettled[:MOST_AT_ONCE]
            for each in some:
                _tell(each)
            self._in_hand.difference_update(settled.message.id for settled in some)

    def _write(self, some: Sequence[Settled]) -> None:
        """Write these results down. One that cannot be written must not keep the others from it, or from being sent."""
        try:
            with self._sessions.begin() as session:
                settling.settle(session, some, self._clock())
        except OperationalError:
            raise  # the database is away: they are kept until it is back
        except Exception as error:
            if len(some) > 1:
                for each in some:
                    self._write([each])
                return
            log.exception("a result cannot be written down; message=%s", some[0].message.key)
            unknown = Settled(message=some[0].message, result=Uncertain.from_surprise(error), is_uncertain=True)
            with self._sessions.begin() as session:
                settling.settle(session, [unknown], self._clock())

    def _keep_alive(self) -> None:
        """Renew the leases of what is in hand, and say that we are there."""
        now, moment = self._clock(), time.monotonic()
        if self._in_hand and moment >= self._next_renewal:
            with self._sessions.begin() as session:
                claims.renew(session, self.name, now + self._lease)
            self._next_renewal = moment + self._settings.lease_seconds / 3
        if moment >= self._next_beat:
            with self._sessions.begin() as session:
                session.merge(WorkerBeat(name=self.name, seen_at=now))
                session.execute(delete(WorkerBeat).where(WorkerBeat.seen_at < now - timedelta(days=1)))
            self._next_beat = moment + self._settings.sweep_seconds

    def _finish(self) -> None:
        self._chores.stop()
        for errand in self._threads.take_back():
            if isinstance(errand, Errand):
                self._unsettled += errand.unsent()
        self._threads.close()
        self._gather(0)
        try:
            self._settle()
            with self._sessions.begin() as session:
                session.execute(delete(WorkerBeat).where(WorkerBeat.name == self.name))
        except Exception:
            log.exception("what was in hand could not be settled; its leases will run out")
        self._connectors.close()


def _tell(settled: Settled) -> None:
    """One line for each attempt: which, and the class of its outcome; what was sent, and to whom, stays out."""
    message = settled.message
    log.info(
        "attempt %s kind=%s destination=%s message=%s attempt=%s", settling.outcome_of(settled.result), message.kind,
        message.destination, message.key, message.attempt,
    )


def start_embedded(sessions: Sessions, settings: Settings) -> Dispatcher:
    """A dispatcher in a thread of the web server."""
    dispatcher = Dispatcher(sessions, settings)
    dispatcher.start()
    return dispatcher


def capture_columns(sessions: Sessions, line_items: Sequence[int], clock: Clock = utcnow) -> int:
    """Read these LMS columns now; returns how many could not be read."""
    connectors = Connectors(sessions)
    try:
        return lms_results.read_columns(sessions, connectors, line_items, clock)
    finally:
        connectors.close()


def run(settings: Settings) -> None:
    """Run as a process of its own until SIGTERM or SIGINT."""
    engine = make_engine(settings.database_url)
    dispatcher = Dispatcher(make_sessions(engine, Sealer(settings.secret_keys)), settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: dispatcher.ask_to_stop())
    try:
        dispatcher.run()
    finally:
        engine.dispose()
