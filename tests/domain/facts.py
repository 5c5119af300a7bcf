"""Small facts for the tests of the domain: a regulation set to vary, components and attempts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction

from lti_tool.domain.attempts import Attempt, Status
from lti_tool.domain.clauses import Notebook
from lti_tool.domain.completion import Decision, decide
from lti_tool.domain.fields import Fields
from lti_tool.domain.regulations import Regulations, from_mapping
from lti_tool.domain.schemes import Component, Scale

PERCENT = Scale("percent", Fraction(0), Fraction(100))
BANDED = Scale(
    "banded", Fraction(0), Fraction(22), {"A": Fraction(18), "B": Fraction(15), "D": Fraction(9), "H": Fraction(0)}
)
SCALES = {"percent": PERCENT, "banded": BANDED}
DUE = datetime(2026, 3, 2, 12, tzinfo=UTC)
REASSESSMENT = {"cap_level": "component", "cap_at": "50", "counts": "best", "min_overall_for_right": "0"}
SET = {
    "scale": "percent",
    "pass_mark": "50",
    "decide_on": "rounded",
    "rounding": {"places": 0, "mode": "half_up"},
    "grades": [["70", "Distinction"], ["60", "Merit"], ["50", "Pass"], ["0", "Fail"]],
    "max_attempts": 2,
    "reassessment": REASSESSMENT,
    "must_reach_effect": "report_just_below_pass",
    "min_submitted_weight": "0",
}
BANDED_SET = {
    "scale": "banded",
    "pass_mark": "9",
    "grades": "bands",
    "must_reach_effect": "report_aggregate",
    "reassessment": {**REASSESSMENT, "cap_at": "9"},
}
PER_DAY = {"type": "per_period", "points": "5", "period_hours": 24}


def regulations(**changes: object) -> Regulations:
    """The usual set with some keys changed."""
    return from_mapping({**SET, **changes}, scales=SCALES, version="T-1")


def reassessment(**changes: object) -> dict[str, object]:
    return {**REASSESSMENT, **changes}


def component(id: str = "A", weight: str = "100", **fields: object) -> Component:
    for name in ("out_of", "must_reach"):
        if isinstance(fields.get(name), str):
            fields[name] = Fraction(str(fields[name]))
    return Component(id=id, weight=Fraction(weight), **fields)  # type: ignore[arg-type]


def gate(id: str = "V") -> Component:
    return Component(id=id, weight=Fraction(0), is_gate=True)


def attempt(component: str = "A", raw: str | None = None, number: int = 1, board: int = 1, **fields: object) -> Attempt:
    """A marked attempt when a raw mark or an outcome is given; any other needs its status."""
    fields.setdefault("status", Status.MARKED)
    mark = Fraction(raw) if raw is not None else None
    return Attempt(component=component, number=number, board=board, raw=mark, **fields)  # type: ignore[arg-type]


def decided(
    components: Sequence[Component],
    attempts: Sequence[Attempt],
    board: int = 1,
    withdrawn: bool = False,
    **changes: object,
) -> Decision:
    """Decide under the usual set with some keys changed; the credit is 15."""
    rules = regulations(**changes)
    return decide(
        components=components, attempts=attempts, regulations=rules, credit=15, board=board, withdrawn=withdrawn
    )


def notebook() -> Notebook:
    return Notebook({})


def fields(*known: str, **mapping: object) -> Fields:
    return Fields(mapping, "here", known or tuple(mapping))


def texts(decision: Decision) -> str:
    return "\n".join(finding.text for finding in decision.findings)
