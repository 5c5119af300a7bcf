"""Read model of one component in a course: every learner with what stands, where it came from and when it was read."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.outcome import CaptureRun, HeldResult, Judgement, Outcome
from lti_tool.models.people import Person
from lti_tool.models.platform import Context, LineItem
from lti_tool.services import columns, marksheet_lines, marksheet_words, outcomes
from lti_tool.services.written_marks import plain


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """One learner on one component. Personal data: name and mark, for whoever teaches the course."""

    enrolment_key: str
    name: str
    registration: str
    is_withdrawn: bool
    text: str = ""  # no figure is no text (I4)
    out_of: str = ""
    status: str = ""
    attempt: int = 0
    source: str = ""
    read_at: datetime | None = None
    submitted_at: datetime | None = None
    extension_hours: int = 0


@dataclass(frozen=True, kw_only=True)
class LastReading:
    """How the last reading of a source went."""

    source: str
    at: datetime | None
    totals: dict[str, int]
    problem: str


@dataclass(frozen=True, kw_only=True)
class ComponentPage:
    """A component on its page."""

    key: str
    title: str
    kind: str  # mark, gate, judgement
    maximum: str
    weight: str
    due_at: datetime | None
    authority: str
    may_choose_authority: bool
    has_column: bool
    held: int
    last: LastReading | None
    rows: tuple[ResultRow, ...]

    @property
    def waiting(self) -> int:
        """Learners without a result, withdrawn ones aside."""
        return sum(not row.is_withdrawn and row.status in ("", "pending", "unagreed") for row in self.rows)


def page(session: Session, context: Context, part: RunComponent) -> ComponentPage:
    """The component as a teacher of this course sees it."""
    kind = marksheet_lines.kind_of(part)
    component = part.component
    return ComponentPage(
        key=part.key, title=columns.label_of(part), kind=kind, maximum=plain(columns.maximum_of(session, part)),
        weight=plain(component.weight) if component else "", due_at=part.due_at, authority=part.authority,
        may_choose_authority=part.authority_fixed_at is None and kind != marksheet_words.JUDGEMENT,
        has_column=_has_column(session, context, part), held=_held(session, part), last=_last(session, part),
        rows=tuple(_rows(session, part, kind)),
    )


def _has_column(session: Session, context: Context, part: RunComponent) -> bool:
    wanted = select(LineItem.id).where(
        LineItem.context_id == context.id, LineItem.run_component_id == part.id, LineItem.state != "gone"
    )
    return session.scalar(wanted.limit(1)) is not None


def _held(session: Session, part: RunComponent) -> int:
    return session.scalar(select(func.count(HeldResult.id)).where(
        HeldResult.run_component_id == part.id, HeldResult.resolved_at.is_(None)
    )) or 0


def _last(session: Session, part: RunComponent) -> LastReading | None:
    run = session.scalar(
        select(CaptureRun).where(CaptureRun.run_component_id == part.id).order_by(CaptureRun.id.desc()).limit(1)
    )
    if run is None:
        return None
    return LastReading(source=run.source, at=run.finished_at, totals=dict(run.totals or {}), problem=run.problem)


def _rows(session: Session, part: RunComponent, kind: str) -> list[ResultRow]:
    enrolments = session.scalars(
        select(Enrolment).join(Person, Enrolment.person_id == Person.id).where(Enrolment.run_id == part.run_id)
        .order_by(Person.family_name, Person.given_name, Enrolment.id)
    ).all()
    if kind == marksheet_words.JUDGEMENT:
        judged = _judgements(session, part)
        return [_judged(enrolment, judged.get(enrolment.id)) for enrolment in enrolments]
    marks = _marks(session, part)
    return [_marked(enrolment, marks.get(enrolment.id)) for enrolment in enrolments]


def _marks(session: Session, part: RunComponent) -> dict[int, Outcome]:
    """The newest counted result of each learner."""
    found = session.scalars(
        select(Outcome).where(Outcome.run_component_id == part.id, Outcome.standing == outcomes.COUNTED)
        .order_by(Outcome.id)
    )
    return {row.enrolment_id: row for row in found}


def _judgements(session: Session, part: RunComponent) -> dict[int, Judgement]:
    code = part.component.code if part.component else ""
    found = session.scalars(
        select(Judgement).join(Enrolment, Judgement.enrolment_id == Enrolment.id)
        .where(Enrolment.run_id == part.run_id, Judgement.outcome == code).order_by(Judgement.id)
    )
    return {row.enrolment_id: row for row in found}


def _row(enrolment: Enrolment) -> ResultRow:
    return ResultRow(
        enrolment_key=enrolment.key, name=enrolment.person.display_name, registration=enrolment.registration,
        is_withdrawn=enrolment.status == "withdrawn",
    )


def _marked(enrolment: Enrolment, stands: Outcome | None) -> ResultRow:
    if stands is None:
        return _row(enrolment)
    return replace(
        _row(enrolment), text=stands.gate or (plain(stands.raw) if stands.raw is not None else ""),
        out_of=plain(stands.out_of) if stands.out_of is not None and stands.raw is not None else "",
        status=stands.status, attempt=stands.attempt, source=stands.source, read_at=stands.read_at,
        submitted_at=stands.submitted_at, extension_hours=stands.extension_hours,
    )


def _judged(enrolment: Enrolment, stands: Judgement | None) -> ResultRow:
    if stands is None:
        return _row(enrolment)
    agreed = "met" if stands.is_met else "not yet"
    return replace(
        _row(enrolment), text=agreed if stands.is_agreed else "", status="marked" if stands.is_agreed else "unagreed",
        attempt=stands.board_number, source="marksheet", read_at=stands.judged_at,
    )
