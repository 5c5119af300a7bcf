"""One small worked case of each kind, to be changed by the tests."""

from copy import deepcopy

from lti_tool.domain.casefile import CaseResult, check

from .facts import SET

RESULT = {
    "id": "T-01",
    "title": "A pass",
    "kind": "result",
    "regulation": "set",
    "credit": 15,
    "components": [{"id": "A", "weight": "40"}, {"id": "B", "weight": "60"}],
    "attempts": [
        {"component": "A", "attempt": 1, "board": 1, "status": "marked", "raw": "60"},
        {"component": "B", "attempt": 1, "board": 1, "status": "marked", "raw": "70"},
    ],
    "expected": [
        {
            "board": 1,
            "overall_exact": "66",
            "overall_reported": "66",
            "grade": "Merit",
            "decision": "PASS",
            "credit": 15,
        }
    ],
}
OUTCOMES = {
    "id": "T-02",
    "kind": "outcomes",
    "credit": 10,
    "outcomes": ["LO1", "LO2"],
    "rule": "all_met",
    "judgements": [{"outcome": "LO1", "board": 1, "met": True}],
    "expected": [{"board": 1, "decision": "NOT_YET", "overall_reported": None, "credit": 0, "outstanding": ["LO2"]}],
}
STACK = {
    "id": "T-03",
    "kind": "stack",
    "award": {
        "name": "Certificate",
        "credits": 30,
        "pass_mark": "40",
        "rounding": {"places": 1, "mode": "half_up"},
        "grades": [["40", "Pass"]],
    },
    "items": [
        {"mc": "P", "credit": 20, "level": 10, "mark": "58", "decision": "PASS"},
        {"mc": "Q", "credit": 10, "level": 10, "mark": None, "decision": "PASS"},
    ],
    "expected": {"decision": "ELIGIBLE", "credit_total": 30, "mean_exact": "58", "grade": "Pass"},
}
CREDIT_AGE = {
    "id": "T-04",
    "kind": "dates",
    "rule": {"type": "credit_age", "years": 5, "inclusive": True},
    "checks": [{"awarded": "2024-02-29", "used_on": "2029-02-28", "valid": True, "last_valid_day": "2029-02-28"}],
}
COMPLETION = {
    "id": "T-05",
    "kind": "dates",
    "rule": {"type": "completion", "weeks": 12},
    "checks": [{"registered": "2026-09-07", "leave_days": 30, "latest_completion": "2026-12-30"}],
}
CONVERT = {
    "id": "T-06",
    "kind": "convert",
    "checks": [{"from": {"scheme": "UK", "credit": "15"}, "to": "ECTS", "rule": "hours_25", "expected": "6"}],
}
QUORUM = {
    "id": "T-07",
    "kind": "quorum",
    "checks": [{"internal_members": 4, "internal_present": 2, "external_present": 1, "quorate": True}],
}
WORKFLOW = {
    "id": "T-08",
    "kind": "workflow",
    "events": [
        {"do": "score", "actor": "marker", "mark": "49", "expect": "accepted"},
        {
            "do": "transmit",
            "actor": "registry",
            "expect": "accepted",
            "sends": {"version": 1, "mark": "49", "decision": "RESIT"},
        },
    ],
    "final": {"versions": 1, "current": {"mark": "49", "decision": "RESIT"}, "first_version_kept": True},
}
ALL = [RESULT, OUTCOMES, STACK, CREDIT_AGE, COMPLETION, CONVERT, QUORUM, WORKFLOW]


def file(*cases: dict[str, object], **changes: object) -> dict[str, object]:
    """A whole file holding the cases."""
    scales = {"percent": {"min": "0", "max": "100"}}
    return {"version": 1, "scales": scales, "regulations": {"set": deepcopy(SET)}, "cases": list(cases), **changes}


def changed(case: dict[str, object], path: str, value: object) -> dict[str, object]:
    """The case with one value replaced or added, at a path such as ``expected.0.credit``."""
    copy: dict[str, object] = deepcopy(case)
    *way, last = path.split(".")
    place: object = copy
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]  # type: ignore[index]
    place[int(last) if isinstance(place, list) else last] = value  # type: ignore[index]
    return copy


def run(case: dict[str, object]) -> CaseResult:
    return check(file(case)).results[0]
