"""The learner's own story: where am I, what may change, what happens next. Only ever one person's (I19).

What is provisional is labelled so, and shown only where the institution shows it; what came after ratification and
touches the ratified result is not shown at all (I3). Without a figure there is none (I4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Authority
from lti_tool.models.award import Award
from lti_tool.models.board import Decision
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.delivery import CONFIRMED, FAILED, LOADED, SENT, OutboxMessage
from lti_tool.models.institution import Institution
from lti_tool.models.outcome import Judgement, Outcome
from lti_tool.models.platform import Context
from lti_tool.services import columns, courses, decisions, denials, outcomes, standing
from lti_tool.services.written_marks import plain

WITH_FIGURE = frozenset({"PASS", "RESIT", "FAIL_FINAL", "CREDIT_REFUSED"})
OPEN_KINDS = frozenset({"RESIT", "DEFERRED", "NOT_YET"})


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One component in the story. ``state`` is a status of an attempt, ``met``, ``not_yet``, or empty: nothing came."""

    title: str
    weight: str
    due_at: datetime | None
    extension_hours: int
    due_with_extension: datetime | None
    submitted_at: datetime | None
    state: str
    attempt: int
    is_gate: bool
    verdict: str
    mark: str = ""
    uncapped: str = ""
    penalty: str = ""

    @property
    def is_done(self) -> bool:
        return self.state not in ("", "pending", "unagreed", "deferred", "not_yet")


@dataclass(frozen=True, kw_only=True)
class Provisional:
    """What the rules make of it so far."""

    kind: str
    mark: str
    grade: str
    is_capped: bool


@dataclass(frozen=True, kw_only=True)
class Ratified:
    """One confirmed result, and where it is recorded."""

    kind: str
    mark: str
    grade: str
    credit: int
    is_capped: bool
    held_on: date
    reference: str
    version: int
    is_correction: bool
    is_taken_back: bool  # it does not stand any more, and no later version replaced it
    record: str  # "", waiting, sent, loaded (a receipt says so), confirmed, closed (by a person)
    recorded_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Journey:
    """One registration of one learner."""

    title: str
    code: str
    category: str
    status: str
    status_on: date | None
    kind: str
    credit: int
    credit_scheme: str
    level: int | None
    authority: str
    has_board: bool
    board_on: date | None
    shows_provisional: bool
    denial: str  # "", or why ours is not to come: another figure is agreed in the record system, or kept by registry
    is_over: bool  # a result stands, and nothing more is to come
    chapters: tuple[Chapter, ...]
    provisional: Provisional | None
    confirmed: tuple[Ratified, ...]  # oldest first


def of_course(session: Session, context: Context, person_id: int) -> list[Journey]:
    """The stories of one person in one course."""
    runs = courses.run_ids_in(session, context.id)
    mine = select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.run_id.in_(runs)).order_by(Enrolment.id)
    institution = session.get_one(Institution, context.institution_id)
    return [journey(session, institution, enrolment) for enrolment in session.scalars(mine)]


def journey(session: Session, institution: Institution, enrolment: Enrolment) -> Journey:
    """The story of one registration."""
    run, version = enrolment.run, enrolment.run.version
    award, present = standing.current(session, enrolment), decisions.present(session, enrolment)
    has_left = enrolment.status == "withdrawn"
    is_next = present is not None and (
        award is None or (present.board_number > award.decision.board_number and not has_left)
    )
    shown = present if is_next or award is None else award.decision
    may_show = bool((institution.words or {}).get("show_provisional", True))
    has_board = version.regulation_set_id is not None
    denial = denials.of(session, enrolment) if is_next else ""
    return Journey(
        title=version.title, code=version.achievement.code, category=enrolment.category, status=enrolment.status,
        status_on=enrolment.status_on, kind=version.kind, credit=version.credit, credit_scheme=version.credit_scheme,
        level=version.level, authority=version.authority, has_board=has_board, board_on=run.board_on,
        shows_provisional=may_show, denial=denial,
        is_over=has_left or (award is not None and award.kind not in OPEN_KINDS),
        chapters=tuple(_chapters(session, enrolment, shown, shows=may_show or not is_next)),
        provisional=_provisional(present) if present and is_next and may_show and not has_left and not denial else None,
        confirmed=_confirmed(session, enrolment),
    )


def _provisional(decision: Decision) -> Provisional:
    has_figure = decision.overall is not None and decision.kind in WITH_FIGURE
    return Provisional(
        kind=decision.kind, mark=plain(decision.overall) if has_figure else "",
        grade=decision.grade if has_figure else "", is_capped=decision.is_capped,
    )


def _chapters(session: Session, enrolment: Enrolment, shown: Decision | None, *, shows: bool) -> list[Chapter]:
    """Component by component, on exactly what the decision shown knew."""
    evidence = set(shown.evidence) if shown else set()
    figures = {figure["component"]: figure for figure in shown.figures} if shown else {}
    marks = {row.run_component_id: row for row in outcomes.facts(session, enrolment) if row.id in evidence}
    judged = _judged(session, enrolment, evidence)
    parts = [part for part in enrolment.run.components if part.component is not None]
    parts.sort(key=lambda part: part.component.position if part.component else 0)
    return [
        _chapter(part, marks.get(part.id), judged, figures.get(part.component.code if part.component else ""), shows)
        for part in parts
    ]


def _judged(session: Session, enrolment: Enrolment, evidence: set[int]) -> dict[str, Judgement]:
    if enrolment.run.version.kind != "outcomes":
        return {}
    found = select(Judgement).where(Judgement.enrolment_id == enrolment.id).order_by(Judgement.id)
    return {row.outcome: row for row in session.scalars(found) if row.id in evidence}


def _chapter(
    part: RunComponent, row: Outcome | None, judged: Mapping[str, Judgement], figure: Mapping[str, Any] | None,
    shows: bool,
) -> Chapter:
    component = part.component
    assert component is not None
    due = (row.due_at if row else None) or part.due_at
    hours = row.extension_hours if row else 0
    said = _figures(row, figure) if shows else {}
    return Chapter(
        title=columns.label_of(part), weight=plain(component.weight) if component.weight else "", due_at=due,
        extension_hours=hours, due_with_extension=due + timedelta(hours=hours) if due and hours else None,
        submitted_at=row.submitted_at if row else None, state=_state(row, judged.get(component.code), figure, shows),
        attempt=row.attempt if row else 1, is_gate=component.is_gate, verdict=row.gate if row and shows else "", **said,
    )


def _state(row: Outcome | None, judgement: Judgement | None, figure: Mapping[str, Any] | None, shows: bool) -> str:
    if judgement is not None:
        if not judgement.is_agreed:
            return "unagreed"
        return ("met" if judgement.is_met else "not_yet") if shows else "marked"
    if row is not None:
        return row.status
    return str(figure["status"]) if figure and figure["attempt"] else ""


def _figures(row: Outcome | None, figure: Mapping[str, Any] | None) -> dict[str, str]:
    """The mark that counts, the bare one where a cap lowered it, and what lateness took."""
    if figure is None:
        has_mark = row is not None and row.raw is not None
        return {"mark": f"{plain(row.raw)} of {plain(row.out_of)}"} if row and has_mark and row.out_of else {}
    if figure["mark"] is None:
        return {}
    said = {"mark": _short(figure["mark"])}
    if figure["is_capped"] and figure["uncapped"] is not None:
        said["uncapped"] = _short(figure["uncapped"])
    if figure["penalty"] not in (None, "0"):
        said["penalty"] = _short(figure["penalty"])
    return said


def _short(text: str) -> str:
    """A figure for reading: cut after two places, never rounded up to a pass."""
    number = Decimal(text)
    cut = number.quantize(Decimal("0.01"), "ROUND_DOWN")
    return plain(cut) if cut == number else f"{plain(cut)}…"


def _confirmed(session: Session, enrolment: Enrolment) -> tuple[Ratified, ...]:
    """Every version, oldest first."""
    versions = standing.history(session, enrolment)
    gone = standing.revoked(session, [award.id for award in versions])
    boards = [None, *(award.decision.board_number for award in versions)]  # of the version before each
    return tuple(
        _ratified(
            session, award, is_correction=award.decision.board_number == before, is_taken_back=award.id in gone,
        ) for award, before in zip(versions, boards, strict=False)
    )


def _ratified(session: Session, award: Award, *, is_correction: bool, is_taken_back: bool) -> Ratified:
    record, at = _recorded(session, award)
    return Ratified(
        kind=award.kind, mark=plain(award.mark) if award.mark is not None else "", grade=award.grade,
        credit=award.credit, is_capped=award.is_capped, held_on=award.ratification.held_on,
        reference=award.ratification.reference, version=award.version, is_correction=is_correction,
        is_taken_back=is_taken_back, record=record, recorded_at=at,
    )


def _recorded(session: Session, award: Award) -> tuple[str, datetime | None]:
    """Where the result stands in the university's record."""
    if award.ratification.authority == Authority.RECORD_SYSTEM and award.ratification.by_person_id is None:
        return "confirmed", award.ratified_at
    messages: Sequence[OutboxMessage] = session.scalars(select(OutboxMessage).where(
        OutboxMessage.award_id == award.id, OutboxMessage.kind == "record"
    ).order_by(OutboxMessage.id.desc())).all()
    if not messages:
        return "", None
    if any(message.state == FAILED for message in messages):
        return "closed", None
    if all(message.state == CONFIRMED for message in messages):
        is_loaded = any(message.theirs_state == LOADED for message in messages)
        return LOADED if is_loaded else "confirmed", messages[0].confirmed_at
    if all(message.state in (SENT, CONFIRMED) for message in messages):
        return "sent", messages[0].sent_at
    return "waiting", None
