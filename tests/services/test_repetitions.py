"""What is news of a source, and what it showed before; through the database in the tests of outcomes and typed_over."""

import pytest

from lti_tool.models.outcome import Outcome
from lti_tool.services import repetitions
from lti_tool.services.outcome_values import CANVAS_CSV, IDENTITY, MARKSHEET, MOODLE_CSV, NewOutcome
from tests.services.taking_in import mark


def row(result: NewOutcome, before: str = "", standing: str = "counted") -> Outcome:
    """The row that it became."""
    return Outcome(
        source=result.source, status=result.status, raw=result.raw, out_of=result.out_of, gate=result.gate,
        source_at=result.source_at, standing=standing, delivery=result.digest(before),
    )


def history(*results: NewOutcome) -> list[Outcome]:
    rows: list[Outcome] = []
    for result in results:
        before = next((old.delivery for old in reversed(rows) if old.source == result.source), "")
        rows.append(row(result, before))
    return rows


def typed(status: str) -> NewOutcome:
    return NewOutcome(source=MARKSHEET, status=status, read_at=mark("1").read_at)


@pytest.mark.parametrize(("shown", "then", "is_news"), [
    pytest.param([], mark("60"), True, id="the first"),
    pytest.param([mark("60")], mark("60"), False, id="again, without a time"),
    pytest.param([mark("60", after=0)], mark("60", after=0), False, id="again, at its time"),
    pytest.param([mark("60", after=0)], mark("60", after=5), True, id="graded anew"),
    pytest.param([mark("60"), mark("65")], mark("60"), True, id="and back, without times"),
    pytest.param([mark("60"), mark("75", source=CANVAS_CSV)], mark("60"), True, id="after another source said else"),
    pytest.param([mark("60"), mark("60", source=CANVAS_CSV)], mark("60"), False, id="after another said the same"),
    pytest.param([mark("75"), typed("absent")], mark("75", source=CANVAS_CSV), False, id="under a word typed over it"),
    pytest.param([mark("75"), typed("absent")], mark("76", source=CANVAS_CSV), True, id="another under that word"),
    pytest.param([mark("75", after=0), typed("absent")], mark("75", after=5), True, id="graded anew under that word"),
    pytest.param(
        [mark("60", after=0, source=MOODLE_CSV), mark("70", after=0, source=MOODLE_CSV)],
        mark("60", after=0, source=MOODLE_CSV), True, id="the right column of an export, after the wrong one",
    ),
])
def test_what_is_news(shown: list[NewOutcome], then: NewOutcome, is_news: bool) -> None:
    assert (repetitions.new_delivery(then, history(*shown), "") is not None) is is_news


def test_each_delivery_has_a_name_of_its_own() -> None:
    rows = history(mark("60"), mark("65"), mark("60"), mark("65"))
    assert len({one.delivery for one in rows}) == 4


def test_what_was_taken_back_is_forgotten() -> None:
    gone = Outcome(source=IDENTITY, status="pending", standing="counted", delivery="taken")
    rows = [*history(mark("60")), gone, *history(mark("70"))]
    taken_back, fresh = repetitions.since_taken_back(rows)
    assert (taken_back, list(fresh)) == ("taken", rows[2:])
    assert repetitions.since_taken_back(rows[:1]) == ("", rows[:1])


@pytest.mark.parametrize(("ours", "theirs", "is_same"), [
    (mark("60"), mark("60.00"), True), (mark("60"), mark("6", out_of="10"), True), (mark("60"), mark("61"), False),
    (typed("absent"), typed("absent"), True), (typed("absent"), mark("0"), False),
])
def test_the_same_however_it_is_written(ours: NewOutcome, theirs: NewOutcome, is_same: bool) -> None:
    assert repetitions.is_same_figure(row(ours), theirs) is is_same
