"""Read model of one learner for whoever teaches the run: the derivation line by line, and every result that came."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.outcome import Judgement, Outcome
from lti_tool.services import columns, decisions, denials, standing
from lti_tool.services.outcomes import COUNTED
from lti_tool.services.written_marks import plain

REPLACED = "replaced"  # counted until a newer one of its attempt came


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    """One result as it came."""

    of: str
    attempt: int
    said: str
    status: str
    source: str
    standing: str
    source_at: datetime | None
    read_at: datetime


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """One version of a ratified result."""

    version: int
    kind: str
    mark: str
    grade: str
    credit: int
    ratified_at: datetime
    held_on: date
    reference: str
    is_standing: bool
    is_taken_back: bool


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """One learner. Personal data: name and marks."""

    name: str
    registration: str
    category: str
    status: str
    run: str
    kind: str
    is_provisional: bool
    denial: str  # why ours is not to come: another figure is agreed in the record system, or kept by registry
    board_number: int
    regulations: str
    overall: str
    overall_exact: str
    grade: str
    is_capped: bool
    findings: tuple[dict[str, Any], ...]
    figures: tuple[dict[str, Any], ...]
    confirmed: tuple[Confirmed, ...]
    history: tuple[HistoryRow, ...]


def of(session: Session, enrolment: Enrolment) -> Derivation:
    """What the rules make of one learner now, and all that it rests on."""
    decision, award = decisions.present(session, enrolment), standing.current(session, enrolment)
    has_figure = decision is not None and decision.overall is not None and enrolment.status != "withdrawn"
    is_provisional = decision is not None and (award is None or award.decision_id != decision.id)
    return Derivation(
        name=enrolment.person.display_name, registration=enrolment.registration, category=enrolment.category,
        status=enrolment.status, run=enrolment.run.title, kind=decision.kind if decision else "",
        is_provisional=is_provisional, denial=denials.of(session, enrolment) if is_provisional else "",
        board_number=decision.board_number if decision else enrolment.run.board_number,
        regulations=decision.regulations if decision else "",
        overall=plain(decision.overall) if decision is not None and has_figure else "",
        overall_exact=decision.overall_exact if decision is not None and has_figure else "",
        grade=decision.grade if decision is not None and has_figure else "",
        is_capped=decision.is_capped if decision else False,
        findings=tuple(decision.findings) if decision else (), figures=tuple(decision.figures) if decision else (),
        confirmed=_confirmed(session, enrolment, award), history=_history(session, enrolment),
    )


def _confirmed(session: Session, enrolment: Enrolment, current: Award | None) -> tuple[Confirmed, ...]:
    versions = standing.history(session, enrolment)
    revoked = standing.revoked(session, [award.id for award in versions])
    return tuple(
        Confirmed(
            version=award.version, kind=award.kind, mark=plain(award.mark) if award.mark is not None else "",
            grade=award.grade, credit=award.credit, ratified_at=award.ratified_at, held_on=award.ratification.held_on,
            reference=award.ratification.reference, is_standing=current is not None and award.id == current.id,
            is_taken_back=award.id in revoked,
        ) for award in versions
    )


def _history(session: Session, enrolment: Enrolment) -> tuple[HistoryRow, ...]:
    judged = session.scalars(select(Judgement).where(Judgement.enrolment_id == enrolment.id).order_by(Judgement.id))
    marked = session.scalars(select(Outcome).where(Outcome.enrolment_id == enrolment.id).order_by(Outcome.id))
    rows = [*(_outcome(row) for row in marked), *(_judgement(enrolment, row) for row in judged)]
    newest = {(row.of, row.attempt): row for row in rows if row.standing == COUNTED}
    said = [replace(row, standing=REPLACED) if _is_replaced(row, newest) else row for row in rows]
    return tuple(sorted(said, key=lambda row: row.read_at, reverse=True))


def _is_replaced(row: HistoryRow, newest: Mapping[tuple[str, int], HistoryRow]) -> bool:
    return row.standing == COUNTED and newest[row.of, row.attempt] is not row


def _outcome(row: Outcome) -> HistoryRow:
    out_of = f" of {plain(row.out_of)}" if row.out_of is not None else ""
    said = row.gate or (f"{plain(row.raw)}{out_of}" if row.raw is not None else " / ".join(row.markers))
    return HistoryRow(
        of=columns.label_of(row.run_component), attempt=row.attempt, said=said, status=row.status, source=row.source,
        standing=row.standing, source_at=row.source_at, read_at=row.read_at,
    )


def _judgement(enrolment: Enrolment, row: Judgement) -> HistoryRow:
    titles = {part.code: part.title for part in enrolment.run.version.components}
    return HistoryRow(
        of=titles.get(row.outcome, row.outcome), attempt=row.board_number, source="marksheet", standing=COUNTED,
        said=("met" if row.is_met else "not yet") if row.is_agreed else "", source_at=None, read_at=row.judged_at,
        status="marked" if row.is_agreed else "unagreed",
    )
