from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.differences import Held, compare

SIXTY = Held(mark=Decimal(60), grade="Merit", credit=Decimal(15), status="marked", is_final=True)

HELD = st.builds(
    Held,
    mark=st.none() | st.decimals(0, 100, places=2),
    grade=st.sampled_from([None, "", "Pass"]),
    credit=st.none() | st.decimals(0, 60, places=1),
    status=st.sampled_from([None, "marked", "absent"]),
    is_final=st.none() | st.booleans(),
    problem=st.sampled_from(["", "", "", "garbled"]),
)
SIDES = st.dictionaries(st.text("abcd", min_size=1, max_size=2), HELD)


def test_each_key_is_in_its_place() -> None:
    ours = {"same": SIXTY, "other": SIXTY, "gone": SIXTY, "torn": SIXTY}
    theirs = {"same": SIXTY, "other": Held(mark=Decimal(59)), "extra": SIXTY, "torn": Held(problem="not JSON")}
    found = compare(ours, theirs)
    assert (found.equal, found.missing, found.unexpected) == (("same",), ("gone",), ("extra",))
    assert [(each.key, each.fields) for each in found.different] == [("other", ("mark",))]
    assert found.unreadable == ("torn",)
    assert found.totals == {"equal": 1, "different": 1, "missing": 1, "unexpected": 1, "unreadable": 1}
    assert not found.is_clean


@pytest.mark.parametrize(
    ("theirs", "fields"),
    [
        pytest.param(Held(mark=Decimal("60.0"), grade="Merit", credit=Decimal("15.0")), (), id="marks are numbers"),
        pytest.param(Held(mark=Decimal(60)), (), id="what they do not keep is not compared"),
        pytest.param(Held(mark=None), ("mark",), id="no mark is not 60"),
        pytest.param(Held(mark=Decimal(60), grade="Pass"), ("grade",), id="grade"),
        pytest.param(Held(mark=Decimal(60), credit=Decimal(0)), ("credit",), id="credit"),
        pytest.param(Held(mark=Decimal(60), status="absent"), ("status",), id="status"),
        pytest.param(Held(mark=Decimal(60), is_final=False), ("is_final",), id="still in the waiting room"),
    ],
)
def test_what_differs_is_named(theirs: Held, fields: tuple[str, ...]) -> None:
    found = compare({"k": SIXTY}, {"k": theirs})
    assert tuple(name for each in found.different for name in each.fields) == fields


@pytest.mark.parametrize("mark", ["NaN", "Infinity", "sNaN"])
def test_a_mark_that_is_no_number_is_unreadable(mark: str) -> None:
    assert compare({"k": SIXTY}, {"k": Held(mark=Decimal(mark))}).unreadable == ("k",)


def test_zero_is_not_a_missing_mark() -> None:
    assert not compare({"k": Held(mark=Decimal(0))}, {"k": Held(mark=None)}).is_clean


@given(SIDES)
def test_comparing_with_itself_finds_nothing_but_what_cannot_be_read(side: dict[str, Held]) -> None:
    found = compare(side, side)
    assert (found.different, found.missing, found.unexpected) == ((), (), ())
    assert len(found.equal) + len(found.unreadable) == len(side)


@given(SIDES, SIDES)
def test_the_totals_add_up(ours: dict[str, Held], theirs: dict[str, Held]) -> None:
    found = compare(ours, theirs)
    assert sum(found.totals.values()) == len(ours.keys() | theirs.keys())
    both = len(found.equal) + len(found.different)
    torn = set(found.unreadable)
    assert found.ours_total == both + len(found.missing) + len(torn & ours.keys())
    assert found.theirs_total == both + len(found.unexpected) + len(torn & theirs.keys())
