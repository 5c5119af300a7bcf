"""Facts: the rows as the rules read them, and to which board each belongs once something is ratified."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.outcomes import Judgement
from lti_tool.services import facts, standing
from lti_tool.services.facts import Fact, Ratified
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


def fact(row, *, place=("A", 1), board=1, settled=True):
    value = Judgement(outcome=place[0], board=board, is_met=settled)
    return Fact(row=row, place=place, board=board, is_settled=settled, value=value)


RESIT_DUE = Ratified(board=1, boards={1: 1, 2: 1}, is_open=True)
DONE = Ratified(board=1, boards={1: 1, 2: 1}, is_open=False)
KNOWN = [fact(1), fact(2, place=("B", 1), settled=False)]


@pytest.mark.parametrize("new, ratified, board", [
    pytest.param(fact(3), RESIT_DUE, 1, id="I3 touches a settled mark: late"),
    pytest.param(fact(3, board=2), RESIT_DUE, 1, id="I3 late also when read for a later board"),
    pytest.param(fact(3, place=("A", 2)), RESIT_DUE, 4, id="another attempt: the next board"),
    pytest.param(fact(3, place=("B", 1)), RESIT_DUE, 4, id="I8 a first sit after a deferral: the next board"),
    pytest.param(fact(3, place=("A", 2), board=2), DONE, 1, id="I3 nothing follows a final result"),
    pytest.param(fact(3), None, 4, id="before any ratification: the next board"),
])
def test_where_a_new_fact_belongs(new, ratified, board):
    assert facts.placed([*KNOWN, new], ratified, next_board=4)[-1].board == board


@pytest.mark.parametrize("known, boards", [
    pytest.param([fact(1), fact(2)], [1, 1], id="set aside before the board: with what replaced it"),
    pytest.param([fact(1), fact(2, settled=False)], [1, 1], id="I8 a mark before the deferral that the board knew"),
    pytest.param([fact(1), fact(2, settled=False), fact(3)], [1, 1, 4], id="I8 and the first sit after it"),
])
def test_what_the_board_knew_to_be_replaced_does_not_come_back(known, boards):
    ratified = Ratified(board=1, boards={2: 1}, is_open=True)
    assert [item.board for item in facts.placed(known, ratified, next_board=4)] == boards


def test_a_late_record_stays_late_when_a_later_board_has_seen_it():
    known = [fact(1), fact(2), fact(3), fact(4, place=("A", 2))]
    ratified = Ratified(board=2, boards={1: 1, 3: 2, 4: 2}, is_open=True)
    assert [item.board for item in facts.placed(known, ratified, next_board=3)] == [1, 1, 1, 2]


def test_a_mark_amended_to_deferred_is_sat_before_the_next_board():
    known = [fact(1), fact(2, settled=False), fact(3)]
    ratified = Ratified(board=1, boards={1: 1, 2: 1}, is_open=True)
    assert [item.board for item in facts.placed(known, ratified, next_board=2)] == [1, 1, 2]


def test_a_fact_belongs_to_the_board_that_first_ratified_it(university):
    run = university.run()
    lena = university.marked(run, "60", "30")
    university.ratify(run)
    university.mark(lena, "PORT", "80", attempt=2)
    university.ratify(run)
    found = Ratified.by(standing.history(university.session, lena))
    assert (list(found.boards.values()), found.board, found.is_open) == ([1, 1, 2], 2, False)


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 3), st.integers(1, 4), st.booleans()), max_size=8))
def test_I3_what_a_board_ratified_stays_as_it_was_whatever_comes(later):
    new = [fact(10 + n, place=(c, attempt), board=board, settled=s) for n, (c, attempt, board, s) in enumerate(later)]
    placed = facts.placed([*KNOWN, *new], RESIT_DUE, next_board=2)
    assert [item.board for item in placed[:2]] == [1, 1]
    assert all(item.board > 1 or item.place == ("A", 1) for item in placed[2:])


def test_of_two_records_at_one_board_the_later_stands():
    assert [item.row for item in facts.by([fact(1), fact(3)], 1)] == [3]


def test_a_board_does_not_know_what_came_for_a_later_one():
    assert facts.by([fact(1), fact(2, board=2)], 1) == [fact(1)]


def test_marks_become_fractions_of_the_component_s_maximum(university):
    lena = university.learner(university.run())
    university.mark(lena, "CRIT", "5", out_of=Decimal(9))
    [found] = facts.attempts(facts.marks_of_all(university.session, [lena], {lena.id: Fraction(100)})[lena.id])
    assert found.raw == Fraction(500, 9)


@pytest.mark.parametrize("due, hours", [
    pytest.param(datetime(2026, 3, 27, 17, tzinfo=UTC), 0, id="winter"),
    pytest.param(datetime(2026, 5, 8, 16, tzinfo=UTC), 1, id="summer"),
])
def test_I18_deadlines_carry_the_offset_of_their_own_day(university, due, hours):
    run = university.run()
    run.components[0].due_at = due
    found = facts.components_of(university.session, run)[0].due
    assert found == due and found.utcoffset() == timedelta(hours=hours)


def test_I18_an_extension_over_the_change_of_clocks_is_counted_in_hours(university):
    run = university.run()
    run.components[0].due_at = due = datetime(2026, 3, 28, 12, tzinfo=UTC)
    found = facts.components_of(university.session, run)[0].due
    assert found + timedelta(hours=24) == due + timedelta(hours=24)


def test_the_overall_column_is_no_component(university):
    run = university.run()
    assert [component.id for component in facts.components_of(university.session, run)] == ["CRIT", "PORT"]


def test_other_standings_do_not_count(university):
    lena = university.learner(university.run())
    university.mark(lena, "CRIT", "60").standing = "compared"
    assert facts.marks_of_all(university.session, [lena], {lena.id: Fraction(100)}) == {lena.id: []}
