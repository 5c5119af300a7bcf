from datetime import date

import pytest

from lti_tool.domain.dates import is_valid_on, last_valid_day, latest_completion


@pytest.mark.parametrize(
    ("awarded", "years", "last"),
    [
        pytest.param("2021-06-12", 5, "2026-06-12", id="the same day"),
        pytest.param("2024-02-29", 5, "2029-02-28", id="29 February where the year has none"),
        pytest.param("2024-02-29", 4, "2028-02-29", id="29 February where the year has one"),
        pytest.param("2000-02-29", 100, "2100-02-28", id="2100 has none"),
        pytest.param("2000-02-29", 400, "2400-02-29", id="2400 has one"),
    ],
)
def test_the_last_valid_day(awarded: str, years: int, last: str) -> None:
    assert last_valid_day(date.fromisoformat(awarded), years).isoformat() == last


@pytest.mark.parametrize(
    ("used_on", "valid"),
    [("2026-06-12", True), ("2026-06-13", False), ("2021-06-12", True), ("2021-06-11", False)],
)
def test_credit_is_used_after_its_award_and_up_to_the_last_day(used_on: str, valid: bool) -> None:
    assert is_valid_on(date.fromisoformat(used_on), date(2021, 6, 12), 5) is valid


def test_leave_moves_the_latest_completion() -> None:
    assert latest_completion(date(2026, 9, 7), 12) == date(2026, 11, 30)
    assert latest_completion(date(2026, 9, 7), 12, 30) == date(2026, 12, 30)
