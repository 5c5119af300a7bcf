"""Keys that never change, and what counts as equal."""

from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.base import decimal_of, equal_records, json_number, record_key, refuse_overwriting, seconds_of, stands
from connectors.contract import AwardRecord, RemoteRecord, RemoteState
from connectors.errors import ErrorClass, Misconfigured, Rejected
from connectors.memory import to_row
from connectors.testing import a_provisional_record, a_record

OURS = a_record(grade="B")
THEIRS = to_row(OURS)
PROVISIONAL = a_provisional_record()


def test_a_key_is_the_same_for_ever() -> None:
    """A changed key would make a second record of every award that was ever sent."""
    key = record_key(institution="inverlea", award="a-1", component="essay", attempt=2, destination="sits")
    assert key == "e09e3afc-d7c0-52e5-ad7e-0a9ce89befda"


def test_parts_of_a_key_do_not_run_together() -> None:
    def of(component: str, destination: str) -> str:
        return record_key(institution="i", award="a", component=component, attempt=1, destination=destination)

    assert of("x,y", "z") != of("x", "y,z")
    assert of("", "x") != of("x", "")


@pytest.mark.parametrize(("changes", "equal"), [
    pytest.param({}, True, id="the same"),
    pytest.param({"mark": Decimal("67.50")}, True, id="the same figure, written longer"),
    pytest.param({"mark": Decimal("67.4")}, False, id="another mark"),
    pytest.param({"mark": None}, False, id="no mark"),
    pytest.param({"grade": "C"}, False, id="another grade"),
    pytest.param({"grade": ""}, True, id="a system without grades"),
    pytest.param({"credit": Decimal(5)}, False, id="other credit"),
    pytest.param({"credit": None}, True, id="a system without credit"),
    pytest.param({"status": "absent"}, False, id="another status"),
    pytest.param({"status": ""}, True, id="a system without status"),
    pytest.param({"state": RemoteState.AGREED}, True, id="agreed there"),
    pytest.param({"state": RemoteState.PROVISIONAL}, False, id="still in the waiting room"),
    pytest.param({"state": RemoteState.WITHDRAWN}, False, id="withdrawn there"),
    pytest.param({"problem": "its score cannot be read"}, False, id="unreadable"),
])
def test_what_counts_as_equal(changes: dict[str, object], equal: bool) -> None:
    assert equal_records(OURS, replace(THEIRS, **changes)) is equal


@pytest.mark.parametrize(("state", "equal"), [
    (RemoteState.PROVISIONAL, True), (RemoteState.AGREED, True), (RemoteState.FINAL, False),
    (RemoteState.WITHDRAWN, False),
])
def test_a_provisional_mark_is_equal_where_it_waits_or_was_agreed(state: RemoteState, equal: bool) -> None:
    assert equal_records(PROVISIONAL, replace(to_row(PROVISIONAL), state=state)) is equal


def test_an_equal_older_record_is_written_again_unless_it_was_agreed_there() -> None:
    later = replace(OURS, version=2)
    assert stands(OURS, THEIRS)
    assert not stands(later, THEIRS)
    assert stands(later, replace(THEIRS, state=RemoteState.AGREED))
    assert stands(later, replace(THEIRS, version=None))
    assert not stands(OURS, None)


@pytest.mark.parametrize(("ours", "theirs", "refused"), [
    pytest.param(OURS, None, False, id="nothing there"),
    pytest.param(OURS, replace(THEIRS, state=RemoteState.WITHDRAWN), False, id="withdrawn there"),
    pytest.param(OURS, to_row(PROVISIONAL), False, id="final over provisional"),
    pytest.param(replace(PROVISIONAL, version=1), replace(to_row(PROVISIONAL), version=2), True, id="older over newer"),
    pytest.param(replace(OURS, version=2), THEIRS, False, id="a later ratified version over final"),
    pytest.param(replace(OURS, mark=Decimal(1)), THEIRS, True, id="the same version over final"),
    pytest.param(replace(PROVISIONAL, version=2), THEIRS, True, id="provisional over final"),
    pytest.param(
        replace(PROVISIONAL, version=2), replace(to_row(PROVISIONAL), state=RemoteState.AGREED), True,
        id="provisional over agreed"),
    pytest.param(
        replace(OURS, version=2), replace(THEIRS, state=RemoteState.AGREED), False,
        id="a later ratified version over agreed"),
    pytest.param(replace(OURS, version=2), replace(THEIRS, version=None), True, id="over a final record not of ours"),
    pytest.param(replace(OURS, version=2), replace(THEIRS, problem="its score cannot be read"), True, id="unreadable"),
])
def test_a_registrar_decides_where_something_would_be_lost(
    ours: AwardRecord, theirs: RemoteRecord | None, refused: bool
) -> None:
    if not refused:
        refuse_overwriting(ours, theirs)
        return
    with pytest.raises(Rejected) as caught:
        refuse_overwriting(ours, theirs)
    assert caught.value.error_class is ErrorClass.DECIDE


@pytest.mark.parametrize(("value", "number"), [
    ("67.5", Decimal("67.5")), (67, Decimal(67)), (Decimal("1.10"), Decimal("1.10")), ("", None), (None, None),
    (True, None), ("NaN", None), ("Infinity", None), ("a lot", None), ({}, None), ("1e3", Decimal(1000)),
    (66.66666666666667, Decimal("66.66666666666667")), ("1e5000", None), ("1e-5000", None), ("9" * 41, None),
])
def test_numbers_as_others_write_them(value: object, number: Decimal | None) -> None:
    assert decimal_of(value) == number


def test_numbers_for_json_are_exact_or_refused() -> None:
    assert repr(json_number(Decimal("67.35"))) == "67.35"
    assert repr(json_number(Decimal("70.0"))) == "70"
    with pytest.raises(ValueError, match="too many places"):
        json_number(Decimal("66.66666666666666666667"))


@pytest.mark.parametrize("text", ["0", "-1", "soon", ""])
def test_seconds_are_above_nought(text: str) -> None:
    with pytest.raises(Misconfigured, match="read_seconds"):
        seconds_of("read_seconds", text)
    assert seconds_of("read_seconds", "2.5") == 2.5


@pytest.mark.parametrize("text", ["-" + "1" * 39, "1" * 40, "0." + "1" * 38, "-1." + "1" * 37, "1e39", "1e-38"])
def test_the_longest_number_is_as_long_as_it_is_written(text: str) -> None:
    assert len(format(Decimal(text), "f")) == 40
    assert decimal_of(text) == Decimal(text)
    longer = {"1e39": "1e40", "1e-38": "1e-39"}.get(text, text + "1")
    assert decimal_of(longer) is None
