from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.lateness import PerPeriod, Stepped, in_words, late_by, late_rule_from, said

from .facts import DUE, fields

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
FRIDAY = datetime(2026, 3, 6, 16, tzinfo=UTC)


def per_period(**changes: object) -> PerPeriod:
    settings: dict[str, object] = {"points": Fraction(5), "percent_of_mark": None, "period_hours": 24, **changes}
    return PerPeriod(**settings)  # type: ignore[arg-type]


TO_ZERO = per_period(max_periods=2, floor_at=Fraction(50))


@pytest.mark.parametrize(
    ("rule", "mark", "late", "after"),
    [
        pytest.param(per_period(), 60, timedelta(0), 60, id="in time"),
        pytest.param(per_period(), 60, SECOND, 55, id="one second costs a period"),
        pytest.param(per_period(), 60, 24 * HOUR, 55, id="a full period is one"),
        pytest.param(per_period(), 60, 24 * HOUR + SECOND, 50, id="a part counts whole"),
        pytest.param(per_period(), 7, 48 * HOUR, 0, id="never below 0"),
        pytest.param(per_period(floor_at=Fraction(50)), 53, 30 * HOUR, 50, id="not below the floor"),
        pytest.param(per_period(floor_at=Fraction(50)), 50, HOUR, 50, id="at the floor stays"),
        pytest.param(per_period(floor_at=Fraction(50)), 49, HOUR, 44, id="a mark under the floor has none"),
        pytest.param(TO_ZERO, 90, 48 * HOUR, 80, id="the last period"),
        pytest.param(TO_ZERO, 90, 48 * HOUR + SECOND, 0, id="zero after it, whatever the floor"),
        pytest.param(per_period(points=None, percent_of_mark=Fraction(10)), 80, 47 * HOUR, 64, id="a share, linear"),
        pytest.param(
            per_period(points=None, percent_of_mark=Fraction(60)), 80, 47 * HOUR, 0, id="a share, never below 0"
        ),
        pytest.param(per_period(), -2, HOUR, -2, id="a penalty never lifts a mark"),
    ],
)
def test_per_period(rule: PerPeriod, mark: int, late: timedelta, after: int) -> None:
    assert rule.apply(Fraction(mark), late) == after


@pytest.mark.parametrize(
    ("hours", "after"),
    [
        pytest.param(0, 15, id="in time"),
        pytest.param(1, 12, id="late at all"),
        pytest.param(8, 12, id="the first hours are covered"),
        pytest.param(9, 11, id="a step begun"),
        pytest.param(16, 11, id="a step full"),
        pytest.param(20, 10, id="two steps"),
        pytest.param(200, 0, id="never below 0"),
    ],
)
def test_stepped(hours: int, after: int) -> None:
    rule = Stepped(initial_points=Fraction(3), initial_hours=8, further_points=Fraction(1), further_hours=8)
    assert rule.apply(Fraction(15), hours * HOUR) == after


@pytest.mark.parametrize(
    ("submitted", "due", "extension", "weekend_free", "late"),
    [
        pytest.param(None, DUE, 0, False, "0 s", id="without submitted nothing is late"),
        pytest.param(DUE, None, 0, False, "0 s", id="without due nothing is late"),
        pytest.param(DUE, DUE, 0, False, "0 s", id="on the second"),
        pytest.param(DUE + SECOND, DUE, 0, False, "1 s", id="a second after"),
        pytest.param(DUE + 50 * HOUR, DUE, 48, False, "2 h", id="an extension moves the deadline"),
        pytest.param(
            datetime(2026, 3, 2, 14, tzinfo=timezone(2 * HOUR)), DUE, 0, False, "0 s", id="instants, not clock faces"
        ),
        pytest.param(FRIDAY + 73 * HOUR, FRIDAY, 0, True, "25 h", id="the weekend is not counted"),
        pytest.param(
            FRIDAY + 20 * HOUR, FRIDAY + 10 * HOUR, 0, True, "0 s", id="late by weekend hours only is not late"
        ),
        pytest.param(FRIDAY + 73 * HOUR, FRIDAY, 24, True, "17 h", id="an extension runs through the weekend"),
        pytest.param(FRIDAY + 21 * 24 * HOUR, FRIDAY, 0, True, "360 h", id="three whole weeks are fifteen days"),
        pytest.param(
            datetime(2026, 3, 6, 23, tzinfo=UTC),
            datetime(2026, 3, 7, 0, 30, tzinfo=timezone(2 * HOUR)),
            0,
            True,
            "0 s",
            id="the weekend is that of the offset in due",
        ),
    ],
)
def test_how_late(
    submitted: datetime | None, due: datetime | None, extension: int, weekend_free: bool, late: str
) -> None:
    assert said(late_by(submitted, due, extension, weekend_free=weekend_free)) == late


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(-720, 720), st.booleans())
def test_later_is_never_less_late(first: int, more: int, offset: int, weekend_free: bool) -> None:
    due = DUE.astimezone(timezone(timedelta(minutes=offset)))
    one, two = (late_by(DUE + timedelta(seconds=s), due, 0, weekend_free=weekend_free) for s in (first, first + more))
    assert one <= two <= timedelta(seconds=first + more)


@pytest.mark.parametrize(
    ("late", "words"),
    [
        pytest.param(
            {"type": "per_period", "period_hours": 24}, "points or percent_of_mark must be given", id="no cost"
        ),
        pytest.param(
            {"type": "per_period", "points": "5", "percent_of_mark": "5", "period_hours": 24},
            "not both",
            id="two costs",
        ),
        pytest.param(
            {"type": "per_period", "points": "5", "period_hours": 24, "max_periods": 7},
            "after_max stand together",
            id="a maximum without an end",
        ),
        pytest.param({"type": "per_period", "points": "5", "period_hours": 0}, "between 1 and", id="no period"),
        pytest.param({"type": "per_period", "points": "-5", "period_hours": 24}, "points is below 0", id="a bonus"),
        pytest.param(
            {"type": "per_period", "points": "5", "period_hours": 24, "floor_at": "-1"}, "floor_at is below 0",
            id="a floor below 0",
        ),
        pytest.param({"type": "per_day", "points": "5"}, "type is 'per_day'", id="unknown type"),
        pytest.param(
            {
                "type": "stepped",
                "initial_points": "3",
                "initial_hours": 8,
                "further_points": "1",
                "further_hours": 8,
                "floor_at": "50",
            },
            "unknown key 'floor_at'",
            id="a floor that steps do not have",
        ),
        pytest.param("5 points", "expected keys with values, found text", id="prose"),
    ],
)
def test_a_late_rule_that_means_nothing_is_refused(late: object, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        late_rule_from(fields(late=late), "late")


@pytest.mark.parametrize("weekend_free", [True, False])
def test_every_setting_of_a_rule_is_read(weekend_free: bool) -> None:
    late = {"type": "per_period", "points": "0", "period_hours": 24, "max_periods": 7, "after_max": "zero"}
    read = late_rule_from(fields(late={**late, "floor_at": "50", "weekend_free": weekend_free}), "late")
    expected = per_period(points=Fraction(0), max_periods=7, floor_at=Fraction(50), weekend_free=weekend_free)
    assert read == expected
    steps = {"initial_points": "3", "initial_hours": 8, "further_points": "1", "further_hours": 9}
    stepped = late_rule_from(fields(late={"type": "stepped", **steps, "weekend_free": weekend_free}), "late")
    assert stepped == Stepped(
        initial_points=Fraction(3),
        initial_hours=8,
        further_points=Fraction(1),
        further_hours=9,
        weekend_free=weekend_free,
    )


def test_late_none_costs_nothing() -> None:
    assert late_rule_from(fields(late="none"), "late") is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (None, "Lateness costs nothing."),
        (TO_ZERO, "Late work loses 5 points for each 24 hours begun, and is 0 after 2 of them."),
        (
            per_period(points=None, percent_of_mark=Fraction(10)),
            "Late work loses 10 % of the mark for each 24 hours begun.",
        ),
        (
            Stepped(initial_points=Fraction(3), initial_hours=8, further_points=Fraction(1), further_hours=8),
            "Late work loses 3 for the first 8 hours and 1 for each further 8 hours begun.",
        ),
    ],
)
def test_a_rule_reads_back_in_words(rule: PerPeriod | Stepped | None, words: str) -> None:
    assert in_words(rule) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (25 * HOUR, "25 h"),
        (48 * HOUR + SECOND, "48 h 1 s"),
        (90 * timedelta(minutes=1), "1 h 30 min"),
        (timedelta(microseconds=1), "1 s"),
    ],
)
def test_a_span_in_words(span: timedelta, words: str) -> None:
    assert said(span) == words
