from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.retries import KEEPS_ON_FOR, LAST_ATTEMPT, LONGEST_PAUSE, next_attempt_at, pause

NOW = datetime(2026, 6, 17, 9, tzinfo=UTC)
JITTERS = st.fractions(0, 1)


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (100, 3600), (10**6, 3600)]
)
def test_pauses_double_up_to_an_hour(attempt: int, seconds: int) -> None:
    assert pause(attempt) == timedelta(seconds=seconds)


def test_jitter_shortens_a_pause_by_at_most_a_quarter() -> None:
    assert next_attempt_at(8, "retry", NOW, None, 1) == NOW + timedelta(hours=1)
    assert next_attempt_at(8, "retry", NOW, None, 0.0) == NOW + timedelta(minutes=45)


@pytest.mark.parametrize("error_class", ["retry", "unknown_outcome"])
def test_what_heals_is_tried_again(error_class: str) -> None:
    assert next_attempt_at(1, error_class, NOW, None, 1) == NOW + timedelta(seconds=30)


@pytest.mark.parametrize(
    "error_class", ["fix_here", "fix_there", "decide", "done_already", "window", "permanent", "config", "no such class"]
)
def test_what_needs_a_person_is_held(error_class: str) -> None:
    assert next_attempt_at(1, error_class, NOW, None, 1) is None


@pytest.mark.parametrize("jitter", [0, 1])
def test_it_keeps_on_for_seven_days_and_then_holds(jitter: int) -> None:
    now, attempt = NOW, 1
    while (later := next_attempt_at(attempt, "retry", now, None, jitter)) is not None:
        now, attempt = later, attempt + 1
    assert KEEPS_ON_FOR <= now - NOW <= timedelta(days=10)
    assert attempt == LAST_ATTEMPT + 1


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        pytest.param(120.0, 120, id="never sooner than they ask"),
        pytest.param(1.0, 30, id="nor sooner than we would"),
        pytest.param(-5.0, 30, id="negative is rubbish"),
        pytest.param(float("nan"), 30, id="not a number is rubbish"),
        pytest.param(float("inf"), 30, id="for ever is rubbish"),
        pytest.param(1e18, 86400, id="at most a day"),
    ],
)
def test_retry_after(wish: float, seconds: int) -> None:
    assert next_attempt_at(1, "retry", NOW, wish, 1) == NOW + timedelta(seconds=seconds)


@given(st.integers(1, LAST_ATTEMPT - 1), JITTERS, st.one_of(st.none(), st.floats(0, 10**6)))
def test_with_equal_jitter_a_later_attempt_is_never_sooner(attempt: int, jitter: float, wish: float | None) -> None:
    first, second = (next_attempt_at(n, "retry", NOW, wish, jitter) for n in (attempt, attempt + 1))
    assert first is not None and second is not None
    assert NOW < first <= second


@given(st.lists(JITTERS, min_size=2, max_size=30))
def test_times_never_go_backwards_whatever_the_jitter(jitters: list[float]) -> None:
    now = NOW
    for n, jitter in enumerate(jitters):
        later = next_attempt_at(n + 1, "retry", now, None, jitter)
        assert later is not None and now < later <= now + LONGEST_PAUSE
        now = later


@pytest.mark.parametrize(("attempt", "jitter"), [(0, 0), (1, 2), (1, -1)])
def test_nonsense_is_refused(attempt: int, jitter: int) -> None:
    with pytest.raises(ValueError, match="attempts count from 1"):
        next_attempt_at(attempt, "retry", NOW, None, jitter)
