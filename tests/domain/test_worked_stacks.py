import pytest

from lti_tool.domain.errors import RegulationError

from .cases import STACK, changed, run

FAILED = {"mc": "Q", "credit": 10, "mark": "38", "decision": "FAIL_FINAL"}
COMPENSATION = {"min_mark": "35", "max_credit": 10, "mean_at_least": "50"}


@pytest.mark.parametrize(
    ("path", "value", "difference"),
    [
        ("expected.decision", "NOT_ELIGIBLE", ("T-03, expected, decision", "NOT_ELIGIBLE", "ELIGIBLE")),
        ("expected.credit_total", 20, ("T-03, expected, credit_total", "20", "30")),
        ("expected.credit_at_level", 30, ("T-03, expected, credit_at_level", "30", "nothing")),
        ("expected.mean_reported", "59", ("T-03, expected, mean_reported", "59", "58")),
        ("expected.grade", "Merit", ("T-03, expected, grade", "Merit", "Pass")),
        ("expected.reasons", ["theme_shortfall"], ("T-03, expected, reasons", "theme_shortfall", "none")),
        (
            "expected.standalone_unchanged",
            {"mc": "P", "decision": "PASS", "credit": 0},
            ("T-03, expected, standalone_unchanged, credit", "0", "20"),
        ),
    ],
)
def test_one_wrong_expectation_fails_by_name(path: str, value: object, difference: tuple[str, str, str]) -> None:
    assert run(changed(STACK, path, value)).differences == (difference,)


def test_every_setting_of_an_award_is_read() -> None:
    case = changed(changed(STACK, "items.1", FAILED), "award.compensation", COMPENSATION)
    case = changed(case, "award.each_item_at_least", "30")
    case = changed(case, "award.min_at_level", {"level": 10, "credits": 20})
    case = changed(case, "award.min_share", {"theme": "data", "percent": "0"})
    case = changed(case, "award.distinction_needs_no_capped", True)
    standalone = {"mc": "Q", "decision": "FAIL_FINAL", "credit": 0, "mark": "38"}
    expected = {
        "decision": "ELIGIBLE",
        "credit_total": 30,
        "credit_at_level": 20,
        "theme_credit": 0,
        "compensated_credit": 10,
        "mean_exact": "51.333333333333333333",
        "mean_reported": "51.3",
        "reasons": [],
        "standalone_unchanged": standalone,
    }
    assert run(changed(case, "expected", expected)).differences == ()


def test_a_capped_item_is_read_as_one() -> None:
    case = changed(STACK, "award.grades", [["55", "Merit"], ["40", "Pass"]])
    case = changed(case, "award.distinction_needs_no_capped", True)
    assert run(changed(case, "items.0.capped", False)).differences == (("T-03, expected, grade", "Pass", "Merit"),)
    assert run(changed(case, "items.0.capped", True)).status == "passed"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        pytest.param("award.credit", 30, "T-03, award: unknown key 'credit'", id="key of an award"),
        pytest.param("items.0.marks", "5", r"T-03, items\[0\]: unknown key 'marks'", id="key of an item"),
        pytest.param("expected.mean", "58", "T-03, expected: unknown key 'mean'", id="key of an expectation"),
        pytest.param(
            "award.compensation", {"min_mark": "35"}, "award, compensation: max_credit is missing", id="half a rule"
        ),
        pytest.param("award.min_share", {"percent": "5"}, "award, min_share: theme is missing", id="half a share"),
        pytest.param("award.grades", "bands", "grades must be a list", id="bands without a scale"),
        pytest.param("items.1.mc", "P", "T-03: items: an item is listed twice", id="twice"),
        pytest.param("items.0.decision", "PASSED", "decision is 'PASSED'", id="decision"),
        pytest.param("items.0.mark", 58, "mark is a number without quotes", id="unquoted"),
        pytest.param("expected.standalone_unchanged", {"mc": "Z"}, "mc 'Z' is not among the items", id="stranger"),
    ],
)
def test_a_stack_is_read_strictly(path: str, value: object, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        run(changed(STACK, path, value))
