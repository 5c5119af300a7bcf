"""A result reckoned again from its own readings: they must give the same result, in twenty years too."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award
from lti_tool.models.board import Decision
from lti_tool.services import facts, standing, verdicts
from lti_tool.services.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What the regulations say of the very same readings now, beside what was ratified."""

    kind: str
    overall: str
    is_same: bool


def replay(session: Session, institution_id: int, award_key: str) -> Replay:
    """Judge the evidence of an award again. Nothing is written. Raises :class:`NotFound`."""
    award = _award(session, institution_id, award_key)
    decision, enrolment = award.decision, award.enrolment
    versions = [earlier for earlier in standing.history(session, enrolment) if earlier.version < award.version]
    before = standing.since_revoked(versions, standing.revoked(session, [earlier.id for earlier in versions]))
    newest = max(decision.evidence, default=0)
    known = [fact for fact in verdicts.known(session, enrolment) if fact.row <= newest]
    placed = facts.placed(known, facts.Ratified.by(before), decision.board_number)
    given = [fact for fact in facts.by(placed, decision.board_number) if fact.row in set(decision.evidence)]
    verdict = verdicts.reach(session, enrolment, given, decision.board_number, is_withdrawn=False)
    overall = verdict.columns["overall"]
    return Replay(
        kind=verdict.kind, overall="" if overall is None else f"{overall:f}",
        is_same=verdict.digest == decision.inputs_digest and _is_same_result(verdict, decision),
    )


def person_of(session: Session, institution_id: int, award_key: str) -> tuple[str, int]:
    """Key and number of the person whose award it is."""
    person = _award(session, institution_id, award_key).enrolment.person
    return person.key, person.id


def _is_same_result(verdict: verdicts.Verdict, decision: Decision) -> bool:
    names = ("kind", "overall_exact", "overall", "grade", "credit", "is_capped")
    return all(verdict.columns[name] == getattr(decision, name) for name in names)


def _award(session: Session, institution_id: int, award_key: str) -> Award:
    award = session.scalar(select(Award).where(Award.institution_id == institution_id, Award.key == award_key))
    if award is None:
        raise NotFound("There is no such award.")
    return award
