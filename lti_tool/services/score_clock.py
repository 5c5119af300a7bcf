"""Score timestamps: strictly later for each learner on each column, by a second at least.

AGS 2.0 §3.4.5 asks for a later timestamp; Moodle compares whole seconds and answers 409 to an equal one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.people import LtiUser
from lti_tool.models.platform import LineItem, ScoreClock
from lti_tool.services.bodies import ScoreFigure

STEP = timedelta(seconds=1)  # some platforms keep whole seconds only


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """The time of a new score, and the figure that it replaces."""

    at: datetime
    previous: Decimal | None
    previous_maximum: Decimal | None


def next_stamp(session: Session, line_item: LineItem, lti_user: LtiUser, figure: ScoreFigure, now: datetime) -> Stamp:
    """Take the next time and keep the figure, in the transaction that queues the score. ``now``: the machine's."""
    clock = of(session, line_item.id, lti_user.id)
    if clock is None:
        clock = ScoreClock(
            institution_id=line_item.institution_id, line_item_id=line_item.id, lti_user_id=lti_user.id,
            last_at=now - STEP,
        )
        session.add(clock)
    stamp = Stamp(at=max(now, clock.last_at + STEP), previous=clock.last_score, previous_maximum=clock.last_maximum)
    clock.last_at, clock.last_score, clock.last_maximum = stamp.at, figure.value, figure.maximum
    session.flush()
    return stamp


def restamp(session: Session, line_item_id: int, lti_user_id: int, now: datetime) -> datetime:
    """The next time for a score that the LMS found stale; the figure stays."""
    clock = of(session, line_item_id, lti_user_id)
    if clock is None:
        return now
    clock.last_at = max(now, clock.last_at + STEP)
    return clock.last_at


def of(session: Session, line_item_id: int, lti_user_id: int) -> ScoreClock | None:
    """The clock of one learner on one column, locked."""
    return session.scalar(
        select(ScoreClock)
        .where(ScoreClock.line_item_id == line_item_id, ScoreClock.lti_user_id == lti_user_id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    )
