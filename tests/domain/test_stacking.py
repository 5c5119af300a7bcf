from dataclasses import replace
from fractions import Fraction

import pytest

from lti_tool.domain.completion import DecisionKind
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.grades import GradeWords
from lti_tool.domain.rounding import Rounding, RoundingMode
from lti_tool.domain.stacking import Compensation, Item, LargerAward, decide_stack

GRADES = GradeWords(steps=((Fraction(70), "Distinction"), (Fraction(60), "Merit"), (Fraction(50), "Pass")))
AWARD = LargerAward(
    credits=30,
    pass_mark=Fraction(50),
    rounding=Rounding(places=1, mode=RoundingMode.HALF_UP),
    grades=GRADES,
)
CARRIES = replace(AWARD, compensation=Compensation(min_mark=Fraction(45), max_credit=20, mean_at_least=Fraction(50)))


def item(mc: str, credit: int, mark: str | None, decision: str = "PASS", **fields: object) -> Item:
    figure = Fraction(mark) if mark is not None else None
    return Item(mc=mc, credit=credit, mark=figure, decision=DecisionKind(decision), **fields)  # type: ignore[arg-type]


def test_the_mean_is_weighted_by_credit_and_rounded_once() -> None:
    found = decide_stack(AWARD, [item("A", 20, "62"), item("B", 10, "55")])
    assert (found.decision, found.mean_exact, found.mean_reported) == ("ELIGIBLE", Fraction(179, 3), Fraction("59.7"))
    assert found.grade == "Pass"


def test_a_competency_item_gives_credit_and_no_mark() -> None:
    found = decide_stack(AWARD, [item("A", 20, "62"), item("B", 10, None)])
    assert (found.is_eligible, found.credit_total, found.mean_exact) == (True, 30, 62)


def test_competency_items_alone_give_no_mean_and_no_grade() -> None:
    found = decide_stack(AWARD, [item("A", 30, None)])
    assert (found.is_eligible, found.mean_exact, found.grade) == (True, None, None)


@pytest.mark.parametrize(
    "decision", ["RESIT", "FAIL_FINAL", "CREDIT_REFUSED", "INCOMPLETE", "DEFERRED", "WITHDRAWN", "NOT_YET"]
)
def test_only_a_pass_counts(decision: str) -> None:
    found = decide_stack(AWARD, [item("A", 20, "62"), item("B", 10, "66", decision)])
    assert (found.reasons, found.counted) == (("credit_shortfall_10",), ("A",))


@pytest.mark.parametrize(
    ("items", "counted", "reasons"),
    [
        pytest.param([item("B", 10, "47", "FAIL_FINAL")], ("A", "B"), (), id="carried"),
        pytest.param([item("B", 10, "47", "RESIT")], ("A", "B"), (), id="a resit too"),
        pytest.param(
            [item("B", 10, "44.9", "FAIL_FINAL")], ("A",), ("credit_shortfall_10",), id="below the least mark"
        ),
        pytest.param([item("B", 10, None, "FAIL_FINAL")], ("A",), ("credit_shortfall_10",), id="no mark to look at"),
        pytest.param(
            [item("B", 10, "47", "CREDIT_REFUSED")], ("A",), ("credit_shortfall_10",), id="a refusal is no fail"
        ),
        pytest.param(
            [item("B", 25, "47", "RESIT"), item("C", 10, "46", "RESIT")],
            ("A", "C"),
            (),
            id="what does not fit is skipped and a later one may",
        ),
        pytest.param(
            [item("B", 15, "47", "RESIT"), item("C", 10, "46", "RESIT")], ("A", "B"), (), id="in the order given"
        ),
    ],
)
def test_compensation(items: list[Item], counted: tuple[str, ...], reasons: tuple[str, ...]) -> None:
    found = decide_stack(CARRIES, [item("A", 20, "62"), *items])
    assert (found.counted, found.reasons) == (counted, reasons)


def test_compensation_needs_the_mean_and_the_sums_still_count_the_item() -> None:
    found = decide_stack(CARRIES, [item("A", 20, "51"), item("B", 10, "47", "RESIT")])
    assert (found.reasons, found.credit_total, found.compensated_credit) == (
        ("compensation_mean", "mean_below_pass"),
        30,
        10,
    )
    assert (found.mean_exact, found.mean_reported, found.grade) == (None, None, None)


def test_compensation_reaches_to_its_very_limits() -> None:
    found = decide_stack(CARRIES, [item("A", 10, "60"), item("B", 20, "45", "RESIT")])
    assert (found.mean_exact, found.is_eligible, found.compensated_credit) == (50, True, 20)


def test_the_parts_own_record_stays_as_it_was() -> None:
    failed = item("B", 10, "47", "FAIL_FINAL")
    decide_stack(CARRIES, [item("A", 20, "62"), failed])
    assert (failed.decision, failed.own_credit, failed.mark) == ("FAIL_FINAL", 0, 47)


@pytest.mark.parametrize(
    ("award", "items", "reasons"),
    [
        pytest.param(
            AWARD,
            [item("A", 30, "62", already_counted_in="Diploma")],
            {"already_counted_A", "credit_shortfall_30"},
            id="spent",
        ),
        pytest.param(
            AWARD,
            [item("A", 30, "62"), item("B", 5, "40", "RESIT", already_counted_in="Z")],
            {"already_counted_B"},
            id="bars even failed",
        ),
        pytest.param(
            replace(AWARD, level=11, credits_at_level=30),
            [item("A", 20, "62", level=12), item("B", 10, "62", level=10)],
            {"level_shortfall_10"},
            id="level, that or higher",
        ),
        pytest.param(
            replace(AWARD, level=11, credits_at_level=30),
            [item("A", 20, "62", level=11), item("B", 10, "62")],
            {"level_shortfall_10"},
            id="an item without level is at none",
        ),
        pytest.param(
            replace(AWARD, theme="data", theme_percent=Fraction(50)),
            [item("A", 16, "62"), item("B", 14, "62", theme="data")],
            {"theme_shortfall"},
            id="share of the award's credits",
        ),
        pytest.param(
            replace(AWARD, theme="data", theme_percent=Fraction(50)),
            [item("A", 15, "62"), item("B", 15, "62", theme="data")],
            set(),
            id="exactly the share",
        ),
        pytest.param(
            replace(AWARD, each_item_at_least=Fraction(45)),
            [item("A", 20, "62"), item("B", 10, "44")],
            {"item_below_B"},
            id="weak item",
        ),
        pytest.param(
            replace(AWARD, each_item_at_least=Fraction(45)),
            [item("A", 20, "62"), item("B", 10, None)],
            set(),
            id="no mark is not weak",
        ),
        pytest.param(AWARD, [item("A", 30, "49.94")], {"mean_below_pass"}, id="mean below"),
        pytest.param(AWARD, [item("A", 30, "49.95")], set(), id="the rounded mean counts"),
    ],
)
def test_every_reason_that_applies_is_given(award: LargerAward, items: list[Item], reasons: set[str]) -> None:
    assert set(decide_stack(award, items).reasons) == reasons


def test_a_capped_item_that_counts_bars_the_top_grade_only() -> None:
    barring = replace(AWARD, is_distinction_barred_by_cap=True)
    capped, spare = item("B", 10, "50", is_capped=True), item("B", 10, "20", "RESIT", is_capped=True)
    assert decide_stack(barring, [item("A", 20, "84"), capped]).grade == "Merit"
    assert decide_stack(AWARD, [item("A", 20, "84"), capped]).grade == "Distinction"
    assert decide_stack(barring, [item("A", 20, "80"), capped]).grade == "Merit", "70 is the top grade already"
    assert decide_stack(barring, [item("A", 20, "60"), capped]).grade == "Pass"
    assert decide_stack(barring, [item("A", 30, "84"), spare]).grade == "Distinction"


def test_credit_counts_once() -> None:
    with pytest.raises(RegulationError, match="an item is listed twice"):
        decide_stack(AWARD, [item("A", 15, "62"), item("A", 15, "62")])
