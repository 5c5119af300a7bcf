"""Receipts, rejects and extracts, as sites really write them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connectors.file_answers import place_of, read_extract, read_table
from connectors.file_batch import Row
from connectors.file_profiles import SITS_MARKS
from connectors.testing import a_record

HEADER = ("student,registration,run,occurrence,period,component,attempt,actual_mark,agreed_mark,grade,state,"
          "reference,agreed_on\r\n")


def row(**changes: object) -> Row:
    return Row.of(a_record(**changes), row=1, sending=0)


def test_a_table_is_read_under_our_words() -> None:
    profile = replace(SITS_MARKS, answers={"code": "ERROR_CODE", "row": "LINE"}, delimiter=";")
    data = "\ufeffLINE ; ERROR_CODE;Extra\r\n1; E7 ;x\r\n;;\r\n".encode()
    assert read_table(data, profile, "row", "code") == [{"row": "1", "code": "E7", "extra": "x"}]


@pytest.mark.parametrize(("data", "words"), [
    (b"\xff\xfe", "UTF-8"), (b'a,"b', "CSV"), (b"a,b\r\n", "no column row"), (b"", "no column row"),
])
def test_a_table_that_cannot_be_read_is_told(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_table(data, SITS_MARKS, "row")


def test_an_extract_says_what_was_agreed_and_what_is_actual() -> None:
    agreed, actual = read_extract((
        HEADER + "S1,S1/1,class-1,A,2025/6 T3,,1,49,50,P,agreed,EB-1,2026-07-01\r\n"
        "S2,S2/1,class-1,A,2025/6 T3,,1,0,,F,actual,,\r\n").encode(), SITS_MARKS)
    assert (agreed.mark, agreed.is_agreed, agreed.reference, agreed.agreed_on) == (
        Decimal(50), True, "EB-1", date(2026, 7, 1))
    assert (actual.mark, actual.is_agreed) == (Decimal(0), False)


@pytest.mark.parametrize(("line", "words"), [
    ("S1,S1/1,r,A,p,,1,fifty,,,actual,,\r\n", "line 1 has a mark"),
    ("S1,S1/1,r,A,p,,1,,50,,agreed,EB,soon\r\n", "line 1 has a date"),
    (",,r,A,p,,1,50,,,actual,,\r\n", "line 1 names no student"),
])
def test_an_extract_line_that_cannot_be_read_is_named(line: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_extract((HEADER + line).encode(), SITS_MARKS)


@pytest.mark.parametrize(("line", "is_ours"), [
    pytest.param("S0000001,S0000001/1,class-1,A,2025/6 T3,,1", True, id="period in two fields"),
    pytest.param("S0000001,,class-1,A,2025/6-T3,,", True, id="by student where there is no registration"),
    pytest.param("S0000001,S0000001/2,class-1,A,2025/6-T3,,1", False, id="the other registration of one person"),
    pytest.param("S0000001,S0000001/1,class-1,A,2025/6-T3,001,1", False, id="another component"),
    pytest.param("S0000001,S0000001/1,class-1,A,2025/6-T3,,2", False, id="another attempt"),
    pytest.param("S0000001,S0000001/1,class-1,B,2025/6-T3,,1", False, id="another occurrence"),
    pytest.param("S0000001,S0000001/1,class-1,A,2024/5-T3,,1", False, id="another year"),
])
def test_an_extract_line_is_about_our_line_by_registration_run_and_component(line: str, is_ours: bool) -> None:
    (found,) = read_extract((HEADER + line + ",50,,,actual,,\r\n").encode(), SITS_MARKS)
    assert found.is_about(row()) is is_ours


def test_a_place_keeps_leading_noughts() -> None:
    run = a_record().run
    assert place_of(row(run=replace(run, component="001"))) != place_of(row(run=replace(run, component="1")))
