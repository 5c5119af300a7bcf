"""What a record file looks like, and the profiles that are ready to use."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.contract import AwardRecord
from connectors.errors import ErrorClass, Rejected
from connectors.file_fields import FIELDS, NUMBERS, WHAT, Formats, disarmed

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
STATUS_CODES = {
    "absent": "AB", "deferred": "DE", "exempt": "EX", "pending": "PE", "unagreed": "PE", "withdrawn": "WD",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The shape of one site's record file."""

    name: str
    columns: Mapping[str, str]  # heading → field, or a pattern of fields in braces
    header: bool = True
    bom: bool = False  # a byte order mark makes a spreadsheet read UTF-8, and makes some loaders stumble
    delimiter: str = ","
    formats: Formats = field(default_factory=Formats)
    required: frozenset[str] = frozenset()  # fields that may not be empty
    one_file_per_run: bool = False  # the file does not say which run it is for, so it may hold one only
    overall_only: bool = False  # the target knows no components
    answers: Mapping[str, str] = field(default_factory=dict)  # our word → their heading, in rejects and extracts

    def row(self, record: AwardRecord) -> tuple[str, ...]:
        """One record as the cells of one line, or a refusal that says what is missing."""
        self._refuse_unfit(record)
        return tuple(self._cell(expression, record) for expression in self.columns.values())

    def document(self, rows: Sequence[Sequence[str]]) -> bytes:
        """The whole file: header, lines ending in CR LF (RFC 4180), UTF-8."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n")
        if self.header:
            writer.writerow(self.columns)
        writer.writerows(rows)
        return text.getvalue().encode("utf-8-sig" if self.bom else "utf-8")

    def _cell(self, expression: str, record: AwardRecord) -> str:
        if expression in NUMBERS:
            return NUMBERS[expression](record, self.formats)
        if expression in FIELDS:
            return disarmed(FIELDS[expression](record, self.formats))
        return disarmed(PLACEHOLDER.sub(lambda found: FIELDS[found[1]](record, self.formats), expression))

    def _refuse_unfit(self, record: AwardRecord) -> None:
        if self.overall_only and record.run.component:
            raise _unfit("component", "This file takes overall results only: send `overall` to this destination.")
        for name in sorted(self.required):
            if not FIELDS[name](record, self.formats):
                raise _unfit(name, f"The record has no {name}, which this file needs: see the registration extract.")
        if not any(FIELDS[name](record, self.formats) for name in self.fields & WHAT):
            raise _unfit("mark", "There is no mark, and no column of the file says why: add mark_or_status to it.")

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(name for expression in self.columns.values() for name in fields_of(expression))


def _unfit(code: str, sentence: str) -> Rejected:
    return Rejected(sentence, code=code, error_class=ErrorClass.FIX_HERE)


def fields_of(expression: str) -> tuple[str, ...]:
    """The fields that a column's expression names: ``mark``, or those in braces in ``{run}-{component}``."""
    names = tuple(PLACEHOLDER.findall(expression))
    is_pattern = names and not set("{}") & set(PLACEHOLDER.sub("", expression))
    return names if is_pattern else (expression,)


# StuTalk and the marks import alike want the registration (SPR), not the person.
SITS_MARKS = Profile(
    name="sits_marks",
    columns={
        "SPR_CODE": "registration", "MOD_CODE": "run", "MAV_OCCUR": "occurrence", "AYR_CODE": "period_year",
        "PSL_CODE": "period_slot", "MAB_SEQ": "component", "ATTEMPT": "attempt", "ACTUAL_MARK": "mark",
        "ACTUAL_GRADE": "grade_or_status", "CREDIT": "credit", "BOARD_REF": "board", "BOARD_DATE": "board_date",
        "SOURCE": "source", "RECORD_KEY": "key",
    },
    formats=Formats(date_format="%d/%m/%Y", status_codes=STATUS_CODES),
    required=frozenset({"registration", "run", "period"}),
)
# A term, a section (CRN) and a letter per student; components live in Banner's own gradebook.
BANNER_FINAL_GRADES = Profile(
    name="banner_final_grades",
    columns={
        "Term Code": "period", "CRN": "occurrence", "Student ID": "student_number", "Course": "run",
        "Final Grade": "grade_or_status",
    },
    formats=Formats(status_codes={**STATUS_CODES, "pending": "I", "unagreed": "I", "deferred": "I", "withdrawn": "W"}),
    required=frozenset({"student_number", "period", "occurrence", "grade_or_status"}),
    overall_only=True,
)
COLLEAGUE_FINAL_GRADES = replace(
    BANNER_FINAL_GRADES, name="colleague_final_grades",
    columns={
        "Person ID": "student_number", "Term": "period", "Section": "{run}-{occurrence}",
        "Final Grade": "grade_or_status",
    },
)
# As Edinburgh's EUCLID takes it: number and mark, no header; run and component are chosen on the screen.
TWO_COLUMN = Profile(
    name="two_column",
    columns={"student": "student_number", "mark": "mark_or_status"},
    header=False,
    formats=Formats(status_codes=STATUS_CODES),
    required=frozenset({"student_number", "run", "mark_or_status"}),
    one_file_per_run=True,
)
READY = {p.name: p for p in (SITS_MARKS, BANNER_FINAL_GRADES, COLLEAGUE_FINAL_GRADES, TWO_COLUMN)}
