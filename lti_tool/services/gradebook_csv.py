"""Results from a gradebook export: the start that needs no token. Shown first, each bad row named, then applied."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.outcome import CaptureRun, Outcome
from lti_tool.services import (
    cleared,
    columns,
    follow_up,
    gradebook_files,
    held,
    outcomes,
)
from lti_tool.services.actors import Actor
from lti_tool.services.capture import (
    COMPARED,
    HELD,
    NEW,
    NO_FIGURE,
    NOT_ON_MC,
    OF_STANDING,
    OLDER,
    UNCHANGED,
    UNCLEAR,
)
from lti_tool.services.errors import Refused
from lti_tool.services.gradebook_again import taken_before
from lti_tool.services.gradebook_files import Gradebook
from lti_tool.services.gradebook_plan import (
    Planned,
    RowPlan,
    planned_rows,
    without_rivals,
)
from lti_tool.services.run_components import run_component, take_in_turn
from lti_tool.services.written_marks import plain

KINDS = (NEW, UNCHANGED, OLDER, COMPARED, HELD, NOT_ON_MC, NO_FIGURE, UNCLEAR)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a column of an export would do. ``digest`` names exactly this, and applying asks for it.

    ``missing``: the keys of registered learners who are in no row, which is no error. ``taken_at``: when this very file
    was taken in, where newer marks came since; its rows are older then, unless somebody says that it should stand.
    """

    digest: str
    source: str
    column: str
    maximum: Decimal
    plans: tuple[RowPlan, ...]
    missing: tuple[str, ...] = ()
    taken_at: datetime | None = None

    @property
    def problems(self) -> tuple[RowPlan, ...]:
        return tuple(plan for plan in self.plans if plan.text)

    @property
    def totals(self) -> dict[str, int]:
        counted = Counter(plan.kind for plan in self.plans)
        return {"read": len(self.plans), **{kind: counted[kind] for kind in KINDS}}


def preview(
    session: Session, actor: Actor, run_component_key: str, content: bytes, column: str, now: datetime,
    maximum: Decimal | None = None,
) -> Preview:
    """What a column would do to a component. ``maximum`` where the file does not say it and the component neither."""
    return _prepare(session, actor, run_component_key, content, column, now, maximum)[0]


def apply(
    session: Session, actor: Actor, run_component_key: str, content: bytes, column: str, seen_digest: str,
    now: datetime, maximum: Decimal | None = None, *, should_stand: bool = False,
) -> Preview:
    """Do what the preview with this digest showed. Returns the rows with what really became of each.

    ``should_stand``: a person has said of a file that was taken in before that it is what should stand.
    """
    take_in_turn(session, run_component(session, actor, run_component_key))
    shown, planned, part, book = _prepare(session, actor, run_component_key, content, column, now, maximum)
    if shown.digest != seen_digest:
        raise Refused("changed", "Something has changed since the preview. Look at it again before you apply it.")
    if should_stand and shown.taken_at is not None:
        shown, planned, part, book = _prepare(
            session, actor, run_component_key, content, column, now, maximum, should_stand=True
        )
    run = CaptureRun(
        institution_id=part.institution_id, run_component_id=part.id, source=shown.source, started_at=now,
        by_person_id=actor.person_id, file_digest=book.table.digest,
    )
    session.add(run)
    session.flush()
    _hold(session, part, book, run, planned, now)
    taken = _take(session, part, run, planned, now)
    plans = tuple(_what_became(entry.plan, taken) for entry in planned)
    appended = [outcome for plan in plans if plan.kind == NEW and (outcome := taken[plan.line]) is not None]
    done = replace(shown, plans=plans)
    run.totals, run.finished_at = done.totals, now
    session.flush()
    follow_up.after(session, appended, now)
    return done


def _prepare(
    session: Session, actor: Actor, key: str, content: bytes, name: str, now: datetime, maximum: Decimal | None,
    *, should_stand: bool = False,
) -> tuple[Preview, list[Planned], RunComponent, Gradebook]:
    part = run_component(session, actor, key)
    book = gradebook_files.read(content)
    column = book.column(name)
    most = column.maximum or maximum or columns.maximum_of(session, part)
    before = taken_before(session, part, book.table.digest)
    planned = without_rivals(planned_rows(
        session, part, book, column, most, now, newer=before.newer, should_stand=should_stand
    ))
    ragged = [Planned(plan=RowPlan(line=line, kind=UNCLEAR, text="This row has more or fewer cells than the header."))
              for line in book.table.ragged]
    planned = sorted([*planned, *ragged], key=lambda entry: entry.plan.line)
    plans = tuple(entry.plan for entry in planned)
    said = [book.table.digest, part.key, column.name, plain(most), [asdict(plan) for plan in plans]]
    digest = sha256(json.dumps(said).encode()).hexdigest()
    missing = _missing(session, part, {plan.learner for plan in plans})
    shown = Preview(
        digest=digest, source=book.source, column=column.name, maximum=most, plans=plans, missing=missing,
        taken_at=before.at if before.newer else None,
    )
    return shown, planned, part, book


def _missing(session: Session, part: RunComponent, found: Collection[str]) -> tuple[str, ...]:
    registered = session.scalars(
        select(Enrolment.key).where(Enrolment.run_id == part.run_id, Enrolment.status == "registered")
        .order_by(Enrolment.id)
    )
    return tuple(key for key in registered if key not in found)


def _hold(
    session: Session, part: RunComponent, book: Gradebook, run: CaptureRun, planned: Iterable[Planned], now: datetime
) -> None:
    """Keep what is nobody's yet until a person says whose it is."""
    for entry in planned:
        if entry.enrolment is None and entry.result is not None and entry.row is not None:
            result, before = replace(entry.result, capture_run_id=run.id), f"{book.table.digest}:{entry.row.line}"
            held.hold(session, part, result, entry.reason, now, hints=book.hints_in(entry.row), before=before)


def _take(
    session: Session, part: RunComponent, run: CaptureRun, planned: Iterable[Planned], now: datetime
) -> dict[int, Outcome | None]:
    """Append what is somebody's, by line, None where it is there already; and note whose figure is gone."""
    known = {
        entry.plan.line: (entry.enrolment, replace(entry.result, capture_run_id=run.id))
        for entry in planned if entry.enrolment is not None and entry.result is not None
    }
    shown = list(known.values())
    has_figure = {learner.id for learner, _ in shown}
    empty = [entry.enrolment for entry in planned if entry.enrolment is not None and entry.result is None]
    outcomes.note_cleared(session, part, [learner for learner in empty if learner.id not in has_figure], now)
    taken = outcomes.append_all(session, part, shown, now)
    cleared.close_those_back(session, part, shown, now)
    return dict(zip(known, taken, strict=True))


def _what_became(plan: RowPlan, taken: Mapping[int, Outcome | None]) -> RowPlan:
    """The plan of a row with what really became of it."""
    if plan.line not in taken:
        return plan
    outcome = taken[plan.line]
    if outcome is None:
        return plan if plan.kind == OLDER else replace(plan, kind=UNCHANGED)
    kind = OF_STANDING[outcome.standing]
    return replace(plan, kind=UNCHANGED if kind == NEW and plan.kind == UNCHANGED else kind)
