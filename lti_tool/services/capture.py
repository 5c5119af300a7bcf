"""Reading the results of an LMS column: its address in a short transaction, the network with none open, then one more.

An LMS shows a result for everybody in the course. What becomes of each is counted, so that the totals add up: those on
the micro-credential are appended, of those nobody knows it is held, of degree students nothing is kept.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from connectors.errors import ConnectorError
from lti_tool.clock import Clock
from lti_tool.db import Sessions, reading
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.outcome import CaptureRun, Outcome
from lti_tool.models.platform import Context, Deployment, LineItem
from lti_tool.services import follow_up, held, outcomes, readings
from lti_tool.services.cleared import close_those_back, gone_from
from lti_tool.services.errors import NotFound
from lti_tool.services.outcome_values import AGS
from lti_tool.services.readings import Reading
from lti_tool.services.run_components import take_in_turn

NEW, UNCHANGED, OLDER, ECHO, COMPARED = "new", "unchanged", "older", "echo", "compared"
HELD, NOT_ON_MC, NO_FIGURE, UNCLEAR = "held", "not_on_mc", "no_figure", "unclear"
KINDS = (NEW, UNCHANGED, OLDER, ECHO, COMPARED, HELD, NOT_ON_MC, NO_FIGURE, UNCLEAR)
NO_COLUMN = frozenset({404, 410})
OF_STANDING = {outcomes.COUNTED: NEW, outcomes.OLDER: OLDER, outcomes.ECHO: ECHO, outcomes.COMPARED: COMPARED}


@dataclass(frozen=True, kw_only=True)
class Column:
    """Where to read: one column of one LMS, as that LMS names it."""

    registration_id: int
    url: str


class OutcomeSource(Protocol):
    """Whatever yields the results of a column: AGS, or an LMS's own API where its native activities count."""

    def results(self, column: Column) -> Iterable[Reading]: ...


@dataclass(frozen=True, kw_only=True)
class Captured:
    """How one reading went. ``totals``: what was read, and what became of it; the kinds add up to it."""

    capture_key: str
    totals: dict[str, int]


def capture(sessions: Sessions, source: OutcomeSource, line_item_id: int, now: Clock) -> Captured:
    """Read one column and store what is new. Opens transactions of its own, none over the network."""
    with reading(sessions) as session:
        column = column_of(session, line_item_id)
    started_at = now()
    try:
        found = list(source.results(column))
    except Exception as error:
        with sessions.begin() as session:
            _write_failure(session, line_item_id, error, started_at, now())
        raise
    with sessions.begin() as session:
        return store(session, line_item_id, found, started_at=started_at, now=now())


def column_of(session: Session, line_item_id: int) -> Column:
    """Where a column of ours is. Raises :class:`NotFound` when it stands for nothing any more."""
    row = session.execute(
        select(LineItem.url, Deployment.registration_id)
        .join(Context, LineItem.context_id == Context.id).join(Deployment, Context.deployment_id == Deployment.id)
        .where(LineItem.id == line_item_id, LineItem.run_component_id.is_not(None))
    ).one_or_none()
    if row is None:
        raise NotFound("column")
    return Column(registration_id=row.registration_id, url=row.url)


def due_line_items(session: Session, now: datetime, every: timedelta) -> list[int]:
    """The columns to read now: open ones that stand for something and were not read for a while, the longest first."""
    return list(session.scalars(
        select(LineItem.id).where(
            LineItem.state == "open", LineItem.run_component_id.is_not(None), LineItem.url != "",
            or_(LineItem.compared_at.is_(None), LineItem.compared_at <= now - every),
        ).order_by(LineItem.compared_at.is_not(None), LineItem.compared_at, LineItem.id)
    ))


def store(
    session: Session, line_item_id: int, found: Sequence[Reading], *, started_at: datetime, now: datetime
) -> Captured:
    """What was read, in one transaction: outcomes, what is held, the totals, and what follows from it."""
    item = session.get_one(LineItem, line_item_id)
    if item.run_component_id is None:  # registry has parted the course from the run meanwhile
        raise NotFound("column")
    part = session.get_one(RunComponent, item.run_component_id)
    take_in_turn(session, part)
    run = _begin(session, item, part, started_at)
    totals, appended = _taken(session, item, part, run, found, now)
    item.compared_at = run.finished_at = now
    item.missed_at = None
    run.totals = {"read": len(found), **{kind: totals[kind] for kind in KINDS}}
    session.flush()
    follow_up.after(session, appended, now)
    return Captured(capture_key=run.key, totals=dict(run.totals))


def _begin(session: Session, item: LineItem, part: RunComponent, started_at: datetime) -> CaptureRun:
    run = CaptureRun(
        institution_id=item.institution_id, run_component_id=part.id, source=AGS, started_at=started_at,
        line_item_id=item.id,
    )
    session.add(run)
    session.flush()
    return run


def _taken(
    session: Session, item: LineItem, part: RunComponent, run: CaptureRun, found: Sequence[Reading], now: datetime
) -> tuple[Counter[str], list[Outcome]]:
    """What became of the readings, counted, and the outcomes that are new."""
    users = readings.users_of(session, item.institution_id, item.context.deployment.registration_id, found, now)
    owners = readings.owners_of(session, part, item.context_id, users.values())
    rivals = readings.rivals(found, users, owners)
    has_figure = {owner for entry in found if entry.score is not None
                  and isinstance(owner := owners[users[entry.user_id].id], Enrolment)}
    totals, known, cleared = Counter[str](), [], []
    for entry in found:
        user = users[entry.user_id]
        owner = owners[user.id]
        if owner is None or entry.score is None:
            if isinstance(owner, Enrolment):
                cleared.append(owner)
            totals[NOT_ON_MC if owner is None else NO_FIGURE] += 1
            continue
        result, is_clear = readings.as_outcome(
            entry, part, source=AGS, now=now, capture_run_id=run.id, line_item_id=item.id, lti_user_id=user.id
        )
        if result is None or not is_clear:
            if result is not None:
                held.hold(session, part, result, held.UNCLEAR, now, lti_user=user)
            totals[UNCLEAR] += 1
        elif not isinstance(owner, Enrolment) or owner.id in rivals:
            reason = owner if isinstance(owner, str) else held.AMBIGUOUS
            held.hold(session, part, result, reason, now, lti_user=user)
            totals[HELD] += 1
        else:
            known.append((owner, result))
    cleared += gone_from(session, item, part, {user.id for user in users.values()})
    outcomes.note_cleared(session, part, [owner for owner in cleared if owner not in has_figure], now)
    added = outcomes.append_all(session, part, known, now)
    close_those_back(session, part, known, now)
    totals.update(OF_STANDING[outcome.standing] if outcome else UNCHANGED for outcome in added)
    return totals, [outcome for outcome in added if outcome]


def _write_failure(
    session: Session, line_item_id: int, error: Exception, started_at: datetime, now: datetime
) -> None:
    """That a reading failed; the column waits for its next turn, or a dead LMS would be asked again and again."""
    item = session.get_one(LineItem, line_item_id)
    if item.run_component_id is None:
        return
    part = session.get_one(RunComponent, item.run_component_id)
    run = _begin(session, item, part, started_at)
    said = f": {error}" if isinstance(error, ConnectorError) else ""  # only those are known to name nobody
    run.problem, run.finished_at = f"{type(error).__name__}{said}"[:255], now
    item.compared_at = now
    if isinstance(error, ConnectorError) and error.status in NO_COLUMN:
        item.missed_at = item.missed_at or now
