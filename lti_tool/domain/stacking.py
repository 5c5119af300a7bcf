"""Micro-credentials that add up to a larger award. Compensation lives here; the parts' own records stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lti_tool.domain.completion import DecisionKind
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.grades import GradeWords
from lti_tool.domain.rounding import Rounding

ELIGIBLE, NOT_ELIGIBLE = "ELIGIBLE", "NOT_ELIGIBLE"
FAILED = frozenset({DecisionKind.RESIT, DecisionKind.FAIL_FINAL})


@dataclass(frozen=True, kw_only=True)
class Compensation:
    """How much failed credit a good mean may carry."""

    min_mark: Fraction
    max_credit: int
    mean_at_least: Fraction


@dataclass(frozen=True, kw_only=True)
class LargerAward:
    """What the larger award asks for."""

    credits: int
    pass_mark: Fraction
    rounding: Rounding
    grades: GradeWords
    level: int | None = None
    credits_at_level: int = 0
    compensation: Compensation | None = None
    each_item_at_least: Fraction | None = None
    theme: str | None = None
    theme_percent: Fraction = Fraction(0)
    is_distinction_barred_by_cap: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """One micro-credential offered towards the award."""

    mc: str
    credit: int
    decision: DecisionKind
    mark: Fraction | None = None
    level: int | None = None
    theme: str | None = None
    is_capped: bool = False
    already_counted_in: str | None = None

    @property
    def own_credit(self) -> int:
        """The credit of its own record, which stacking never changes."""
        return self.credit if self.decision is DecisionKind.PASS else 0


@dataclass(frozen=True, kw_only=True)
class StackDecision:
    """Whether the items add up. The four sums count the same items; who is not eligible has no mean and no grade."""

    is_eligible: bool
    reasons: tuple[str, ...]
    credit_total: int
    credit_at_level: int | None
    theme_credit: int | None
    compensated_credit: int
    mean_exact: Fraction | None
    mean_reported: Fraction | None
    grade: str | None
    counted: tuple[str, ...]

    @property
    def decision(self) -> str:
        return ELIGIBLE if self.is_eligible else NOT_ELIGIBLE


def decide_stack(award: LargerAward, items: Sequence[Item]) -> StackDecision:
    """Count each item once, compensate in the order given, and give every reason that applies."""
    if len({item.mc for item in items}) != len(items):
        raise RegulationError("an item is listed twice; credit counts once.", key="mc", where="items")
    compensated = _compensated(award, items)
    counting = [item for item in items if _stands(item) or item in compensated]
    mean = _mean(counting)
    rounded = award.rounding.apply(mean) if mean is not None else None
    reasons = tuple(_reasons(award, items, counting, compensated, mean, rounded))
    is_graded = not reasons and rounded is not None
    return StackDecision(
        is_eligible=not reasons,
        reasons=reasons,
        credit_total=sum(item.credit for item in counting),
        credit_at_level=None if award.level is None else _at_level(counting, award.level),
        theme_credit=None if award.theme is None else _of_theme(counting, award.theme),
        compensated_credit=sum(item.credit for item in compensated),
        mean_exact=mean if is_graded else None,
        mean_reported=rounded if is_graded else None,
        grade=_grade(award, counting, rounded) if is_graded and rounded is not None else None,
        counted=tuple(item.mc for item in counting),
    )


def _stands(item: Item) -> bool:
    return item.decision is DecisionKind.PASS and item.already_counted_in is None


def _compensated(award: LargerAward, items: Sequence[Item]) -> list[Item]:
    """The failed items that the rule carries; one that does not fit is skipped, and a later one may still fit."""
    carried: list[Item] = []
    rule = award.compensation
    for item in items:
        if rule is None or item.decision not in FAILED or item.already_counted_in is not None or item.mark is None:
            continue
        total = sum(other.credit for other in carried) + item.credit
        if item.mark >= rule.min_mark and total <= rule.max_credit:
            carried.append(item)
    return carried


def _mean(items: Sequence[Item]) -> Fraction | None:
    """Weighted by credit over the items that have a mark; a competency award gives credit and no mark."""
    marked = [(item.credit, item.mark) for item in items if item.mark is not None and item.credit]
    total = sum(credit for credit, _ in marked)
    return sum((credit * mark for credit, mark in marked), Fraction(0)) / total if total else None


def _at_level(items: Sequence[Item], level: int) -> int:
    return sum(item.credit for item in items if item.level is not None and item.level >= level)


def _of_theme(items: Sequence[Item], theme: str) -> int:
    return sum(item.credit for item in items if item.theme == theme)


def _reasons(
    award: LargerAward,
    items: Sequence[Item],
    counting: Sequence[Item],
    compensated: Sequence[Item],
    mean: Fraction | None,
    rounded: Fraction | None,
) -> list[str]:
    reasons = [f"already_counted_{item.mc}" for item in items if item.already_counted_in is not None]
    shortfall = award.credits - sum(item.credit for item in counting)
    reasons += [f"credit_shortfall_{shortfall}"] if shortfall > 0 else []
    if award.level is not None and (short := award.credits_at_level - _at_level(counting, award.level)) > 0:
        reasons.append(f"level_shortfall_{short}")
    if award.theme is not None and 100 * _of_theme(counting, award.theme) < award.theme_percent * award.credits:
        reasons.append("theme_shortfall")
    if award.each_item_at_least is not None:
        low = [item for item in counting if item.mark is not None and item.mark < award.each_item_at_least]
        reasons += [f"item_below_{item.mc}" for item in low]
    if award.compensation and compensated and mean is not None and mean < award.compensation.mean_at_least:
        reasons.append("compensation_mean")
    if rounded is not None and rounded < award.pass_mark:
        reasons.append("mean_below_pass")
    return reasons


def _grade(award: LargerAward, counting: Sequence[Item], reported: Fraction) -> str | None:
    """The top grade is barred when an item that counts is capped."""
    is_barred = award.is_distinction_barred_by_cap and any(item.is_capped for item in counting)
    top = award.grades.steps[0][0]
    words = award.grades.without_top() if is_barred and reported >= top else award.grades
    return words.word_for(reported)
