from datetime import timedelta
from fractions import Fraction

import pytest

from lti_tool.domain.attempts import Attempt, Status
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.marks import ComponentFigure, figure_of
from lti_tool.domain.schemes import Component
from lti_tool.domain.standings import standings

from .facts import DUE, PER_DAY, attempt, component, gate, notebook, reassessment, regulations


def figure(*attempts: Attempt, part: Component | None = None, **changes: object) -> ComponentFigure:
    standing = standings([part or component()], attempts, 9)[0]
    return figure_of(standing, regulations(**changes), notebook())


def test_step_1_a_raw_mark_is_brought_to_the_scale_exactly() -> None:
    assert figure(attempt(raw="5"), part=component(out_of="9")).mark == Fraction(500, 9)


@pytest.mark.parametrize("raw", ["-0.1", "9.1"])
def test_step_1_a_raw_mark_outside_what_is_possible_is_refused_without_printing_it(raw: str) -> None:
    with pytest.raises(RegulationError, match="attempt 1 of A: raw lies outside what is possible") as caught:
        figure(attempt(raw=raw), part=component(out_of="9"))
    assert raw not in str(caught.value)


def test_step_2_the_penalty_is_kept_beside_the_mark() -> None:
    found = figure(attempt(raw="62", submitted=DUE + timedelta(hours=1)), part=component(due=DUE), late=PER_DAY)
    assert (found.mark, found.unpenalised, found.penalty, found.is_capped) == (57, 62, 5, False)


def test_step_2_the_deadline_is_the_attempts_own_or_else_its_components() -> None:
    own = attempt(raw="62", due=DUE + timedelta(days=9), submitted=DUE + timedelta(days=8))
    assert figure(own, part=component(due=DUE), late=PER_DAY).penalty == 0


def test_step_3_a_reassessment_is_capped_and_keeps_its_uncapped_mark() -> None:
    found = figure(attempt(raw="30"), attempt(raw="65", number=2))
    assert (found.mark, found.uncapped, found.is_capped, found.attempt) == (50, 65, True, 2)


def test_step_3_the_cap_comes_after_the_penalty() -> None:
    late = attempt(raw="54", number=2, due=DUE, submitted=DUE + timedelta(seconds=1))
    assert figure(attempt(raw="30"), late, late=PER_DAY).mark == 49


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        pytest.param(attempt(raw="65", number=2, first_sit=True), reassessment(), id="a first sit"),
        pytest.param(attempt(raw="65", number=2), reassessment(cap_level="module"), id="a cap on the module only"),
        pytest.param(attempt(raw="65", number=2), reassessment(cap_level="none"), id="no cap"),
        pytest.param(attempt(raw="65", number=1), reassessment(), id="a first attempt"),
    ],
)
def test_step_3_what_is_not_capped_here(record: Attempt, rule: object) -> None:
    assert (figure(record, reassessment=rule).mark, figure(record, reassessment=rule).is_capped) == (65, False)


def test_step_1_all_of_the_marks_and_none_of_them_are_possible() -> None:
    assert figure(attempt(raw="9"), part=component(out_of="9")).mark == 100
    assert figure(attempt(raw="0"), part=component(out_of="9")).mark == 0


def test_step_3_a_reassessment_at_the_cap_is_not_said_to_be_capped() -> None:
    notes = notebook()
    standing = standings([component()], [attempt(raw="50", number=2)], 1)[0]
    figure_of(standing, regulations(), notes)
    assert [finding.text for finding in notes.findings] == ["A: 50."]


def test_step_3_a_reassessment_below_the_cap_is_not_called_capped() -> None:
    assert not figure(attempt(raw="30"), attempt(raw="50", number=2)).is_capped


@pytest.mark.parametrize(
    ("first", "second", "counts", "number"),
    [
        pytest.param("45", "40", "best", 1, id="best: the higher"),
        pytest.param("45", "40", "last", 2, id="last: the newest"),
        pytest.param("50", "80", "best", 1, id="best after the cap, equal: the earlier"),
    ],
)
def test_step_4_which_attempt_counts(first: str, second: str, counts: str, number: int) -> None:
    found = figure(attempt(raw=first), attempt(raw=second, number=2), reassessment=reassessment(counts=counts))
    assert found.attempt == number


def test_step_4_a_zero_from_absence_is_a_mark_and_the_last_one_counts() -> None:
    found = figure(attempt(raw="45"), attempt(status=Status.ABSENT, number=2), reassessment=reassessment(counts="last"))
    assert (found.mark, found.status) == (0, Status.ABSENT)


def test_step_4_a_deferred_resit_leaves_the_mark_that_there_is() -> None:
    found = figure(
        attempt(raw="45"), attempt(status=Status.DEFERRED, number=2), reassessment=reassessment(counts="last")
    )
    assert (found.mark, found.attempt) == (45, 1)


LATE = attempt(raw="58", submitted=DUE + timedelta(days=1, hours=1))


def test_a_carried_attempt_takes_the_unpenalised_mark_and_is_capped() -> None:
    carried = attempt(number=2, status=Status.CARRIED, from_attempt=1)
    found = figure(LATE, carried, part=component(due=DUE), late=PER_DAY, late_fail_carries_forward=True)
    assert (found.mark, found.uncapped, found.penalty, found.is_capped) == (50, 58, 0, True)


def test_a_mark_may_be_carried_on_from_one_that_was_carried() -> None:
    carried = [attempt(number=n, status=Status.CARRIED, from_attempt=n - 1) for n in (2, 3)]
    rule = reassessment(counts="last", cap_level="none")
    found = figure(
        LATE, *carried, part=component(due=DUE), late=PER_DAY, late_fail_carries_forward=True, reassessment=rule
    )
    assert (found.mark, found.attempt) == (58, 3)


@pytest.mark.parametrize(
    ("records", "carries", "words"),
    [
        pytest.param(
            [LATE, attempt(number=2, status=Status.CARRIED, from_attempt=1)],
            False,
            "does not say late_fail",
            id="no rule",
        ),
        pytest.param(
            [LATE, attempt(number=2, status=Status.CARRIED, from_attempt=2)], True, "not an earlier", id="itself"
        ),
        pytest.param([attempt(number=2, status=Status.CARRIED, from_attempt=1)], True, "not an earlier", id="nothing"),
        pytest.param(
            [attempt(status=Status.ABSENT), attempt(number=2, status=Status.CARRIED, from_attempt=1)],
            True,
            "not an earlier attempt with a mark",
            id="an absence",
        ),
    ],
)
def test_only_an_earlier_mark_can_be_carried_and_only_where_the_set_says_so(
    records: list[Attempt], carries: bool, words: str
) -> None:
    with pytest.raises(RegulationError, match=words):
        figure(*records, late_fail_carries_forward=carries)


def test_pending_shows_no_mark_even_beside_an_older_one() -> None:
    found = figure(attempt(raw="45"), attempt(number=2, status=Status.PENDING))
    assert (found.mark, found.status, found.attempt) == (None, Status.PENDING, 2)


def test_no_attempt_at_all_is_pending_attempt_0() -> None:
    assert (figure().status, figure().attempt, figure().mark) == (Status.PENDING, 0, None)


def test_a_gate_has_an_outcome_and_no_mark() -> None:
    found = figure(attempt("V", outcome="pass", number=2), part=gate())
    assert (found.outcome, found.mark, found.is_capped, found.is_reassessment) == ("pass", None, False, False)


def test_an_exempt_component_has_no_mark_whatever_was_there_before() -> None:
    assert figure(attempt(raw="45"), attempt(number=2, status=Status.EXEMPT)).mark is None
