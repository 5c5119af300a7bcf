"""Competency awards: every outcome met, or not yet. There is never a figure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lti_tool.domain.clauses import Notebook
from lti_tool.domain.completion import Decision, DecisionKind
from lti_tool.domain.errors import RegulationError


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Whether one outcome was met, as one board knew it."""

    outcome: str
    board: int
    is_met: bool


PASS_WORD = "Pass"


def decide_outcomes(
    outcomes: Sequence[str],
    judgements: Iterable[Judgement],
    credit: int,
    board: int,
    *,
    withdrawn: bool = False,
    regulations: str = "",
) -> Decision:
    """Decide from the newest judgement of each outcome known by ``board``; a later one at the same board counts."""
    notes, met = Notebook({}), _newest(outcomes, judgements, board)
    if withdrawn:
        notes.note("registration", "Withdrawn: no fail and no credit.")
        return Decision(kind=DecisionKind.WITHDRAWN, findings=notes.findings, regulations=regulations)
    for outcome in outcomes:
        said = {True: "met", False: "not met yet", None: "not judged yet"}[met[outcome]]
        notes.note("outcomes", f"{outcome}: {said}.", bool(met[outcome]))
    outstanding = tuple(outcome for outcome in outcomes if not met[outcome])
    return Decision(
        kind=DecisionKind.NOT_YET if outstanding else DecisionKind.PASS,
        grade=None if outstanding else PASS_WORD,  # the transcript says so, and never a figure
        credit=0 if outstanding else credit,
        findings=notes.findings,
        regulations=regulations,
        outstanding=outstanding,
    )


def _newest(outcomes: Sequence[str], judgements: Iterable[Judgement], board: int) -> dict[str, bool | None]:
    if not outcomes or len(set(outcomes)) != len(outcomes):
        raise RegulationError("outcomes must be named, each once.", key="outcomes")
    met: dict[str, bool | None] = dict.fromkeys(outcomes)
    for judgement in sorted(judgements, key=lambda judgement: judgement.board):
        if judgement.outcome not in met:
            raise RegulationError(f"there is no outcome {judgement.outcome!r}.", key="outcome", where="judgements")
        if judgement.board <= board:
            met[judgement.outcome] = judgement.is_met
    return met
