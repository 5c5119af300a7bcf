from fractions import Fraction

import pytest

from lti_tool.domain.attempts import Attempt, Status
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.schemes import Component

from .facts import BANDED_SET, attempt, component, decided, gate, reassessment

TWO = [component("A", "40"), component("B", "60")]
MODULE = {"reassessment": reassessment(cap_level="module")}


def test_step_5_the_mean_is_exact() -> None:
    found = decided([component("Q", "30", out_of="9"), component("R", "70")], [attempt("Q", "5"), attempt("R", "47")])
    assert found.overall_exact == Fraction(1487, 30)


def test_step_5_an_exemption_leaves_the_mean_of_the_rest() -> None:
    found = decided(TWO, [attempt("A", status=Status.EXEMPT), attempt("B", "57")])
    assert found.overall_exact == 57


@pytest.mark.parametrize("parts", [TWO[:0] + [component()], [component(), gate("V")]])
def test_step_5_exempting_everything_that_weighs_is_an_error(parts: list[Component]) -> None:
    attempts = [attempt(status=Status.EXEMPT)] + [attempt("V", outcome="pass") for part in parts if part.is_gate]
    with pytest.raises(RegulationError, match="all components with a weight are exempt"):
        decided(parts, attempts)


@pytest.mark.parametrize(
    ("attempts", "exact", "uncapped", "capped"),
    [
        pytest.param(
            [attempt("A", "72"), attempt("B", "75", number=2)], 50, "73.8", True, id="a reassessment caps the whole"
        ),
        pytest.param(
            [attempt("A", "72"), attempt("B", "75", number=2, first_sit=True)], "73.8", "73.8", False, id="a first sit"
        ),
        pytest.param(
            [attempt("A", "40"), attempt("B", "50", number=2)], 46, "46", False, id="below the cap is not capped"
        ),
        pytest.param(
            [attempt("A", "72"), attempt("B", "75"), attempt("B", "10", number=2)],
            "73.8",
            "73.8",
            False,
            id="one that does not count",
        ),
    ],
)
def test_step_6_the_module_cap(attempts: list[Attempt], exact: object, uncapped: str, capped: bool) -> None:
    found = decided(TWO, attempts, **MODULE)
    assert (found.overall_exact, found.uncapped_exact, found.is_capped) == (
        Fraction(str(exact)),
        Fraction(uncapped),
        capped,
    )


def test_one_capped_component_makes_the_result_capped() -> None:
    found = decided(TWO, [attempt("A", "72"), attempt("B", "75", number=2)])
    assert (found.is_capped, found.overall_exact, found.uncapped_exact) == (True, Fraction("58.8"), Fraction("58.8"))


def test_step_6_passing_a_gate_late_caps_nothing() -> None:
    late_gate = [attempt("A", "74"), attempt("V", outcome="fail"), attempt("V", outcome="pass", number=2)]
    assert decided([component(), gate()], late_gate, **MODULE).overall_exact == 74


@pytest.mark.parametrize(
    ("figure", "changes", "reported"),
    [
        pytest.param("49.6", {}, "50", id="decided on the rounded figure"),
        pytest.param("49.6", {"decide_on": "exact"}, "49", id="decided exactly, a fail never reads the pass mark"),
        pytest.param("50", {"decide_on": "exact"}, "50", id="decided exactly, a pass"),
        pytest.param(
            "49.8",
            {
                "decide_on": "exact",
                "pass_mark": "49.5",
                "rounding": {"places": 0, "mode": "floor"},
                "grades": [["49.5", "Pass"]],
            },
            "49.5",
            id="decided exactly, a pass never reads less than the pass mark",
        ),
        pytest.param(
            "6.96",
            {
                "decide_on": "exact",
                "pass_mark": "7",
                "rounding": {"places": 1, "mode": "half_up"},
                "grades": [["7", "Pass"]],
            },
            "6.9",
            id="just below is one unit of the last place",
        ),
    ],
)
def test_no_figure_contradicts_its_decision(figure: str, changes: dict[str, object], reported: str) -> None:
    found = decided([component()], [attempt(raw=figure)], **changes)
    assert found.overall_reported == Fraction(reported)
    assert found.overall_exact == Fraction(figure)


def test_bands_report_the_rounded_mean_beside_a_fail() -> None:
    found = decided([component()], [attempt(raw="8.6")], decide_on="exact", **BANDED_SET)
    assert (found.kind, found.overall_reported, found.grade) == ("RESIT", 9, "D")


MUST = [component("A", "40"), component("B", "60", must_reach="40")]


@pytest.mark.parametrize(
    ("effect", "marks", "reported"),
    [
        pytest.param("report_just_below_pass", ("80", "38"), 49, id="just below the pass mark"),
        pytest.param("report_just_below_pass", ("20", "30"), 26, id="or the mean where that is lower"),
        pytest.param("zero", ("80", "38"), 0, id="zero"),
        pytest.param("zero", ("20", "30"), 0, id="zero, of a failed mean too"),
    ],
)
def test_step_9_what_a_missed_threshold_reports(effect: str, marks: tuple[str, str], reported: int) -> None:
    found = decided(MUST, [attempt("A", marks[0]), attempt("B", marks[1])], must_reach_effect=effect)
    assert (found.overall_reported, found.grade, found.kind) == (reported, "Fail", "RESIT")


def test_step_9_a_threshold_looks_at_the_mark_after_the_cap() -> None:
    high = [component("A", "40"), component("B", "60", must_reach="55")]
    assert decided(high, [attempt("A", "90"), attempt("B", "70", number=2)]).kind == "RESIT"


def test_step_9_reaching_the_threshold_exactly_is_enough() -> None:
    assert decided(MUST, [attempt("A", "80"), attempt("B", "40")]).kind == "PASS"


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        pytest.param(attempt("V", outcome="pass"), "PASS", id="passed"),
        pytest.param(attempt("V", outcome="fail"), "RESIT", id="failed"),
        pytest.param(attempt("V", status=Status.ABSENT), "RESIT", id="absent fails"),
        pytest.param(attempt("V", status=Status.MISCONDUCT_ZERO), "RESIT", id="set to 0 fails"),
        pytest.param(attempt("V", status=Status.EXEMPT), "PASS", id="exempt is not asked"),
        pytest.param(attempt("V", status=Status.DEFERRED), "DEFERRED", id="deferred"),
        pytest.param(attempt("V", status=Status.PENDING), "INCOMPLETE", id="pending"),
        pytest.param(None, "INCOMPLETE", id="never attempted"),
    ],
)
def test_step_9_a_gate(record: Attempt | None, kind: str) -> None:
    assert decided([component(), gate()], [attempt(raw="74"), *([record] if record else [])]).kind == kind


@pytest.mark.parametrize(
    ("attempts", "kind"),
    [
        pytest.param(
            [attempt("A", status=Status.ABSENT), attempt("B", "90")], "CREDIT_REFUSED", id="absent from 40 of 100"
        ),
        pytest.param(
            [attempt("A", status=Status.EXEMPT), attempt("B", "90")], "PASS", id="the exempt is not asked for"
        ),
        pytest.param(
            [attempt("A", status=Status.MISCONDUCT_ZERO), attempt("B", "90")], "PASS", id="a penalty was submitted"
        ),
        pytest.param(
            [attempt("A", "9"), attempt("A", status=Status.ABSENT, number=2), attempt("B", "90")],
            "CREDIT_REFUSED",
            id="the newest status",
        ),
        pytest.param(
            [attempt("A", "9"), attempt("A", status=Status.DEFERRED, number=2), attempt("B", "90")],
            "PASS",
            id="a deferral is no absence",
        ),
        pytest.param(
            [attempt("A", status=Status.ABSENT), attempt("B", "60")], "RESIT", id="what fails anyway stays a fail"
        ),
    ],
)
def test_step_11_the_submitted_share(attempts: list[Attempt], kind: str) -> None:
    assert decided(TWO, attempts, min_submitted_weight="75").kind == kind


def test_step_11_exactly_the_share_is_enough() -> None:
    assert (
        decided(TWO, [attempt("A", status=Status.ABSENT), attempt("B", "90")], min_submitted_weight="60").kind == "PASS"
    )


def test_a_refused_credit_shows_its_figure_and_no_grade() -> None:
    found = decided(TWO, [attempt("A", status=Status.ABSENT), attempt("B", "90")], min_submitted_weight="75")
    assert (found.overall_reported, found.grade, found.credit) == (54, None, 0)
