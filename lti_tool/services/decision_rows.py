"""The rules' decision as the columns of a row, so that it can be read in twenty years without the rules."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lti_tool.domain import completion
from lti_tool.domain.clauses import Finding
from lti_tool.domain.figures import text_of
from lti_tool.domain.marks import ComponentFigure
from lti_tool.domain.regulations import Regulations
from lti_tool.domain.schemes import Component


def columns(
    decision: completion.Decision, components: Sequence[Component], regulations: Regulations | None,
) -> dict[str, Any]:
    """What a decision row takes from the rules: decimals as text in JSON, the overall figure as a fraction."""
    by_id = {component.id: component for component in components}
    uncapped = _uncapped(decision, by_id)
    rounded = regulations.rounding.apply(uncapped) if regulations and uncapped is not None else None
    return {
        "kind": str(decision.kind),
        "overall_exact": "" if decision.overall_exact is None else str(decision.overall_exact),
        "overall": _decimal(decision.overall_reported),
        "uncapped": _decimal(rounded),
        "grade": decision.grade or "",
        "credit": decision.credit,
        "is_capped": decision.is_capped,
        "code": decision.code or "",
        "attempt": max(1, decision.attempts_used),
        "findings": [finding_as_json(finding) for finding in decision.findings],
        "figures": [figure_as_json(figure, by_id[figure.component]) for figure in decision.components],
        "regulations": decision.regulations,
    }


def _uncapped(decision: completion.Decision, by_id: dict[str, Component]) -> Fraction | None:
    """The mean as if nothing had been capped, neither a component nor the whole; None where no cap lowered it.

    A record system that applies the cap itself is given this one, so that no mark is capped twice.
    """
    if not decision.is_capped:
        return None
    counting = [(by_id[figure.component].weight, figure.uncapped) for figure in decision.components]
    known = [(weight, mark) for weight, mark in counting if mark is not None]
    total = sum((weight for weight, _ in known), Fraction(0))
    return sum((weight * mark for weight, mark in known), Fraction(0)) / total


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """A finding as decisions keep it; without a clause the key itself is quoted."""
    clause = finding.clause
    return {
        "key": finding.key, "ref": clause.ref if clause else "", "clause": clause.text if clause else finding.key,
        "satisfied": finding.satisfied, "text": finding.text,
    }


def figure_as_json(figure: ComponentFigure, component: Component) -> dict[str, Any]:
    """What one component comes to, decimals as text; what does not end is cut at 18 places for showing only."""
    return {
        "component": figure.component, "title": component.label, "weight": text_of(component.weight),
        "status": str(figure.status), "attempt": figure.attempt, "mark": _text(figure.mark),
        "unpenalised": _text(figure.unpenalised), "uncapped": _text(figure.uncapped), "is_capped": figure.is_capped,
        "penalty": _text(figure.penalty), "outcome": figure.outcome, "is_reassessment": figure.is_reassessment,
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else text_of(value)


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(text_of(value))
