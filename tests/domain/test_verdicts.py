from fractions import Fraction

import pytest

from lti_tool.domain.attempts import Attempt, Status

from .facts import attempt, component, decided, gate, reassessment

TWO = [component("A", "60"), component("B", "40")]
ENDS = {"absence_effect": "fail_no_right"}


@pytest.mark.parametrize(
    ("attempts", "board", "kind", "used"),
    [
        pytest.param([attempt(raw="40")], 1, "RESIT", 1, id="one of two"),
        pytest.param([attempt(raw="40"), attempt(raw="44", number=2, board=2)], 2, "FAIL_FINAL", 2, id="both used"),
        pytest.param(
            [attempt(status=Status.ABSENT), attempt(raw="44", number=2)], 1, "FAIL_FINAL", 2, id="an absence uses one"
        ),
        pytest.param(
            [attempt(status=Status.DEFERRED), attempt(raw="44", number=2, first_sit=True)],
            1,
            "RESIT",
            1,
            id="a deferral uses none",
        ),
        pytest.param(
            [attempt(raw="40"), attempt(status=Status.DEFERRED, number=2, board=2)],
            2,
            "RESIT",
            1,
            id="a resit deferred",
        ),
        pytest.param(
            [attempt(raw="4"), attempt(raw="5", number=2, board=2), attempt(status=Status.DEFERRED, number=3, board=2)],
            2,
            "RESIT",
            2,
            id="attempts used up, but one is deferred at this very board",
        ),
        pytest.param(
            [attempt(raw="4"), attempt(raw="5", number=2, board=2), attempt(status=Status.DEFERRED, number=3, board=2)],
            3,
            "FAIL_FINAL",
            2,
            id="deferred at an earlier board is not this one",
        ),
    ],
)
def test_attempts_left(attempts: list[Attempt], board: int, kind: str, used: int) -> None:
    found = decided([component()], attempts, board)
    assert (found.kind, found.attempts_used, found.credit) == (kind, used, 0)


def test_attempts_are_counted_per_component_and_the_largest_number_stands() -> None:
    spread = [attempt("A", "40"), attempt("B", "40"), attempt("B", "45", number=2)]
    assert decided(TWO, spread).attempts_used == 2


def test_a_gate_uses_attempts_too() -> None:
    tries = [attempt(raw="74"), attempt("V", outcome="fail"), attempt("V", outcome="fail", number=2)]
    assert decided([component(), gate()], tries).kind == "FAIL_FINAL"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [pytest.param("29.4", "FAIL_FINAL", id="below"), pytest.param("29.5", "RESIT", id="the rounded figure reaches it")],
)
def test_the_right_to_reassessment_asks_for_a_least_figure(raw: str, kind: str) -> None:
    rule = reassessment(min_overall_for_right="30")
    assert decided([component()], [attempt(raw=raw)], reassessment=rule).kind == kind


def test_the_right_looks_at_the_figure_after_thresholds() -> None:
    rule = reassessment(min_overall_for_right="30")
    parts = [component("A", "60"), component("B", "40", must_reach="40")]
    found = decided(parts, [attempt("A", "70"), attempt("B", "10")], reassessment=rule, must_reach_effect="zero")
    assert (found.kind, found.overall_reported) == ("FAIL_FINAL", 0)


def test_a_deferral_at_this_board_does_not_give_a_right_that_the_figure_takes() -> None:
    rule = reassessment(min_overall_for_right="30")
    tries = [attempt(raw="10"), attempt(status=Status.DEFERRED, number=2)]
    assert decided([component()], tries, reassessment=rule).kind == "FAIL_FINAL"


@pytest.mark.parametrize(
    ("attempts", "kind"),
    [
        pytest.param(
            [attempt("A", "99"), attempt("B", status=Status.ABSENT)], "FAIL_FINAL", id="though the mean would pass"
        ),
        pytest.param(
            [attempt("A", "99"), attempt("B", status=Status.ABSENT), attempt("B", "90", number=2)],
            "FAIL_FINAL",
            id="once absent",
        ),
        pytest.param(
            [attempt("A", "99"), attempt("B", status=Status.MISCONDUCT_ZERO)], "PASS", id="a penalty is no absence"
        ),
        pytest.param(
            [attempt("A", "99"), attempt("B", status=Status.ABSENT), attempt("B", status=Status.EXEMPT, board=1)],
            "PASS",
            id="a later record takes the absence away",
        ),
        pytest.param([attempt("A", "99"), attempt("B", status=Status.DEFERRED)], "DEFERRED", id="good cause"),
    ],
)
def test_step_10_absence_without_good_cause_ends_it(attempts: list[Attempt], kind: str) -> None:
    assert decided(TWO, attempts, **ENDS).kind == kind


def test_step_10_reports_zero_and_a_code_beside_the_exact_mean() -> None:
    found = decided(TWO, [attempt("A", "70"), attempt("B", status=Status.ABSENT)], **ENDS)
    assert (found.overall_exact, found.overall_reported, found.code, found.grade) == (42, 0, "X", "Fail")
    assert found.overall_exact == Fraction(42)


def test_step_10_zero_by_default_leaves_the_right() -> None:
    found = decided(TWO, [attempt("A", "70"), attempt("B", status=Status.ABSENT)])
    assert (found.kind, found.overall_reported, found.code) == ("RESIT", 42, None)
