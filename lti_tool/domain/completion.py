"""Whether one learner has earned the micro-credential, clause by clause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lti_tool.domain.attempts import Attempt
from lti_tool.domain.clauses import Finding as Finding
from lti_tool.domain.clauses import Notebook
from lti_tool.domain.digests import digest_of_inputs as digest_of_inputs
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.grades import FAIL
from lti_tool.domain.marks import ComponentFigure as ComponentFigure
from lti_tool.domain.marks import figure_of
from lti_tool.domain.overall import overall_of, refuse_nothing_to_weigh
from lti_tool.domain.regulations import Regulations
from lti_tool.domain.schemes import Component, Scale, check_components
from lti_tool.domain.standings import Standing, standings
from lti_tool.domain.verdicts import DecisionKind as DecisionKind
from lti_tool.domain.verdicts import Verdict, attempts_used, verdict_on


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision with the figures it may show and the findings that explain it.

    ``outstanding`` names the components (or outcomes) that still lack their mark; None for a figure: none may be shown.
    """

    kind: DecisionKind
    overall_exact: Fraction | None = None
    overall_reported: Fraction | None = None
    grade: str | None = None
    credit: int = 0
    is_capped: bool = False
    uncapped_exact: Fraction | None = None
    code: str | None = None
    components: tuple[ComponentFigure, ...] = ()
    findings: tuple[Finding, ...] = ()
    regulations: str = ""
    attempts_used: int = 0
    outstanding: tuple[str, ...] = ()


def decide(
    *,
    components: Sequence[Component],
    attempts: Iterable[Attempt],
    regulations: Regulations,
    credit: int,
    board: int,
    withdrawn: bool = False,
) -> Decision:
    """Decide from what was known by ``board``: withdrawn, then incomplete, then deferred, then the arithmetic."""
    check_components(components)
    _check_thresholds(components, regulations.scale)
    stands = standings(components, attempts, board)
    refuse_nothing_to_weigh(stands)
    notes = Notebook(regulations.clauses)
    if withdrawn:
        notes.note("registration", "Withdrawn: no figure, no fail and no credit.")
        return Decision(kind=DecisionKind.WITHDRAWN, findings=notes.findings, regulations=regulations.version)
    figures = tuple(figure_of(standing, regulations, notes) for standing in stands)
    if waiting := _ids(standing for standing in stands if standing.is_waiting):
        return _without_figure(DecisionKind.INCOMPLETE, waiting, stands, figures, regulations, notes)
    if deferred := _ids(standing for standing in stands if standing.is_deferred):
        return _without_figure(DecisionKind.DEFERRED, deferred, stands, figures, regulations, notes)
    return _by_arithmetic(stands, figures, regulations, notes, credit=credit, board=board)


def _check_thresholds(components: Iterable[Component], scale: Scale) -> None:
    for component in components:
        if component.must_reach is not None and not scale.minimum <= component.must_reach <= scale.maximum:
            where = f"component {component.id}"
            raise RegulationError("must_reach is outside the scale.", key="must_reach", where=where)


def _ids(stands: Iterable[Standing]) -> tuple[str, ...]:
    return tuple(standing.component.id for standing in stands)


def _without_figure(
    kind: DecisionKind,
    outstanding: tuple[str, ...],
    stands: Sequence[Standing],
    figures: tuple[ComponentFigure, ...],
    regulations: Regulations,
    notes: Notebook,
) -> Decision:
    """Nothing is shown while something is missing: not a zero, not a part of the mean."""
    notes.note("attempts", "No overall figure exists yet.")
    return Decision(
        kind=kind,
        components=figures,
        findings=notes.findings,
        regulations=regulations.version,
        attempts_used=attempts_used(stands),
        outstanding=outstanding,
    )


def _by_arithmetic(
    stands: Sequence[Standing],
    figures: tuple[ComponentFigure, ...],
    regulations: Regulations,
    notes: Notebook,
    *,
    credit: int,
    board: int,
) -> Decision:
    overall = overall_of(stands, figures, regulations, notes)
    verdict = verdict_on(stands, figures, overall, regulations, notes, board=board)
    earned = credit if verdict.kind is DecisionKind.PASS else 0
    notes.note("credit", f"Credit awarded: {earned}.")
    return Decision(
        kind=verdict.kind,
        overall_exact=overall.exact,
        overall_reported=verdict.reported,
        grade=_grade(verdict, regulations),
        credit=earned,
        is_capped=overall.is_capped,
        uncapped_exact=overall.uncapped,
        code=verdict.code,
        components=figures,
        findings=notes.findings,
        regulations=regulations.version,
        attempts_used=attempts_used(stands),
    )


def _grade(verdict: Verdict, regulations: Regulations) -> str | None:
    """No grade for a refused credit; with words a fail reads Fail; bands always say the band of the figure."""
    if verdict.kind is DecisionKind.CREDIT_REFUSED:
        return None
    if regulations.grades and verdict.kind is not DecisionKind.PASS:
        return FAIL
    return regulations.grade_for(verdict.reported)
