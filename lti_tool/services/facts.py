"""From rows to what the rules speak of: components, attempts and judgements, each with the board it comes before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.attempts import USING, Attempt, Status
from lti_tool.domain.outcomes import Judgement
from lti_tool.domain.schemes import Component
from lti_tool.models import outcome as rows
from lti_tool.models.award import Award
from lti_tool.models.catalogue import Enrolment, Run
from lti_tool.models.institution import Institution
from lti_tool.services import outcomes

OPEN_KINDS = frozenset({"RESIT", "DEFERRED", "NOT_YET"})  # ratified, and another sitting may still come
Place = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One outcome or judgement as the rules read it.

    ``place``: what it is a record of (component and attempt, or outcome and 0); ``is_settled``: that has its result.
    """

    row: int
    place: Place
    board: int
    is_settled: bool
    is_agreed: bool = True
    value: Attempt | Judgement


@dataclass(frozen=True, kw_only=True)
class Ratified:
    """What is settled: by which board last, each fact by which first, and whether another sitting may still come."""

    board: int
    boards: Mapping[int, int]
    is_open: bool

    @classmethod
    def by(cls, awards: Sequence[Award]) -> "Ratified | None":
        """From the versions of an award, oldest first; None where there is none."""
        if not awards:
            return None
        boards: dict[int, int] = {}
        for award in awards:
            boards |= {row: award.decision.board_number for row in award.decision.evidence if row not in boards}
        return cls(board=awards[-1].decision.board_number, boards=boards, is_open=awards[-1].kind in OPEN_KINDS)


def marks_of_all(
    session: Session, enrolments: Sequence[Enrolment], scales: Mapping[int, Fraction]
) -> dict[int, list[Fact]]:
    """The counted outcomes of each learner, oldest first. ``scales``: the maximum of each learner's scale."""
    found: dict[int, list[Fact]] = {enrolment.id: [] for enrolment in enrolments}
    zones = {place: _zone(session, place) for place in {enrolment.institution_id for enrolment in enrolments}}
    for row in outcomes.facts_of_all(session, list(found)):
        found[row.enrolment_id].append(_mark(row, scales[row.enrolment_id], zones[row.institution_id]))
    return found


def judgements_of_all(session: Session, enrolments: Sequence[Enrolment]) -> dict[int, list[Fact]]:
    """What was judged of each learner's outcomes, oldest first."""
    found: dict[int, list[Fact]] = {enrolment.id: [] for enrolment in enrolments}
    of_theirs = select(rows.Judgement).where(rows.Judgement.enrolment_id.in_(found)).order_by(rows.Judgement.id)
    for row in session.scalars(of_theirs):
        found[row.enrolment_id].append(_judgement(row))
    return found


def components_of(session: Session, run: Run) -> list[Component]:
    """The scheme of a run: the version's components with the run's own deadlines."""
    zone = _zone(session, run.institution_id)
    return [
        Component(
            id=part.component.code, title=part.component.title, weight=Fraction(part.component.weight),
            out_of=_fraction(part.component.out_of), must_reach=_fraction(part.component.must_reach),
            is_gate=part.component.is_gate, due=_local(part.due_at, zone),
        )
        for part in run.components if part.component is not None
    ]


def placed(facts: Iterable[Fact], ratified: Ratified | None, next_board: int) -> list[Fact]:
    """The facts, each with the board it counts before; oldest first, as they come.

    What no board has ratified comes before the next one. But what touches a place that a board has settled belongs to
    that board, as a late fact; and what was set aside before a board met, to the board that knew what replaced it.
    """
    known = list(facts)
    if ratified is None:
        return [replace(fact, board=next_board) for fact in known]
    boards: dict[int, int] = {}
    for place in dict.fromkeys(fact.place for fact in known):
        boards |= _boards([fact for fact in known if fact.place == place], ratified, next_board)
    return [replace(fact, board=boards[fact.row]) for fact in known]


def by(facts: Sequence[Fact], board: int) -> list[Fact]:
    """What was known by a board; of two records of one attempt at one board the later stands."""
    standing = {(*fact.place, fact.board): fact for fact in facts if fact.board <= board}
    return list(standing.values())


def attempts(facts: Iterable[Fact]) -> list[Attempt]:
    """The attempts among facts, with their boards."""
    return [replace(fact.value, board=fact.board) for fact in facts if isinstance(fact.value, Attempt)]


def judgements(facts: Iterable[Fact]) -> list[Judgement]:
    """The judgements among facts, with their boards."""
    return [replace(fact.value, board=fact.board) for fact in facts if isinstance(fact.value, Judgement)]


def _boards(facts: Sequence[Fact], ratified: Ratified, next_board: int) -> dict[int, int]:
    """The board of each record of one place, oldest first. A place is settled while its newest ratified record is."""
    found: dict[int, int] = {}
    settled: int | None = None
    for number, fact in enumerate(facts):
        replaced_by = (ratified.boards[newer.row] for newer in facts[number:] if newer.row in ratified.boards)
        board = next(replaced_by, next_board if ratified.is_open else ratified.board)
        found[fact.row] = board if settled is None else settled
        if fact.row in ratified.boards:
            settled = found[fact.row] if fact.is_settled else None
    return found


def _mark(row: rows.Outcome, scale: Fraction, zone: ZoneInfo) -> Fact:
    component, status = row.run_component.component, Status(row.status)
    code = component.code if component else ""
    attempt = Attempt(
        component=code, number=row.attempt, board=row.board_number, status=status,
        raw=_raw(row, _fraction(component.out_of if component else None) or scale), outcome=row.gate or None,
        submitted=row.submitted_at, due=_local(row.due_at, zone), extension_hours=row.extension_hours,
        first_sit=row.is_first_sit, from_attempt=row.from_attempt,
        markers=tuple(Fraction(mark) for mark in row.markers), agreed_by=row.agreed_by,
    )
    is_settled = status in USING or status is Status.EXEMPT
    return Fact(row=row.id, place=(code, row.attempt), board=row.board_number, is_settled=is_settled, value=attempt)


def _raw(row: rows.Outcome, out_of: Fraction) -> Fraction | None:
    """The raw mark on the component's own maximum; a source may count in another (a column out of 1, or 10)."""
    raw, maximum = _fraction(row.raw), _fraction(row.out_of)
    return raw if raw is None or not maximum else raw / maximum * out_of


def _judgement(row: rows.Judgement) -> Fact:
    value = Judgement(outcome=row.outcome, board=row.board_number, is_met=row.is_met)
    is_settled = row.is_met and row.is_agreed
    return Fact(
        row=row.id, place=(row.outcome, 0), board=row.board_number, is_settled=is_settled, is_agreed=row.is_agreed,
        value=value,
    )


def _zone(session: Session, institution_id: int) -> ZoneInfo:
    return ZoneInfo(session.get_one(Institution, institution_id).timezone)


def _local(instant: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A deadline in the institution's offset of that day: whether it is weekend is a local matter.

    The offset is a fixed one. With a zone Python would add hours on the wall clock, and a night of clock change has 23.
    """
    if instant is None:
        return None
    local = instant.astimezone(zone)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta(0)))


def _fraction(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)
