"""A worker process that kills itself with ``kill -9`` at a chosen step of delivery or of reading back.

``python -m tests.faults.victim STEP COUNT``; settings come from the environment, as for any worker. COUNT says at
which time that it comes to the step it dies; the step ``none`` lets it live. Pauses are short: a test need not wait.
"""

import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from threading import Lock
from typing import Any

from sqlalchemy.orm import Session

from connectors.contract import AwardRecord, Receipt
from connectors.oneroster import OneRosterGradebook
from lti_tool import settings, worker
from lti_tool.domain import retries
from lti_tool.models.award import Award
from lti_tool.services import awards, readback, reconciliation, settling
from lti_tool.services.results import Settled

AFTER_CLAIM, BEFORE_SEND, AFTER_SEND, IN_SETTLE, NONE = "after_claim", "before_send", "after_send", "in_settle", "none"
STEPS = (AFTER_CLAIM, BEFORE_SEND, AFTER_SEND, IN_SETTLE)
IN_GRANT, SWEPT = "in_grant", "swept"  # of what was agreed there
READ_BACK, COMPARED = "read_back", "compared"  # of a reconciliation


class Fuse:
    """Burns down by one at each step that is meant, and then there is no process any more."""

    def __init__(self, step: str, count: int) -> None:
        self.step, self.left, self.lock = step, count, Lock()

    def at(self, step: str) -> None:
        if step == self.step:
            with self.lock:
                self.left -= 1
                if self.left <= 0:
                    os.kill(os.getpid(), signal.SIGKILL)


def lay(fuse: Fuse) -> None:
    """Put the fuse between the steps."""
    claim, push, settle = worker.Dispatcher._claim, OneRosterGradebook.push, settling.settle

    def claiming(self: worker.Dispatcher) -> None:
        claim(self)
        if self._in_hand:
            fuse.at(AFTER_CLAIM)

    def pushing(self: OneRosterGradebook, record: AwardRecord) -> Receipt:
        fuse.at(BEFORE_SEND)
        receipt = push(self, record)
        fuse.at(AFTER_SEND)
        return receipt

    def settled(session: Session, results: Sequence[Settled], now: Any) -> None:
        settle(session, results, now)
        session.flush()
        fuse.at(IN_SETTLE)

    take, requeue = reconciliation._take, reconciliation._requeue

    def taking(*given: Any) -> Any:
        fuse.at(READ_BACK)
        return take(*given)

    def requeueing(*given: Any) -> None:
        requeue(*given)
        fuse.at(COMPARED)

    grant, sweep = awards.grant, readback.sweep

    def granting(session: Session, *given: Any) -> Award:
        award = grant(session, *given)
        session.flush()
        fuse.at(IN_GRANT)
        return award

    def sweeping(*given: Any) -> int:
        confirmed = sweep(*given)
        fuse.at(SWEPT)
        return confirmed

    reconciliation._take, reconciliation._requeue = taking, requeueing
    awards.grant, readback.sweep = granting, sweeping
    worker.Dispatcher._claim = claiming  # type: ignore[method-assign]
    OneRosterGradebook.push = pushing  # type: ignore[method-assign]
    settling.settle = settled


if __name__ == "__main__":
    retries.FIRST_PAUSE = timedelta(milliseconds=500)
    retries.LONGEST_PAUSE = timedelta(seconds=1)
    lay(Fuse(sys.argv[1], int(sys.argv[2])))
    worker.run(settings.from_mapping({name: value for name, value in os.environ.items() if name.startswith("CAIRN_")}))
