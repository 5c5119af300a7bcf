"""Worked cases of kind ``stack``: micro-credentials that add up to a larger award."""

from collections.abc import Sequence

from lti_tool.domain.comparing import Comparison
from lti_tool.domain.completion import DecisionKind
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.fields import Fields
from lti_tool.domain.grades import grade_words_from
from lti_tool.domain.rounding import ROUNDING_KEYS, rounding_from
from lti_tool.domain.stacking import Compensation, Item, LargerAward, StackDecision, decide_stack

STACK_KEYS = frozenset({"award", "items", "expected"})
AWARD_KEYS = frozenset(
    {
        "name",
        "credits",
        "min_at_level",
        "pass_mark",
        "rounding",
        "grades",
        "compensation",
        "each_item_at_least",
        "min_share",
        "distinction_needs_no_capped",
    }
)
ITEM_KEYS = frozenset({"mc", "credit", "level", "mark", "decision", "capped", "theme", "already_counted_in"})
COMPENSATION_KEYS = frozenset({"min_mark", "max_credit", "mean_at_least"})
EXPECTED_KEYS = frozenset(
    {
        "decision",
        "credit_total",
        "credit_at_level",
        "theme_credit",
        "compensated_credit",
        "mean_exact",
        "mean_reported",
        "grade",
        "reasons",
        "standalone_unchanged",
    }
)


def run_stack(fields: Fields) -> Comparison:
    """Decide the larger award and see that the parts' own records stayed as they were."""
    award = award_from(fields.within("award", AWARD_KEYS))
    items = [_item_from(entry) for entry in fields.each("items", ITEM_KEYS)]
    expected, comparison = fields.within("expected", EXPECTED_KEYS), Comparison()
    try:
        found = decide_stack(award, items)
    except RegulationError as error:
        raise RegulationError(str(error), key=error.key, where=fields.where) from error
    _compare(comparison, expected, found)
    if expected.has("standalone_unchanged"):
        standalone = expected.within("standalone_unchanged", {"mc", "decision", "credit", "mark"})
        _compare_standalone(comparison, standalone, items)
    return comparison


def _compare(comparison: Comparison, expected: Fields, found: StackDecision) -> None:
    comparison.word(expected, "decision", found.decision)
    comparison.integer(expected, "credit_total", found.credit_total)
    comparison.integer(expected, "credit_at_level", found.credit_at_level)
    comparison.integer(expected, "theme_credit", found.theme_credit)
    comparison.integer(expected, "compensated_credit", found.compensated_credit)
    comparison.figure(expected, "mean_exact", found.mean_exact)
    comparison.figure(expected, "mean_reported", found.mean_reported)
    comparison.word(expected, "grade", found.grade)
    comparison.words(expected, "reasons", found.reasons)


def _compare_standalone(comparison: Comparison, expected: Fields, items: Sequence[Item]) -> None:
    name = expected.text("mc")
    item = next((item for item in items if item.mc == name), None)
    if item is None:
        raise expected.error("mc", f"{name!r} is not among the items.")
    comparison.word(expected, "decision", item.decision)
    comparison.integer(expected, "credit", item.own_credit)
    comparison.figure(expected, "mark", item.mark)


def award_from(fields: Fields) -> LargerAward:
    """What a larger award asks for, as a case or an institution writes it."""
    at_level = fields.within("min_at_level", {"level", "credits"}) if fields.has("min_at_level") else None
    share = fields.within("min_share", {"theme", "percent"}) if fields.has("min_share") else None
    return LargerAward(
        credits=fields.integer("credits"),
        pass_mark=fields.decimal("pass_mark"),
        rounding=rounding_from(fields.within("rounding", ROUNDING_KEYS)),
        grades=grade_words_from(fields, "grades"),
        level=at_level.integer("level") if at_level else None,
        credits_at_level=at_level.integer("credits") if at_level else 0,
        compensation=fields.maybe(
            "compensation", lambda key: _compensation_from(fields.within(key, COMPENSATION_KEYS))
        ),
        each_item_at_least=fields.maybe("each_item_at_least", fields.decimal),
        theme=share.text("theme") if share else None,
        theme_percent=share.decimal("percent") if share else LargerAward.theme_percent,
        is_distinction_barred_by_cap=fields.maybe("distinction_needs_no_capped", fields.flag) or False,
    )


def _compensation_from(fields: Fields) -> Compensation:
    return Compensation(
        min_mark=fields.decimal("min_mark"),
        max_credit=fields.integer("max_credit"),
        mean_at_least=fields.decimal("mean_at_least"),
    )


def _item_from(fields: Fields) -> Item:
    return Item(
        mc=fields.text("mc"),
        credit=fields.integer("credit"),
        decision=DecisionKind(fields.choice("decision", DecisionKind)),
        mark=fields.maybe("mark", fields.decimal),
        level=fields.maybe("level", fields.integer),
        theme=fields.maybe("theme", fields.text),
        is_capped=fields.maybe("capped", fields.flag) or False,
        already_counted_in=fields.maybe("already_counted_in", fields.text),
    )
