"""Worked cases that are lists of ``checks``: kinds ``dates``, ``convert`` and ``quorum``."""

from collections.abc import Callable

from lti_tool.domain.comparing import Comparison
from lti_tool.domain.conversion import ConversionRule, uk_to_ects
from lti_tool.domain.dates import is_valid_on, last_valid_day, latest_completion
from lti_tool.domain.fields import Fields
from lti_tool.domain.quorum import is_quorate

CREDIT_AGE, COMPLETION = "credit_age", "completion"
DATES_KEYS = frozenset({"rule", "checks"})
CONVERT_KEYS = QUORUM_KEYS = frozenset({"checks"})
QUORUM_CHECK = frozenset({"internal_members", "internal_present", "external_present", "quorate"})


def run_dates(fields: Fields) -> Comparison:
    """Check how long credit may be used, or by when one must complete."""
    kind = fields.within("rule", {"type", "years", "inclusive", "weeks"}).choice("type", (CREDIT_AGE, COMPLETION))
    return _credit_age(fields) if kind == CREDIT_AGE else _completion(fields)


def _credit_age(fields: Fields) -> Comparison:
    rule = fields.within("rule", {"type", "years", "inclusive"})
    years = rule.integer("years", most=200)
    if not rule.flag("inclusive"):
        raise rule.error("inclusive", "must be true: the last day is included.")

    def check(entry: Fields, comparison: Comparison) -> None:
        awarded = entry.day("awarded")
        comparison.word(entry, "last_valid_day", last_valid_day(awarded, years).isoformat())
        if entry.has("valid"):
            comparison.flag(entry, "valid", is_valid_on(entry.day("used_on"), awarded, years))

    return _run(fields, frozenset({"awarded", "used_on", "valid", "last_valid_day"}), check)


def _completion(fields: Fields) -> Comparison:
    weeks = fields.within("rule", {"type", "weeks"}).integer("weeks", most=5_000)

    def check(entry: Fields, comparison: Comparison) -> None:
        leave = entry.maybe("leave_days", lambda key: entry.integer(key, most=50_000)) or 0
        end = latest_completion(entry.day("registered"), weeks, leave)
        comparison.word(entry, "latest_completion", end.isoformat())

    return _run(fields, frozenset({"registered", "leave_days", "latest_completion"}), check)


def run_convert(fields: Fields) -> Comparison:
    """Check conversions of credit under their named rules."""

    def check(entry: Fields, comparison: Comparison) -> None:
        source = entry.within("from", {"scheme", "credit"})
        source.choice("scheme", ("UK",))
        entry.choice("to", ("ECTS",))
        rule = ConversionRule(entry.choice("rule", ConversionRule))
        comparison.figure(entry, "expected", uk_to_ects(source.decimal("credit"), rule))

    return _run(fields, frozenset({"from", "to", "rule", "expected"}), check)


def run_quorum(fields: Fields) -> Comparison:
    """Check which attendances may decide."""

    def check(entry: Fields, comparison: Comparison) -> None:
        members, present = entry.integer("internal_members"), entry.integer("internal_present")
        if present > members:
            raise entry.error("internal_present", "is more than there are members.")
        comparison.flag(entry, "quorate", is_quorate(members, present, entry.integer("external_present")))

    return _run(fields, QUORUM_CHECK, check)


def _run(fields: Fields, known: frozenset[str], check: Callable[[Fields, Comparison], None]) -> Comparison:
    entries = fields.each("checks", known)
    if not entries:
        raise fields.error("checks", "is empty, so the case proves nothing.")
    comparison = Comparison()
    for entry in entries:
        check(entry, comparison)
    return comparison
