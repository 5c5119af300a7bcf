"""Pictures count everybody once, and say in words what they show."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.web import pictures

MARKS = st.lists(st.decimals(min_value=0, max_value=100, places=2), max_size=60)


@given(MARKS)
def test_every_mark_stands_in_one_bar(marks):
    picture = pictures.mark_distribution(marks, maximum=Decimal(100), pass_mark=Decimal(50))
    assert sum(bar.count for bar in picture.bars) == len(marks)


@pytest.mark.parametrize("mark, bar", [
    pytest.param("0", 0, id="nought is in the first"), pytest.param("49.99", 4, id="just below a border"),
    pytest.param("50", 5, id="a border belongs to the upper bar"),
    pytest.param("100", 9, id="the maximum is in the last"),
])
def test_where_a_mark_stands(mark, bar):
    picture = pictures.mark_distribution([Decimal(mark)], maximum=Decimal(100), pass_mark=Decimal(50))
    assert [place for place, found in enumerate(picture.bars) if found.count] == [bar]


def test_the_summary_says_what_the_eye_sees():
    picture = pictures.mark_distribution(
        [Decimal("49.5"), Decimal(50), Decimal(71)], maximum=Decimal(100), pass_mark=Decimal(50)
    )
    assert picture.summary == "3 with a figure: 2 at 50 or above, 1 below; lowest 49.5, highest 71."


def test_a_border_is_said_to_be_in_one_bar_only():
    picture = pictures.mark_distribution([Decimal(50)], maximum=Decimal(100), pass_mark=Decimal(50))
    assert [bar.label for bar in picture.bars[4:6]] == ["40 to below 50", "50 to below 60"]
    assert picture.bars[-1].label == "90 to 100"


def test_the_scale_is_marked_at_every_border():
    picture = pictures.mark_distribution([], maximum=Decimal(20), pass_mark=Decimal(7), bins=4)
    assert [label for _, label in picture.ticks] == ["0", "5", "10", "15", "20"]
    assert (picture.ticks[0][0], picture.ticks[-1][0]) == (pictures.LEFT, pictures.WIDTH - pictures.LEFT)


def test_no_marks_is_a_sentence_and_no_division_by_nought():
    assert pictures.mark_distribution([], maximum=Decimal(20), pass_mark=Decimal(7)).summary == "No figures yet."


def test_delivery_shows_each_state_that_occurs_in_order():
    picture = pictures.delivery({"confirmed": 6, "ready": 2, "on_hold": 0})
    assert [(bar.label, bar.count) for bar in picture.bars] == [("waiting", 2), ("confirmed", 6)]
    assert picture.bars[1].x == pytest.approx(picture.bars[0].x + picture.bars[0].width)
    assert picture.summary == "8 in all: 2 waiting, 6 confirmed."


def test_delivery_of_nothing():
    assert pictures.delivery({}).summary == "Nothing yet."
