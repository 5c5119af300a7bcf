"""Late work: how late, and what it costs. One second late is late; a part of a period counts whole."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

from lti_tool.domain.fields import Fields
from lti_tool.domain.figures import shown

PER_PERIOD, STEPPED, NONE, ZERO = "per_period", "stepped", "none", "zero"
PER_PERIOD_KEYS = frozenset(
    {"type", "points", "percent_of_mark", "period_hours", "max_periods", "after_max", "floor_at", "weekend_free"}
)
STEPPED_KEYS = frozenset({"type", "initial_points", "initial_hours", "further_points", "further_hours", "weekend_free"})
NOT_LATE = timedelta(0)
WEEK, WORKING_WEEK = timedelta(days=7), timedelta(days=5)
SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class PerPeriod:
    """So many points, or such a share of the mark, for each begun period."""

    points: Fraction | None
    percent_of_mark: Fraction | None
    period_hours: int
    max_periods: int | None = None
    floor_at: Fraction | None = None
    weekend_free: bool = False

    def apply(self, mark: Fraction, late: timedelta) -> Fraction:
        """The mark after the penalty. Past ``max_periods`` it is 0, whatever the floor says."""
        periods = begun(late, self.period_hours)
        if self.max_periods is not None and periods > self.max_periods:
            return min(mark, Fraction(0))
        each = self.points or Fraction(0)
        if self.percent_of_mark is not None:
            each = mark * self.percent_of_mark / 100  # linear, not compound
        lowered = lower(mark, periods * each)
        return max(lowered, self.floor_at) if self.floor_at is not None and mark >= self.floor_at else lowered


@dataclass(frozen=True, kw_only=True)
class Stepped:
    """A first cost that covers the first hours, then a further one for each further step begun."""

    initial_points: Fraction
    initial_hours: int
    further_points: Fraction
    further_hours: int
    weekend_free: bool = False

    def apply(self, mark: Fraction, late: timedelta) -> Fraction:
        """The mark after the penalty."""
        if late <= NOT_LATE:
            return mark
        further = begun(late - timedelta(hours=self.initial_hours), self.further_hours)
        return lower(mark, self.initial_points + further * self.further_points)


LateRule = PerPeriod | Stepped


def begun(span: timedelta, hours: int) -> int:
    """How many periods of ``hours`` have begun."""
    return max(0, -(-span // timedelta(hours=hours)))


def lower(mark: Fraction, penalty: Fraction) -> Fraction:
    """No penalty takes a mark below 0, nor lifts one that a scale puts there."""
    return min(mark, max(Fraction(0), mark - penalty))


def late_by(submitted: datetime | None, due: datetime | None, extension_hours: int, *, weekend_free: bool) -> timedelta:
    """How late, compared as instants. Extensions run through weekends; the weekend is that of the offset in ``due``."""
    if submitted is None or due is None:
        return NOT_LATE
    deadline = due.astimezone(UTC) + timedelta(hours=extension_hours)
    late = submitted.astimezone(UTC) - deadline
    if late <= NOT_LATE or not weekend_free:
        return max(late, NOT_LATE)
    return _working_time(deadline.astimezone(timezone(due.utcoffset() or timedelta(0))), late)


def _working_time(start: datetime, span: timedelta) -> timedelta:
    """``span`` from ``start`` without Saturdays and Sundays; any whole week holds five working days."""
    weeks, rest = divmod(span, WEEK)
    counted, cursor, stop = weeks * WORKING_WEEK, start, start + rest
    while cursor < stop:
        midnight = cursor.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        until = min(midnight, stop)
        counted += until - cursor if cursor.weekday() < SATURDAY else NOT_LATE
        cursor = until
    return counted


def said(span: timedelta) -> str:
    """A span for a sentence: ``25 h``, ``48 h 1 s``."""
    hours, rest = divmod(span, timedelta(hours=1))
    minutes, seconds = divmod(rest, timedelta(minutes=1))
    whole = seconds.seconds + (1 if seconds.microseconds else 0)
    parts = [(hours, "h"), (minutes, "min"), (whole, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def in_words(rule: LateRule | None) -> str:
    """The rule in one plain sentence."""
    match rule:
        case None:
            return "Lateness costs nothing."
        case Stepped():
            return (
                f"Late work loses {shown(rule.initial_points)} for the first {rule.initial_hours} hours and "
                f"{shown(rule.further_points)} for each further {rule.further_hours} hours begun."
            )
        case PerPeriod(percent_of_mark=None):
            cost = f"{shown(rule.points or Fraction(0))} points"
        case _:
            cost = f"{shown(rule.percent_of_mark or Fraction(0))} % of the mark"
    end = f", and is 0 after {rule.max_periods} of them" if rule.max_periods is not None else ""
    return f"Late work loses {cost} for each {rule.period_hours} hours begun{end}."


def late_rule_from(fields: Fields, key: str) -> LateRule | None:
    """Read ``late``: ``none``, or a mapping whose type says which keys it has."""
    if fields.raw(key) == NONE:
        return None
    kind = fields.within(key, PER_PERIOD_KEYS | STEPPED_KEYS).choice("type", (PER_PERIOD, STEPPED))
    if kind == STEPPED:
        return _stepped_from(fields.within(key, STEPPED_KEYS))
    return _per_period_from(fields.within(key, PER_PERIOD_KEYS))


def _stepped_from(fields: Fields) -> Stepped:
    return Stepped(
        initial_points=_cost(fields, "initial_points"),
        initial_hours=fields.integer("initial_hours"),
        further_points=_cost(fields, "further_points"),
        further_hours=fields.integer("further_hours", least=1),
        weekend_free=fields.maybe("weekend_free", fields.flag) or False,
    )


def _per_period_from(fields: Fields) -> PerPeriod:
    if fields.has("points") == fields.has("percent_of_mark"):
        raise fields.error("points", "or percent_of_mark must be given, and not both.")
    if fields.has("max_periods") != fields.has("after_max"):
        raise fields.error("max_periods", "and after_max stand together: what happens after how many periods.")
    fields.maybe("after_max", lambda key: fields.choice(key, (ZERO,)))
    return PerPeriod(
        points=fields.maybe("points", lambda key: _cost(fields, key)),
        percent_of_mark=fields.maybe("percent_of_mark", lambda key: _cost(fields, key)),
        period_hours=fields.integer("period_hours", least=1),
        max_periods=fields.maybe("max_periods", fields.integer),
        floor_at=fields.maybe("floor_at", lambda key: _floor(fields, key)),
        weekend_free=fields.maybe("weekend_free", fields.flag) or False,
    )


def _cost(fields: Fields, key: str) -> Fraction:
    return _from_zero(fields, key, "a penalty takes away.")


def _floor(fields: Fields, key: str) -> Fraction:
    return _from_zero(fields, key, "no mark is lowered that far.")


def _from_zero(fields: Fields, key: str, why: str) -> Fraction:
    figure = fields.decimal(key)
    if figure < 0:
        raise fields.error(key, f"is below 0; {why}")
    return figure
