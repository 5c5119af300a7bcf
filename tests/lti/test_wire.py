"""Decimals go out as the numbers they show."""

import json
from decimal import Decimal

import pytest

from lti_tool.lti import wire


@pytest.mark.parametrize("value, text", [
    pytest.param(Decimal("62.50"), "62.50", id="as it is written"),
    pytest.param(Decimal("0.1"), "0.1", id="one tenth, exactly"),
    pytest.param(Decimal("1E+2"), "100", id="no exponent"),
    pytest.param(Decimal("-3.25"), "-3.25", id="below zero"),
    pytest.param(Decimal("12345678901234567.123456789"), "12345678901234567.123456789", id="more digits than a float"),
])
def test_a_decimal_is_a_number(value: Decimal, text: str) -> None:
    assert wire.dumps({"scoreGiven": value}) == f'{{"scoreGiven":{text}}}'


def test_a_text_that_looks_like_a_number_stays_a_text() -> None:
    assert json.loads(wire.dumps({"id": "62.5", "score": Decimal("62.5")})) == {"id": "62.5", "score": 62.5}


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), object()])
def test_what_is_no_number_of_json_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        wire.dumps({"scoreGiven": value})


@pytest.mark.parametrize("value, text", [
    ("a-1", "a-1"), (7, "7"), ("", ""), (True, ""), (None, ""), (7.5, ""), ("x" * 255, "x" * 255), ("x" * 256, ""),
    ("a\0", ""),
])
def test_ids_are_text_or_none_at_all(value: object, text: str) -> None:
    assert wire.id_of(value) == text
