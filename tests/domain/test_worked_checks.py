import pytest

from lti_tool.domain.errors import RegulationError

from .cases import COMPLETION, CONVERT, CREDIT_AGE, QUORUM, changed, run


@pytest.mark.parametrize(
    ("case", "path", "value", "difference"),
    [
        (CREDIT_AGE, "checks.0.valid", False, ("T-04, checks[0], valid", "false", "true")),
        (
            CREDIT_AGE,
            "checks.0.last_valid_day",
            "2029-03-01",
            ("T-04, checks[0], last_valid_day", "2029-03-01", "2029-02-28"),
        ),
        (COMPLETION, "checks.0.leave_days", 29, ("T-05, checks[0], latest_completion", "2026-12-30", "2026-12-29")),
        (CONVERT, "checks.0.expected", "7.5", ("T-06, checks[0], expected", "7.5", "6")),
        (QUORUM, "checks.0.external_present", 0, ("T-07, checks[0], quorate", "true", "false")),
    ],
)
def test_one_wrong_expectation_fails_by_name(
    case: dict[str, object], path: str, value: object, difference: tuple[str, str, str]
) -> None:
    assert run(changed(case, path, value)).differences == (difference,)


@pytest.mark.parametrize(
    ("case", "path", "value", "words"),
    [
        pytest.param(CREDIT_AGE, "rule.type", "credit_life", "T-04, rule: type is 'credit_life'", id="unknown rule"),
        pytest.param(CREDIT_AGE, "rule.weeks", 3, "T-04, rule: unknown key 'weeks'", id="a key of the other rule"),
        pytest.param(CREDIT_AGE, "rule.inclusive", False, "inclusive must be true", id="the last day is included"),
        pytest.param(CREDIT_AGE, "rule.years", 100_000, "between 0 and 200", id="beyond belief"),
        pytest.param(
            CREDIT_AGE, "checks.0.used", "2029-02-28", r"T-04, checks\[0\]: unknown key 'used'", id="unknown key"
        ),
        pytest.param(CREDIT_AGE, "checks.0.awarded", "29.2.2024", "awarded must be a date", id="not a date"),
        pytest.param(COMPLETION, "checks.0.valid", True, "unknown key 'valid'", id="a check of the other rule"),
        pytest.param(CONVERT, "checks.0.rule", "thirds", "rule is 'thirds'", id="unknown conversion"),
        pytest.param(CONVERT, "checks.0.to", "US", "to is 'US'; it must be one of ECTS", id="unknown target"),
        pytest.param(CONVERT, "checks.0.from", {"scheme": "NZ", "credit": "5"}, "scheme is 'NZ'", id="unknown scheme"),
        pytest.param(
            CONVERT, "checks.0.from", {"scheme": "UK", "credit": 5.5}, "credit is a number without", id="float"
        ),
        pytest.param(QUORUM, "checks.0.internal_present", 5, "internal_present is more than there are", id="too many"),
        pytest.param(QUORUM, "checks", [], "T-07: checks is empty", id="nothing checked"),
    ],
)
def test_checks_are_read_strictly(case: dict[str, object], path: str, value: object, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        run(changed(case, path, value))


def test_what_is_not_listed_is_not_needed() -> None:
    assert (
        run(changed(CREDIT_AGE, "checks", [{"awarded": "2024-02-29", "last_valid_day": "2029-02-28"}])).status
        == "passed"
    )
    assert (
        run(changed(COMPLETION, "checks", [{"registered": "2026-09-07", "latest_completion": "2026-11-30"}])).status
        == "passed"
    )
