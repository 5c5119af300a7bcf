from datetime import date

import pytest

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.fields import Fields

from .facts import fields


def test_an_unknown_key_is_named_with_what_is_known() -> None:
    with pytest.raises(RegulationError, match="RC-01: unknown key 'rawe'. Known here: board, raw") as caught:
        Fields({"rawe": "5"}, "RC-01", {"raw", "board"})
    assert caught.value.key == "rawe"


@pytest.mark.parametrize("key", ["title", "source", "by_hand", "note", "name", "reason"])
def test_text_may_stand_anywhere(key: str) -> None:
    assert Fields({key: "words"}, "RC-01", ()).has(key)


def test_what_stands_anywhere_must_be_text() -> None:
    with pytest.raises(RegulationError, match="note must be text, found a number"):
        Fields({"note": 5}, "RC-01", ())


@pytest.mark.parametrize(
    ("read", "value", "words"),
    [
        pytest.param("integer", "15", "whole number without quotes", id="integer quoted"),
        pytest.param("integer", 7.5, "whole number without quotes", id="integer as float"),
        pytest.param("integer", True, "whole number without quotes", id="integer as boolean"),
        pytest.param("integer", -1, "between 0 and", id="integer below 0"),
        pytest.param("decimal", 7.5, "decimal in quotes", id="decimal as float"),
        pytest.param("flag", "yes", "true or false", id="flag as text"),
        pytest.param("text", None, "must be text, found nothing", id="text left empty"),
        pytest.param("instant", "2026-03-02T12:00:00", "no UTC offset", id="instant without offset"),
        pytest.param("instant", "noon", "must be an instant", id="instant in words"),
        pytest.param("instant", "9999-12-31T23:59:59+00:00", "year 9999", id="instant beyond belief"),
        pytest.param("day", "12.6.2021", "must be a date", id="day in another order"),
        pytest.param("entries", "A", "must be a list", id="text for a list"),
        pytest.param("texts", [1], "must list text", id="a number among texts"),
    ],
)
def test_a_wrong_value_gets_one_sentence_naming_its_key(read: str, value: object, words: str) -> None:
    with pytest.raises(RegulationError, match=words) as caught:
        getattr(fields(key=value), read)("key")
    assert caught.value.key == "key"


def test_a_missing_key_is_named() -> None:
    with pytest.raises(RegulationError, match="here: credit is missing"):
        fields("credit").integer("credit")


def test_null_means_left_out_for_what_may_be_left_out() -> None:
    assert fields(mark=None).maybe("mark", fields(mark=None).decimal) is None


def test_an_entry_of_a_list_is_named_by_its_place() -> None:
    with pytest.raises(RegulationError, match=r"here, attempts\[1\]: unknown key 'b'"):
        fields(attempts=[{"a": 1}, {"b": 1}]).each("attempts", {"a"})


def test_days_are_read_as_days() -> None:
    assert fields(awarded="2024-02-29").day("awarded") == date(2024, 2, 29)
