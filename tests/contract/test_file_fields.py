"""Every field of a record file, and what it refuses to say."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connectors.contract import BoardReference
from connectors.errors import ErrorClass, Rejected
from connectors.file_fields import FIELDS, Formats, decimal_text, disarmed
from connectors.testing import a_record

FORMATS = Formats(date_format="%d/%m/%Y", status_codes={"absent": "AB", "pending": "PE"})


def said(field: str, formats: Formats = FORMATS, **changes: object) -> str:
    return FIELDS[field](a_record(**changes), formats)


@pytest.mark.parametrize(("value", "text"), [
    ("0", "0"), ("0.00", "0"), ("49.50", "49.5"), ("100", "100"), ("1E+2", "100"), ("0.10", "0.1"),
])
def test_a_figure_is_plain_text(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text


@pytest.mark.parametrize("text", ["=1+1", "+44", "-5", "@cmd", "\t=1", "\r=1"])
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    assert disarmed(text).startswith("'") or not text.strip().startswith(disarmed(text)[:1])
    assert not disarmed(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_harmless_text_stays_as_it_is_and_lines_are_joined() -> None:
    assert disarmed("A-") == "A-"
    assert disarmed("0012345") == "0012345"
    assert disarmed("two\r\nlines") == "two lines"


@pytest.mark.parametrize(("status", "mark", "mark_or_status", "grade_or_status"), [
    pytest.param("marked", Decimal(0), "0", "F", id="nought is a mark"),
    pytest.param("absent", None, "AB", "AB", id="absent is a code"),
    pytest.param("absent", Decimal(0), "0", "AB", id="nought for absence says both"),
    pytest.param("pending", None, "PE", "PE", id="pending is another code"),
    pytest.param("misconduct_zero", Decimal(0), "0", "F", id="a nought with no code of its own"),
])
def test_nought_and_absence_stay_two_things(
    status: str, mark: Decimal | None, mark_or_status: str, grade_or_status: str,
) -> None:
    changes = {"status": status, "mark": mark, "grade": "F"}
    assert (said("mark_or_status", **changes), said("grade_or_status", **changes)) == (mark_or_status, grade_or_status)


def test_a_missing_mark_without_a_code_is_refused() -> None:
    with pytest.raises(Rejected, match="deferred") as caught:
        said("mark_or_status", status="deferred", mark=None)
    assert caught.value.error_class is ErrorClass.FIX_HERE


@pytest.mark.parametrize(("mark", "decimals", "text"), [("49.50", 1, "49.5"), ("49.0", 0, "49"), ("0", 0, "0")])
def test_a_mark_within_the_decimals_is_written(mark: str, decimals: int, text: str) -> None:
    assert said("mark", replace(FORMATS, decimals=decimals), mark=Decimal(mark)) == text


def test_a_mark_is_never_rounded_for_a_file() -> None:
    with pytest.raises(Rejected, match="decimals") as caught:
        said("mark", replace(FORMATS, decimals=0), mark=Decimal("49.5"))
    assert "49.5" not in str(caught.value)


def test_a_decimal_comma_where_the_site_wants_one() -> None:
    assert said("mark", replace(FORMATS, decimal_mark=","), mark=Decimal("49.5")) == "49,5"


@pytest.mark.parametrize(("period", "year", "slot"), [
    ("2026/7 S1", "2026/7", "S1"), ("2025/6 T1/2", "2025/6", "T1/2"), ("2026/T2", "2026", "T2"),
    ("2025/6-T3", "2025/6", "T3"), ("2026/7", "2026/7", ""), ("202630", "202630", ""), ("", "", ""),
])
def test_a_period_is_a_year_and_a_slot(period: str, year: str, slot: str) -> None:
    run = replace(a_record().run, period=period)
    assert (said("period_year", run=run), said("period_slot", run=run)) == (year, slot)


@pytest.mark.parametrize(("field", "text"), [
    ("student_digits", "0000001"), ("registration", "S0000001/1"), ("board", "EB-2026-06"),
    ("board_date", "12/06/2026"), ("decided_on", "12/06/2026"), ("source", "Cairn course-7 staff-3"), ("final", "Y"),
    ("capped", "N"), ("credit", "10"), ("attempt", "1"), ("scale_max", "100"), ("achievement", "IL5101"),
])
def test_a_field_says_what_its_name_says(field: str, text: str) -> None:
    assert said(field) == text


def test_without_a_board_there_is_no_board() -> None:
    assert [said(field, board=None) for field in ("board", "board_date", "board_authority")] == ["", "", ""]


def test_every_field_says_something_for_a_full_record() -> None:
    board = BoardReference(reference="EB", held_on=date(2026, 6, 12), authority="cairn")
    learner = replace(a_record().learner, remote_id="guid-1")
    run = replace(a_record().run, component="001", scale="PC")
    full = {"board": board, "learner": learner, "run": run, "grade": "A", "note": "n"}
    silent = {field for field in FIELDS if not said(field, **full)}
    assert silent == {"status_code"}
