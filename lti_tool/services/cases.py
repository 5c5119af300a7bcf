"""The cases before whoever ratifies: whose decision awaits it, what keeps some back, and what is done with the rest."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award
from lti_tool.models.board import BoardCase, Decision, ExamBoard, Ratification
from lti_tool.models.catalogue import Enrolment, Run
from lti_tool.models.delivery import Discrepancy
from lti_tool.models.people import IdentityLink, LtiUser
from lti_tool.services import awards, decisions, standing
from lti_tool.services.errors import NotFound, Refused


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A short code and a sentence: why a case is left out, or should be talked about."""

    code: str
    text: str


CHANGED = Reason(code="changed", text="Something changed since this list was made; update the list to take it up.")
AMBIGUOUS = Reason(code="identity", text="It is not certain who this is in the LMS; registry must confirm the match.")
UNAGREED = Reason(code="unagreed", text="The markers have not agreed.")
ERASED = Reason(code="erased", text="This person was erased, so that nothing can be recorded for them any more.")
PENDING = Reason(code="pending", text="A mark is still missing.")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One learner's decision before a board, with what keeps it back; ``row`` once a board has listed it."""

    enrolment: Enrolment
    decision: Decision
    blockers: tuple[Reason, ...] = ()
    row: BoardCase | None = None

    @property
    def is_ready(self) -> bool:
        return not self.blockers


def runs_for(session: Session, institution_id: int, run_keys: Sequence[str], authority: str) -> list[Run]:
    """The runs that are to be decided together. Raises for another institution's, and for another authority's."""
    found = select(Run).where(Run.institution_id == institution_id, Run.key.in_(run_keys)).order_by(Run.id)
    runs = list(session.scalars(found))
    if not runs or len(runs) != len(set(run_keys)):
        raise NotFound("There is no such run.")
    foreign = [run.code for run in runs if run.version.authority != authority]
    if foreign:
        raise Refused("authority", f"{', '.join(foreign)}: another authority ratifies this; take it off the list.")
    return runs


def awaiting(session: Session, runs: Iterable[Run]) -> list[Case]:
    """Every learner whose present decision nobody has ratified yet, blocked or not."""
    numbers = [run.id for run in runs]
    everybody = select(Enrolment).where(Enrolment.run_id.in_(numbers)).order_by(Enrolment.run_id, Enrolment.id)
    found = []
    for enrolment in session.scalars(everybody):
        decision = decisions.present(session, enrolment)
        if decision is not None and is_awaiting(session, decision):
            found.append(Case(enrolment=enrolment, decision=decision, blockers=_blockers(session, decision)))
    return found


def is_awaiting(session: Session, decision: Decision) -> bool:
    """Nothing is ratified for this sitting yet. Who withdrew before that has no result to ratify (I22)."""
    award = standing.current(session, decision.enrolment)
    is_later = award is None or decision.board_number > award.decision.board_number
    return is_later and decision.kind != "WITHDRAWN"


def listed(session: Session, board: ExamBoard) -> list[Case]:
    """The cases as the board has them before it; one whose facts moved on is kept back."""
    return [_as_listed(session, row) for row in board.cases]


def put_on(session: Session, board: ExamBoard, runs: Iterable[Run], now: datetime) -> None:
    """Make or bring up to date the list of an open board, from facts as they are now."""
    runs = list(runs)
    for run in runs:
        decisions.decide_run(session, run, now)
    rows = {row.enrolment_id: row for row in board.cases}
    for case in awaiting(session, runs):
        row = rows.pop(case.enrolment.id, None)
        if row is None:
            board.cases.append(BoardCase(
                institution_id=board.institution_id, enrolment=case.enrolment, decision=case.decision,
            ))
        else:
            row.decision = case.decision
    for row in rows.values():  # ratified or withdrawn meanwhile
        board.cases.remove(row)
        session.delete(row)
    session.flush()


def decide_again(session: Session, board: ExamBoard, now: datetime) -> None:
    """Let facts that came in since show themselves, before anybody ratifies."""
    for row in sorted(board.cases, key=lambda row: row.enrolment_id):  # one order of locks for everybody
        decisions.decide(session, row.enrolment, now)


def digest_of(cases: Iterable[Case]) -> str:
    """What somebody saw: who is on the list, and on which facts. Cases that are kept back are not on it."""
    seen = sorted([case.enrolment.key, case.decision.inputs_digest] for case in cases if case.is_ready)
    return sha256(json.dumps(seen).encode()).hexdigest()


def also(case: Case, *reasons: Reason) -> Case:
    """The case with more that keeps it back."""
    return replace(case, blockers=(*case.blockers, *reasons))


def conclude(
    session: Session, board: ExamBoard, cases: Sequence[Case], ratification: Ratification, now: datetime,
) -> list[Award]:
    """Grant what is ready, and leave the rest for the next board."""
    ready = [case for case in cases if case.is_ready]
    if not ready:
        raise Refused("nothing_ready", "Nothing on this list can be ratified; every case on it is kept back.")
    by_person = sorted(ready, key=lambda case: case.enrolment.person_id)  # one order of locks for everybody
    granted = [awards.grant(session, ratification, case.decision, now) for case in by_person]
    for case in cases:
        if case.row is not None:
            case.row.state = "ratified" if case.is_ready else "left_out"
            case.row.note = " ".join(reason.text for reason in case.blockers)[:255]
    board.state, board.list_digest = "ratified", ratification.list_digest
    session.flush()
    return granted


def _as_listed(session: Session, row: BoardCase) -> Case:
    decision = row.decision
    blockers = _blockers(session, decision)
    present = decisions.present(session, row.enrolment)
    if present is None or present.id != decision.id or not is_awaiting(session, decision):
        blockers = (CHANGED, *blockers)
    return Case(enrolment=row.enrolment, decision=decision, blockers=blockers, row=row)


def _blockers(session: Session, decision: Decision) -> tuple[Reason, ...]:
    found = []
    if decision.enrolment.person.erased_at is not None:
        found.append(ERASED)
    if decision.kind not in awards.RATIFIABLE:
        found.append(UNAGREED if _is_unagreed(decision) else PENDING)
    if _is_ambiguous(session, decision.enrolment.person_id):
        found.append(AMBIGUOUS)
    kinds = session.scalars(select(Discrepancy.kind).where(
        Discrepancy.enrolment_id == decision.enrolment_id, Discrepancy.closed_at.is_(None),
    )).all()
    found += [Reason(code="discrepancy", text=f"An open discrepancy ({kind}) must be closed first.") for kind in kinds]
    return tuple(found)


def _is_unagreed(decision: Decision) -> bool:
    differ = any("have not agreed" in finding["text"] for finding in decision.findings)
    return differ or any(figure["status"] == "unagreed" for figure in decision.figures)


def _is_ambiguous(session: Session, person_id: int) -> bool:
    """Whether an account that has been this person's now waits for somebody's word."""
    claimed = select(IdentityLink.lti_user_id).where(IdentityLink.person_id == person_id)
    found = select(LtiUser.id).where(LtiUser.id.in_(claimed), LtiUser.match == "ambiguous").limit(1)
    return session.scalar(found) is not None
