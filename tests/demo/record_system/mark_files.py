"""Reads the record files that senders leave: this side's own understanding of three formats.

Told apart by their first line: SITS marks, Banner or Colleague final grades, and two columns without a header.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.demo.record_system.students import Student, Students


class Unreadable(Exception):
    """The file as a whole is not one of ours."""


@dataclass(frozen=True)
class MarkLine:
    """One line, before anybody asked whether the student exists."""

    row: int
    registration: str
    student: str
    run: str
    occurrence: str
    period: str
    component: str
    attempt: str
    mark: str
    grade: str
    credit: str
    board: str

    @property
    def key(self) -> str:
        """What makes two lines one mark here."""
        who = self.registration or self.student
        return "|".join((who, self.run, self.occurrence, self.period, self.component, self.attempt))


def read_mark_file(data: bytes, about: Mapping[str, Any]) -> list[MarkLine]:
    """The lines of a file; ``about`` is the run that its sidecar names, for files that do not name one."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable("not a CSV file in UTF-8") from error
    match rows:
        case [["SPR_CODE", *_] as header, *lines]:
            return [_sits(number, dict(zip(header, line, strict=True))) for number, line in enumerate(lines, 1)]
        case [["Term Code" | "Person ID", *_] as header, *lines]:
            return [_banner(number, dict(zip(header, line, strict=True))) for number, line in enumerate(lines, 1)]
        case [[_, _], *_]:
            return [_two_columns(number, line, about) for number, line in enumerate(rows, 1)]
    raise Unreadable("the first line is none that is known here")


def _sits(number: int, cells: Mapping[str, str]) -> MarkLine:
    return MarkLine(
        row=number, registration=cells["SPR_CODE"], student="", run=cells["MOD_CODE"], occurrence=cells["MAV_OCCUR"],
        period=f"{cells['AYR_CODE']} {cells['PSL_CODE']}".strip(), component=cells["MAB_SEQ"],
        attempt=cells["ATTEMPT"], mark=cells["ACTUAL_MARK"], grade=cells["ACTUAL_GRADE"], credit=cells["CREDIT"],
        board=cells["BOARD_REF"],
    )


def _banner(number: int, cells: Mapping[str, str]) -> MarkLine:
    run, occurrence = cells.get("Course", ""), cells.get("CRN", "")
    if "Section" in cells:
        run, _, occurrence = cells["Section"].partition("-")
    return MarkLine(
        row=number, registration="", student=cells.get("Student ID") or cells.get("Person ID", ""), run=run,
        occurrence=occurrence, period=cells.get("Term Code") or cells.get("Term", ""), component="", attempt="",
        mark="", grade=cells["Final Grade"], credit="", board="",
    )


def _two_columns(number: int, line: list[str], about: Mapping[str, Any]) -> MarkLine:
    student, said = line
    is_mark = said[:1].isdigit()  # 0 is a mark; AB is not
    return MarkLine(
        row=number, registration="", student=student, run=str(about["run"]), occurrence=str(about["occurrence"]),
        period=str(about["period"]), component=str(about["component"]), attempt="", mark=said if is_mark else "",
        grade="" if is_mark else said, credit="", board="",
    )


def totals_fault(lines: list[MarkLine], totals: Mapping[str, Any]) -> str:
    """What does not add up: lines, marks present, their sum, the sum of credits where the file has credits."""
    try:
        marks = [Decimal(line.mark) for line in lines if line.mark]
        credits = [Decimal(line.credit) for line in lines if line.credit]
        if len(lines) != totals["rows"]:
            return f"{len(lines)} lines, the sidecar says {totals['rows']}"
        if marks and (len(marks), sum(marks)) != (totals["with_mark"], Decimal(totals["marks"])):
            return "the marks do not add up to the sidecar's total"
        if credits and sum(credits) != Decimal(totals["credits"]):
            return "the credits do not add up to the sidecar's total"
    except (InvalidOperation, KeyError, TypeError):
        return "a figure is not a number"
    return ""


def who_is(line: MarkLine, students: Students) -> tuple[Student | None, list[str]]:
    """The person of a line, and which of their registrations are on its run."""
    if line.registration:
        student = students.by_registration.get(line.registration)
    else:
        student = students.by_number.get(line.student) or students.by_number.get(f"S{line.student}")
    if student is None:
        return None, []
    on_run = [code for code, classes in student.registrations.items() if line.run in classes]
    return student, [code for code in on_run if line.registration in ("", code)]
