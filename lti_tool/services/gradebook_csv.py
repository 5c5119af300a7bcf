"""Results from a gradebook export: the start that needs no token. Shown first, each bad row named, then applied."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.attempts import FAILED, PASSED, Status
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.institution import Institution
from lti_tool.models.outcome import CaptureRun, Outcome
from lti_tool.services import (
    columns,
    follow_up,
    gradebook_files,
    held,
    outcomes,
    student_numbers,
    written_marks,
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
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.gradebook_files import Gradebook, GradebookColumn
from lti_tool.services.outcome_values import NewOutcome, share
from lti_tool.services.tables import Row, fold
from lti_tool.services.written_marks import UnreadableMark, plain

KINDS = (NEW, UNCHANGED, OLDER, COMPARED, HELD, NOT_ON_MC, NO_FIGURE, UNCLEAR)


@dataclass(frozen=True, kw_only=True)
class RowPlan:
    """What one row of the file would do. ``was``: the mark that stands now; ``text``: what is wrong, and the remedy."""

    line: int
    kind: str
    learner: str = ""  # the key of the registration
    mark: str = ""
    was: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a column of an export would do. ``digest`` names exactly this, and applying asks for it."""

    digest: str
    source: str
    column: str
    maximum: Decimal
    plans: tuple[RowPlan, ...]

    @property
    def problems(self) -> tuple[RowPlan, ...]:
        return tuple(plan for plan in self.plans if plan.text)

    @property
    def totals(self) -> dict[str, int]:
        counted = Counter(plan.kind for plan in self.plans)
        return {"read": len(self.plans), **{kind: counted[kind] for kind in KINDS}}


@dataclass(frozen=True, kw_only=True)
class _Planned:
    plan: RowPlan
    row: Row | None = None
    result: NewOutcome | None = None
    enrolment: Enrolment | None = None
    reason: str = held.UNKNOWN


def preview(
    session: Session, actor: Actor, run_component_key: str, content: bytes, column: str, now: datetime,
    maximum: Decimal | None = None,
) -> Preview:
    """What a column would do to a component. ``maximum`` where the file does not say it and the component neither."""
    return _prepare(session, actor, run_component_key, content, column, now, maximum)[0]


def apply(
    session: Session, actor: Actor, run_component_key: str, content: bytes, column: str, seen_digest: str,
    now: datetime, maximum: Decimal | None = None,
) -> Preview:
    """Do what the preview with this digest showed. Returns the rows with what really became of each."""
    shown, planned, part, book = _prepare(session, actor, run_component_key, content, column, now, maximum)
    if shown.digest != seen_digest:
        raise Refused("changed", "Something has changed since the preview. Look at it again before you apply it.")
    run = CaptureRun(
        institution_id=part.institution_id, run_component_id=part.id, source=shown.source, started_at=now,
        by_person_id=actor.person_id,
    )
    session.add(run)
    session.flush()
    plans, appended = [], []
    for entry in planned:
        plan, outcome = _take(session, part, book, run, entry, now)
        plans.append(plan)
        appended += [outcome] if outcome and plan.kind == NEW else []
    done = replace(shown, plans=tuple(plans))
    run.totals, run.finished_at = done.totals, now
    session.flush()
    follow_up.after(session, appended, now)
    return done


def _prepare(
    session: Session, actor: Actor, key: str, content: bytes, name: str, now: datetime, maximum: Decimal | None
) -> tuple[Preview, list[_Planned], RunComponent, Gradebook]:
    part = run_component(session, actor, key)
    book = gradebook_files.read(content)
    column = book.column(name)
    most = column.maximum or maximum or columns.maximum_of(session, part)
    planned = _without_rivals(list(_planned(session, part, book, column, most, now)))
    ragged = [_Planned(plan=RowPlan(line=line, kind=UNCLEAR, text="This row has more or fewer cells than the header."))
              for line in book.table.ragged]
    planned = sorted([*planned, *ragged], key=lambda entry: entry.plan.line)
    plans = tuple(entry.plan for entry in planned)
    said = [book.table.digest, part.key, column.name, plain(most), [asdict(plan) for plan in plans]]
    digest = sha256(json.dumps(said).encode()).hexdigest()
    shown = Preview(digest=digest, source=book.source, column=column.name, maximum=most, plans=plans)
    return shown, planned, part, book


def run_component(session: Session, actor: Actor, key: str) -> RunComponent:
    """A run component of the actor's institution, by its key."""
    found = session.scalar(select(RunComponent).where(
        RunComponent.institution_id == actor.institution_id, RunComponent.key == key
    ))
    if found is None:
        raise NotFound("run component")
    return found


def _planned(
    session: Session, part: RunComponent, book: Gradebook, column: GradebookColumn, most: Decimal, now: datetime
) -> Iterator[_Planned]:
    institution = student_numbers.institution_of(session, part.institution_id)
    for row in book.rows:
        owner = _owner(session, institution, part, book.number_in(row))
        plan = RowPlan(line=row.line, kind=HELD)
        cell = row.get(fold(column.name))
        if owner is None:
            yield _Planned(plan=replace(plan, kind=NOT_ON_MC))
        elif written_marks.is_figureless(cell):
            yield _Planned(plan=replace(plan, kind=NO_FIGURE))
        else:
            try:
                result = _result(part, book, row, cell, most, now)
            except UnreadableMark as error:
                yield _Planned(plan=replace(plan, kind=UNCLEAR, text=_unclear(cell, error)))
                continue
            yield _with_owner(session, part, plan, row, result, owner)


def _unclear(cell: str, error: UnreadableMark) -> str:
    if cell.upper() in ("EX", "EXCUSED"):
        return "Excused is no mark. If the learner is exempt, say so on the marksheet."
    return f"What stands here {error} Correct it in the LMS and export again."


def _result(part: RunComponent, book: Gradebook, row: Row, cell: str, most: Decimal, now: datetime) -> NewOutcome:
    mark = written_marks.read(cell, maximum=most)
    is_gate = part.component is not None and part.component.is_gate
    if is_gate and mark not in (0, most):
        raise UnreadableMark(f"is neither 0 nor {plain(most)}, so it says neither fail nor pass.")
    verdict = PASSED if mark else FAILED
    return NewOutcome(
        source=book.source, status=Status.MARKED, read_at=now, source_at=book.time_of(row),
        raw=None if is_gate else mark, out_of=None if is_gate else most, gate=verdict if is_gate else "",
    )


def _owner(session: Session, institution: Institution, part: RunComponent, written: str) -> Enrolment | str | None:
    """The learner of a row by the ID number, or why nobody knows, or nobody of ours."""
    number = student_numbers.normalise(institution, written)
    if not number:
        return held.UNKNOWN
    person = student_numbers.person_with(session, institution.id, number)
    if person is None:
        return None
    try:
        return held.enrolment_of(session, part.run_id, person.id)
    except Refused:
        return held.AMBIGUOUS


def _with_owner(
    session: Session, part: RunComponent, plan: RowPlan, row: Row, result: NewOutcome, owner: Enrolment | str
) -> _Planned:
    mark = result.gate or plain(result.raw or Decimal(0))
    if isinstance(owner, str):
        text = (
            "There is no usable ID number here, so nobody knows whose mark this is. It waits until registry says."
            if owner == held.UNKNOWN else "This person has two registrations on this run. Registry must withdraw one."
        )
        return _Planned(plan=replace(plan, mark=mark, text=text), row=row, result=result, reason=owner)
    stands = outcomes.standing_now(session, owner, part)
    was = "" if stands is None else stands.gate or (plain(stands.raw) if stands.raw is not None else stands.status)
    kind = COMPARED if result.side != part.authority else UNCHANGED if _is_same(stands, result) else NEW
    return _Planned(
        plan=replace(plan, kind=kind, learner=owner.key, mark=mark, was=was), row=row, result=result, enrolment=owner
    )


def _is_same(stands: Outcome | None, result: NewOutcome) -> bool:
    if stands is None or stands.gate != result.gate or (stands.raw is None) != (result.raw is None):
        return False
    if stands.raw is None or result.raw is None:
        return stands.status == result.status
    return share(stands.raw, stands.out_of) == share(result.raw, result.out_of)


def _without_rivals(planned: list[_Planned]) -> list[_Planned]:
    """Two rows of one learner with two marks: neither is taken, both are named."""
    marks, lines = defaultdict(set), defaultdict(list)
    for entry in planned:
        if entry.enrolment is not None:
            marks[entry.plan.learner].add(entry.plan.mark)
            lines[entry.plan.learner].append(entry.plan.line)
    return [
        entry if len(marks[entry.plan.learner]) < 2 else _Planned(plan=replace(
            entry.plan, kind=UNCLEAR,
            text=f"Lines {' and '.join(map(str, lines[entry.plan.learner]))} give one learner two marks. Keep one of them.",
        ))
        for entry in planned
    ]


def _take(
    session: Session, part: RunComponent, book: Gradebook, run: CaptureRun, entry: _Planned, now: datetime
) -> tuple[RowPlan, Outcome | None]:
    if entry.result is None or entry.row is None:
        return entry.plan, None
    result = replace(entry.result, capture_run_id=run.id)
    if entry.enrolment is None:
        before = f"{book.table.digest}:{entry.row.line}"
        held.hold(session, part, result, entry.reason, now, hints=book.hints_in(entry.row), before=before)
        return entry.plan, None
    outcome = outcomes.append(session, entry.enrolment, part, result, now)
    if outcome is None:
        return replace(entry.plan, kind=UNCHANGED), None
    kind = OF_STANDING[outcome.standing]
    return replace(entry.plan, kind=UNCHANGED if kind == NEW and entry.plan.kind == UNCHANGED else kind), outcome
