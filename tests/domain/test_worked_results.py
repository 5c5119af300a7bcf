import pytest

from lti_tool.domain.errors import RegulationError

from .cases import OUTCOMES, RESULT, changed, run
from .facts import reassessment


@pytest.mark.parametrize(
    ("path", "value", "difference"),
    [
        ("expected.0.overall_exact", "66.5", ("T-01, expected[0], overall_exact", "66.5", "66")),
        ("expected.0.overall_exact", None, ("T-01, expected[0], overall_exact", "no figure", "66")),
        ("expected.0.overall_reported", "65", ("T-01, expected[0], overall_reported", "65", "66")),
        ("expected.0.grade", "Pass", ("T-01, expected[0], grade", "Pass", "Merit")),
        ("expected.0.grade", None, ("T-01, expected[0], grade", "nothing", "Merit")),
        ("expected.0.decision", "RESIT", ("T-01, expected[0], decision", "RESIT", "PASS")),
        ("expected.0.credit", 10, ("T-01, expected[0], credit", "10", "15")),
        ("expected.0.capped", True, ("T-01, expected[0], capped", "true", "false")),
        ("expected.0.uncapped_exact", "67", ("T-01, expected[0], uncapped_exact", "67", "66")),
        ("expected.0.code", "X", ("T-01, expected[0], code", "X", "nothing")),
    ],
)
def test_one_wrong_expectation_fails_by_name(path: str, value: object, difference: tuple[str, str, str]) -> None:
    found = run(changed(RESULT, path, value))
    assert (found.status, found.differences) == ("failed", (difference,))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        pytest.param(
            "expected.0.grde", "Merit", r"T-01, expected\[0\]: unknown key 'grde'", id="key of an expectation"
        ),
        pytest.param("attempts.1.rawe", "70", r"T-01, attempts\[1\]: unknown key 'rawe'", id="key of an attempt"),
        pytest.param(
            "components.0.wieght", "4", r"T-01, components\[0\]: unknown key 'wieght'", id="key of a component"
        ),
        pytest.param("with", {"pass_marc": "40"}, "T-01, with: unknown key 'pass_marc'", id="key of with"),
        pytest.param(
            "with", {"reassessment": {"cap": "50"}}, "T-01, set, reassessment: unknown key 'cap'", id="nested"
        ),
        pytest.param(
            "registration", {"state": "withdrawn"}, "T-01, registration: unknown key 'state'", id="registration"
        ),
        pytest.param("registration", {"status": "gone"}, "status is 'gone'", id="status of a registration"),
        pytest.param("components.0.weight", "41", r"T-01: weights must total 100, and 41 \+ 60 = 101", id="weights"),
        pytest.param("attempts.0.raw", 60.5, "T-01.*raw is a number without quotes.*decimal in quotes", id="float"),
        pytest.param("attempts.0.raw", 60, "raw is a number without quotes", id="a bare whole number"),
        pytest.param("attempts.0.raw", "101", "T-01: attempt 1 of A: raw lies outside", id="out of range"),
        pytest.param("attempts.0.component", "Z", "T-01: attempts: there is no component 'Z'", id="stranger"),
        pytest.param("credit", "15", "T-01: credit must be a whole number without quotes", id="credit quoted"),
        pytest.param("expected", [], "T-01: expected lists no board", id="nothing expected"),
    ],
)
def test_what_has_no_meaning_is_an_error_naming_key_and_case(path: str, value: object, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        run(changed(RESULT, path, value))


def test_all_components_exempt_is_an_error() -> None:
    exempt = [{"component": name, "attempt": 1, "board": 1, "status": "exempt"} for name in "AB"]
    with pytest.raises(RegulationError, match="T-01: all components with a weight are exempt"):
        run(changed(RESULT, "attempts", exempt))


def test_with_replaces_a_nested_value_whole() -> None:
    with pytest.raises(RegulationError, match="T-01, set, reassessment: min_overall_for_right is missing"):
        run(changed(RESULT, "with", {"reassessment": {"cap_level": "none", "counts": "last"}}))
    assert run(changed(RESULT, "with", {"reassessment": reassessment(counts="last")})).status == "passed"


def test_with_may_try_another_pass_mark_under_the_same_words() -> None:
    assert run(changed(RESULT, "with", {"pass_mark": "40"})).status == "passed"


@pytest.mark.parametrize(("status", "decision"), [("withdrawn", "WITHDRAWN"), ("registered", "PASS")])
def test_a_registration_may_be_withdrawn(status: str, decision: str) -> None:
    case = changed(RESULT, "registration", {"status": status, "date": "2026-02-10"})
    assert run(changed(case, "expected", [{"board": 1, "decision": decision}])).status == "passed"


@pytest.mark.parametrize(
    ("path", "value", "difference"),
    [
        ("expected.0.outstanding", [], ("T-02, expected[0], outstanding", "none", "LO2")),
        ("expected.0.overall_reported", "50", ("T-02, expected[0], overall_reported", "50", "no figure")),
        ("expected.0.decision", "PASS", ("T-02, expected[0], decision", "PASS", "NOT_YET")),
    ],
)
def test_one_wrong_expectation_of_outcomes_fails_by_name(
    path: str, value: object, difference: tuple[str, str, str]
) -> None:
    assert run(changed(OUTCOMES, path, value)).differences == (difference,)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        pytest.param("rule", "most_met", "T-02: rule is 'most_met'; it must be one of all_met", id="rule"),
        pytest.param("judgements.0.outcome", "LO9", "T-02: judgements: there is no outcome 'LO9'", id="outcome"),
        pytest.param("judgements.0.met", "yes", r"judgements\[0\]: met must be true or false", id="met"),
        pytest.param("expected.0.code", "X", "unknown key 'code'", id="key of another kind"),
    ],
)
def test_outcomes_are_read_strictly(path: str, value: object, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        run(changed(OUTCOMES, path, value))
