"""Decisions as a whole: precedence, explanation, and what must hold for any facts."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.domain.attempts import Attempt, Status
from lti_tool.domain.clauses import Clause
from lti_tool.domain.completion import Decision, DecisionKind, decide, digest_of_inputs
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.regulations import Regulations

from .facts import DUE, PER_DAY, attempt, component, decided, gate, reassessment, regulations, texts

TWO = [component("A", "40", due=DUE), component("B", "60", must_reach="40")]
NO_FIGURE = (None, None, None, 0, False, None)


def figures(found: Decision) -> tuple[object, ...]:
    return (
        found.overall_exact,
        found.overall_reported,
        found.grade,
        found.credit,
        found.is_capped,
        found.uncapped_exact,
    )


@pytest.mark.parametrize(
    ("attempts", "withdrawn", "kind", "outstanding"),
    [
        pytest.param([attempt("A", "71"), attempt("B", "71")], True, "WITHDRAWN", (), id="withdrawn before all else"),
        pytest.param([], True, "WITHDRAWN", (), id="withdrawn without an attempt"),
        pytest.param(
            [attempt("A", "64"), attempt("B", status=Status.PENDING)], False, "INCOMPLETE", ("B",), id="pending"
        ),
        pytest.param(
            [attempt("A", "64"), attempt("B", status=Status.UNAGREED)], False, "INCOMPLETE", ("B",), id="unagreed"
        ),
        pytest.param([attempt("A", "64")], False, "INCOMPLETE", ("B",), id="no attempt"),
        pytest.param(
            [attempt("A", status=Status.DEFERRED)], False, "INCOMPLETE", ("B",), id="incomplete before deferred"
        ),
        pytest.param(
            [attempt("A", "64"), attempt("B", status=Status.DEFERRED)], False, "DEFERRED", ("B",), id="deferred"
        ),
    ],
)
def test_precedence_and_no_figure(
    attempts: list[Attempt], withdrawn: bool, kind: str, outstanding: tuple[str, ...]
) -> None:
    found = decided(TWO, attempts, withdrawn=withdrawn)
    assert (found.kind, found.outstanding) == (kind, outstanding)
    assert figures(found) == NO_FIGURE


def test_the_credit_is_whole_on_a_pass_or_none() -> None:
    assert decided(TWO, [attempt("A", "60"), attempt("B", "60")]).credit == 15
    assert decided(TWO, [attempt("A", "10"), attempt("B", "60")]).credit == 0


def test_a_decision_names_the_regulations_it_was_made_under() -> None:
    assert decided(TWO, [attempt("A", "60"), attempt("B", "60")]).regulations == "T-1"


def test_a_threshold_off_the_scale_is_refused() -> None:
    with pytest.raises(RegulationError, match="component A: must_reach is outside the scale"):
        decided([component(must_reach="101")], [attempt(raw="1")])


def test_a_threshold_may_be_the_end_of_the_scale() -> None:
    assert decided([component(must_reach="100")], [attempt(raw="100")]).kind == "PASS"


def test_the_explanation_reads_step_by_step() -> None:
    late = attempt("A", "62", submitted=DUE + timedelta(hours=25))
    found = decided(TWO, [late, attempt("B", "38"), attempt("B", "65", number=2)], late=PER_DAY)
    assert texts(found).splitlines() == [
        "A: 62 − 10 for lateness (25 h) = 52.",
        "B: 38.",
        "B: 65.",
        "B: attempt 2 is a reassessment, 65 capped at 50.",
        "B: of 38 and 50, attempt 2 counts, the best.",
        "Weighted mean: 40 % of 52 + 60 % of 50 = 50.8.",
        "Overall 50.8 rounded once, half up, to 51.",
        "Pass mark 50 reached by 51.",
        "B: 50 reaches the 40 that is required.",
        "Credit awarded: 15.",
    ]


def test_an_endless_figure_is_marked_as_cut() -> None:
    found = decided([component("Q", "30", out_of="9"), component("R", "70")], [attempt("Q", "5"), attempt("R", "47")])
    assert "Q: 5 of 9 = 55.555…" in texts(found).splitlines()
    assert "Overall 49.566… rounded once, half up, to 50." in texts(found)


@pytest.mark.parametrize(
    ("attempts", "changes", "words"),
    [
        pytest.param([attempt("A", "60")], {}, "B: no attempt yet.", id="no attempt"),
        pytest.param(
            [attempt("A", "60"), attempt("B", status=Status.PENDING)], {}, "pending is not zero", id="pending"
        ),
        pytest.param([attempt("A", "60"), attempt("B", status=Status.UNAGREED)], {}, "have not agreed", id="unagreed"),
        pytest.param([attempt("A", "60"), attempt("B", status=Status.DEFERRED)], {}, "uses no attempt", id="deferred"),
        pytest.param(
            [attempt("A", status=Status.EXEMPT), attempt("B", "60")], {}, "exempt, so it leaves the mean", id="exempt"
        ),
        pytest.param(
            [attempt("A", status=Status.EXEMPT), attempt("B", "60")], {}, "of the 60 % that is not exempt", id="rest"
        ),
        pytest.param(
            [attempt("A", status=Status.ABSENT), attempt("B", "60")], {}, "A: absent without good cause", id="absent"
        ),
        pytest.param(
            [attempt("A", "60"), attempt("B", "30")], {}, "B: 30 is below the 40 that is required", id="threshold"
        ),
        pytest.param([attempt("A", "60"), attempt("B", "30")], {}, "1 of 2 attempts used.", id="attempts"),
        pytest.param(
            [attempt("A", "60"), attempt("B", "30")], {}, "A requirement is missed, so 42 is reported", id="effect"
        ),
        pytest.param(
            [attempt("A", "49"), attempt("B", "50")], {"decide_on": "exact"}, "Reported as 49, so that", id="exact"
        ),
        pytest.param(
            [attempt("A", status=Status.ABSENT), attempt("B", "90")],
            {"min_submitted_weight": "75"},
            "60 % of the weight was submitted; 75 % is required.",
            id="submitted",
        ),
        pytest.param(
            [attempt("A", status=Status.ABSENT), attempt("B", "90")],
            {"absence_effect": "fail_no_right"},
            "there is no reassessment",
            id="absence ends it",
        ),
        pytest.param(
            [attempt("A", "60"), attempt("B", "70", number=2)],
            {"reassessment": reassessment(cap_level="module")},
            "so the overall 66 is capped at 50",
            id="module cap",
        ),
        pytest.param(
            [attempt("A", "6"), attempt("B", "7")],
            {"reassessment": reassessment(min_overall_for_right="30")},
            "7 is below 30: no right to reassessment.",
            id="right",
        ),
    ],
)
def test_every_turn_is_explained(attempts: list[Attempt], changes: dict[str, object], words: str) -> None:
    assert words in texts(decided(TWO, attempts, **changes))


def test_misconduct_is_not_named_in_an_explanation() -> None:
    found = decided(TWO, [attempt("A", "60"), attempt("B", status=Status.MISCONDUCT_ZERO)])
    assert "B: 0, set as a penalty." in texts(found)
    assert "misconduct" not in texts(found).lower()


def test_findings_quote_their_clause_and_say_what_is_met() -> None:
    clauses = {"pass_mark": {"ref": "3.1", "text": "Fifty passes."}}
    found = decided(TWO, [attempt("A", "40"), attempt("B", "45")], clauses=clauses)
    pass_mark = next(finding for finding in found.findings if finding.key == "pass_mark")
    assert (pass_mark.clause, pass_mark.satisfied) == (Clause("3.1", "Fifty passes."), False)


# What must hold for any facts.

PARTS = [component("A", "30", due=DUE, out_of="9"), component("B", "70", must_reach="40"), gate()]
MARKLESS = [Status.ABSENT, Status.DEFERRED, Status.PENDING, Status.UNAGREED, Status.MISCONDUCT_ZERO, Status.EXEMPT]
FIRST = [(part, 1) for part in "ABV"]
LATER = [(part, number) for part in "ABV" for number in (2, 3)]


@st.composite
def records(draw: st.DrawFn, place: tuple[str, int]) -> Attempt:
    """Any one record of one attempt; most are marked, or hardly a history would come to a figure."""
    name, number = place
    fields: dict[str, object] = {"board": draw(st.integers(1, 3)), "number": number, "first_sit": draw(st.booleans())}
    if draw(st.integers(0, 7)) == 0:
        return attempt(name, status=draw(st.sampled_from(MARKLESS)), **fields)
    if name == "V":
        return attempt(name, outcome=draw(st.sampled_from(["pass", "pass", "fail"])), **fields)
    hours = draw(st.integers(-90, 90))
    raw = str(draw(st.integers(20, 90) if name == "A" else st.integers(300, 1000)) / 10)
    return attempt(name, raw, submitted=DUE + timedelta(hours=hours), **fields)


HISTORIES = (
    st.lists(st.sampled_from(LATER), unique=True, max_size=4)
    .flatmap(lambda later: st.tuples(*(records(place) for place in FIRST + later)))
    .map(list)
)
LATE_RULES = [
    "none",
    PER_DAY,
    {**PER_DAY, "max_periods": 3, "after_max": "zero", "floor_at": "50"},
    {"type": "per_period", "percent_of_mark": "10", "period_hours": 24, "weekend_free": True},
    {"type": "stepped", "initial_points": "3", "initial_hours": 8, "further_points": "1", "further_hours": 8},
]
SETS = st.fixed_dictionaries(
    {
        "decide_on": st.sampled_from(["rounded", "exact"]),
        "rounding": st.fixed_dictionaries({"places": st.integers(0, 1), "mode": st.sampled_from(["half_up", "floor"])}),
        "late": st.sampled_from(LATE_RULES),
        "absence_effect": st.sampled_from(["zero", "fail_no_right"]),
        "must_reach_effect": st.sampled_from(["report_just_below_pass", "zero"]),
        "min_submitted_weight": st.sampled_from(["0", "75"]),
        "reassessment": st.fixed_dictionaries(
            {
                "cap_level": st.sampled_from(["component", "module", "none"]),
                "cap_at": st.sampled_from(["50", "60"]),  # at or above the pass mark: see the first property
                "counts": st.sampled_from(["best", "last"]),
                "min_overall_for_right": st.sampled_from(["0", "30"]),
            }
        ),
    }
).map(lambda changes: regulations(**changes))
NO_MEAN = {DecisionKind.WITHDRAWN, DecisionKind.INCOMPLETE, DecisionKind.DEFERRED}


def at_board_3(history: list[Attempt], rules: Regulations) -> Decision | None:
    """The decision at the last board, or None where the history exempts all that weighs."""
    try:
        return decide(components=PARTS, attempts=history, regulations=rules, credit=15, board=3)
    except RegulationError as error:
        assert "are exempt" in str(error)
        return None


@settings(max_examples=200)
@given(HISTORIES, SETS, st.data())
def test_raising_a_mark_never_takes_a_pass_away(
    history: list[Attempt], rules: Regulations, data: st.DataObject
) -> None:
    """Holds where a module cap is not below the pass mark; under a lower one a better resit could cap a pass away."""
    before = at_board_3(history, rules)
    raisable = [n for n, record in enumerate(history) if record.raw is not None]
    if before is None or before.kind is not DecisionKind.PASS or not raisable:
        return
    chosen = data.draw(st.sampled_from(raisable))
    record = history[chosen]
    top = 9 if record.component == "A" else 100
    raised = data.draw(st.fractions(record.raw, Fraction(top), max_denominator=100))
    after = at_board_3([*history[:chosen], replace(record, raw=raised), *history[chosen + 1 :]], rules)
    assert after is not None and after.kind is DecisionKind.PASS


@given(HISTORIES, SETS, st.randoms(use_true_random=False))
def test_the_order_of_the_attempts_does_not_matter(history: list[Attempt], rules: Regulations, random: object) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert at_board_3(history, rules) == at_board_3(shuffled, rules)
    digests = {digest_of_inputs(components=PARTS, attempts=each, regulations=rules) for each in (history, shuffled)}
    assert len(digests) == 1


@settings(max_examples=200)
@given(HISTORIES, SETS)
def test_figures_never_contradict_the_decision(history: list[Attempt], rules: Regulations) -> None:
    found = at_board_3(history, rules)
    if found is None:
        return
    assert (found.credit > 0) == (found.kind is DecisionKind.PASS)
    if found.kind in NO_MEAN:
        assert figures(found) == NO_FIGURE
        return
    assert found.overall_reported is not None and found.overall_exact is not None
    reaches = found.overall_reported >= rules.pass_mark
    assert reaches == (found.kind in (DecisionKind.PASS, DecisionKind.CREDIT_REFUSED))
    assert (found.grade == "Fail") == (found.kind in (DecisionKind.RESIT, DecisionKind.FAIL_FINAL))
    assert (found.grade is None) == (found.kind is DecisionKind.CREDIT_REFUSED)
    assert all(figure.mark is None or 0 <= figure.mark <= 100 for figure in found.components)
    assert found.findings
