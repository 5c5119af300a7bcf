"""Verdicts: what the rules say of given facts, as the columns of a decision."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.domain import completion, outcomes
from lti_tool.domain.attempts import PASSED, Attempt, Status
from lti_tool.domain.clauses import Finding
from lti_tool.domain.completion import DecisionKind
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.figures import text_of
from lti_tool.domain.outcomes import Judgement
from lti_tool.domain.regulations import Regulations
from lti_tool.domain.schemes import Component
from lti_tool.models.catalogue import Enrolment
from lti_tool.services import decision_rows, facts, rulebook
from lti_tool.services.facts import Fact

PERCENT = Fraction(100)
BY_OUTCOMES = "outcomes"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the rules say for one board, and the digest of all that they looked at."""

    board: int
    digest: str
    columns: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.columns["kind"])

    @property
    def evidence(self) -> list[int]:
        return list(self.columns["evidence"])


def known(session: Session, enrolment: Enrolment) -> list[Fact]:
    """Everything that counts for a learner: marks, or judgements of outcomes."""
    return known_of_all(session, [enrolment])[enrolment.id]


def known_of_all(session: Session, enrolments: Sequence[Enrolment]) -> dict[int, list[Fact]]:
    """The same for many, by registration."""
    judged = [enrolment for enrolment in enrolments if enrolment.run.version.kind == BY_OUTCOMES]
    marked = [enrolment for enrolment in enrolments if enrolment.run.version.kind != BY_OUTCOMES]
    scales = {enrolment.id: _scale(session, enrolment) for enrolment in marked}
    found = facts.marks_of_all(session, marked, scales) if marked else {}
    return found | facts.judgements_of_all(session, judged) if judged else found


def reach(
    session: Session, enrolment: Enrolment, given: Sequence[Fact], board: int, *, is_withdrawn: bool,
) -> Verdict:
    """Judge the facts. Facts without meaning (a mark above its maximum) leave the result incomplete and say why."""
    regulations = rulebook.regulations_of(session, enrolment)
    components = facts.components_of(session, enrolment.run)
    try:
        decision = _decide(enrolment, components, given, regulations, board, is_withdrawn=is_withdrawn)
    except RegulationError as error:
        finding = Finding(key=error.key or "attempts", clause=None, satisfied=False, text=str(error))
        decision = completion.Decision(kind=DecisionKind.INCOMPLETE, findings=(finding,))
    version = regulations.version if regulations else ""
    return Verdict(
        board=board,
        digest=_digest(enrolment, components, given, regulations, board, is_withdrawn=is_withdrawn),
        columns=decision_rows.columns(replace(decision, regulations=version), components, regulations)
        | {"evidence": sorted(fact.row for fact in given)},
    )


def _scale(session: Session, enrolment: Enrolment) -> Fraction:
    regulations = rulebook.regulations_of(session, enrolment)
    return regulations.scale.maximum if regulations else PERCENT


def _decide(
    enrolment: Enrolment, components: Sequence[Component], given: Sequence[Fact], regulations: Regulations | None,
    board: int, *, is_withdrawn: bool,
) -> completion.Decision:
    version = enrolment.run.version
    if version.kind == BY_OUTCOMES:
        codes = [outcome["code"] for outcome in version.outcomes]
        return _by_outcomes(codes, given, version.credit, board, is_withdrawn)
    if regulations is None:
        return _without_credit(components, facts.attempts(given), is_withdrawn)
    return completion.decide(
        components=components, attempts=facts.attempts(given), regulations=regulations, credit=version.credit,
        board=board, withdrawn=is_withdrawn,
    )


def _by_outcomes(
    codes: Sequence[str], given: Sequence[Fact], credit: int, board: int, is_withdrawn: bool,
) -> completion.Decision:
    """Every outcome met, or not yet. What nobody judged, or two judged differently, is neither: it waits (I4)."""
    decision = outcomes.decide_outcomes(codes, facts.judgements(given), credit, board, withdrawn=is_withdrawn)
    newest = {fact.place[0]: fact for fact in given}
    waiting = {
        code: "two assessors differ and have not agreed" if code in newest else "not judged yet"
        for code in codes if code not in newest or not newest[code].is_agreed
    }
    if is_withdrawn or not waiting:
        return decision
    found = tuple(
        Finding(key="outcomes", clause=None, satisfied=False, text=f"{code}: {why}.") for code, why in waiting.items()
    )
    agreed = tuple(finding for finding in decision.findings if finding.text.partition(":")[0] not in waiting)
    return completion.Decision(kind=DecisionKind.INCOMPLETE, findings=agreed + found, outstanding=tuple(waiting))


def _without_credit(
    components: Sequence[Component], attempts: Sequence[Attempt], is_withdrawn: bool,
) -> completion.Decision:
    """Complete once every component has its mark: no regulations, no board and no credit (I25)."""
    newest = {attempt.component: attempt for attempt in attempts}
    missing = tuple(part for part in components if not _has_result(newest.get(part.id)))
    done = [Finding(key="components", clause=None, satisfied=part not in missing,
                    text=f"{part.label}: {'not done yet' if part in missing else 'done'}.") for part in components]
    kind = DecisionKind.INCOMPLETE if missing else DecisionKind.PASS
    return completion.Decision(
        kind=DecisionKind.WITHDRAWN if is_withdrawn else kind, findings=tuple(done), attempts_used=1,
        outstanding=tuple(part.id for part in missing),
    )


def _has_result(attempt: Attempt | None) -> bool:
    if attempt is None or attempt.status is not Status.MARKED:
        return attempt is not None and attempt.status is Status.EXEMPT
    return attempt.outcome in (None, PASSED)


def _digest(
    enrolment: Enrolment, components: Sequence[Component], given: Sequence[Fact], regulations: Regulations | None,
    board: int, *, is_withdrawn: bool,
) -> str:
    version = enrolment.run.version
    if regulations is not None and version.kind != BY_OUTCOMES:
        return completion.digest_of_inputs(
            components=components, attempts=facts.attempts(given), regulations=regulations, credit=version.credit,
            board=board, withdrawn=is_withdrawn,
        )
    seen = sorted(_as_text(fact) for fact in given)
    scheme = [[part.id, text_of(part.weight), part.is_gate] for part in components]
    rest = [scheme, version.credit, board, is_withdrawn, regulations.version if regulations else ""]
    return sha256(json.dumps([seen, version.outcomes, rest]).encode()).hexdigest()


def _as_text(fact: Fact) -> list[str]:
    value = fact.value
    if isinstance(value, Judgement):
        said = [str(value.is_met), str(fact.is_agreed)]
    else:
        said = [str(value.status), "" if value.raw is None else text_of(value.raw), value.outcome or ""]
    return [fact.place[0], str(fact.place[1]), str(fact.board), *said]
