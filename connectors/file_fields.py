"""The fixed set of things a column of a record file can say, each as text.

Text that a spreadsheet would run as a formula is disarmed here, and a figure is never rounded, padded or guessed:
what a file cannot say truthfully is refused before the file is written.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from connectors.contract import AwardRecord
from connectors.errors import ErrorClass, Rejected

# A spreadsheet runs a cell that begins so; registry staff do open these files (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Slots have slashes of their own (T1/2), so a space is looked for first; a year alone (2026/7) has no slot.
PERIOD = re.compile(r"(\S+)\s+(\S+)|(.+)[/-]([A-Za-z]\w*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Formats:
    """How figures, dates and missing marks are written for one site."""

    date_format: str = "%Y-%m-%d"
    decimals: int | None = None  # how many the site takes; None: as decided
    decimal_mark: str = "."
    status_codes: Mapping[str, str] = field(default_factory=dict)  # the site's code of a missing mark: absent → AB


def decimal_text(value: Decimal) -> str:
    """A figure as plain text: ``52``, ``49.5``, ``0``; never ``5.2E+1``."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def disarmed(text: str) -> str:
    """Text on one line that no spreadsheet takes for a formula."""
    line = " ".join(text.splitlines()) if "\n" in text or "\r" in text else text
    return f"'{line}" if line.startswith(FORMULA_STARTS) else line


def _figure(value: Decimal | None, formats: Formats) -> str:
    if value is None:
        return ""
    if formats.decimals is not None and value != round(value, formats.decimals):
        # some uploads take whole numbers only (LSE's); rounding is the regulations' business, not a file's
        raise Rejected(
            f"The figure has more than {formats.decimals} decimals, which this file does not take: "
            "change the rounding in the regulations or the template.",
            code="decimals", error_class=ErrorClass.FIX_HERE,
        )
    return decimal_text(value).replace(".", formats.decimal_mark)


def _day(value: date | None, formats: Formats) -> str:
    return value.strftime(formats.date_format) if value else ""


def _mark(record: AwardRecord, formats: Formats) -> str:
    return _figure(record.mark, formats)


def _status_code(record: AwardRecord, formats: Formats) -> str:
    """The site's code for anything but a plain mark, so that 0 and absent stay two things (LSE reads 0 as absent)."""
    if record.status == "marked":
        return ""
    if record.status not in formats.status_codes:
        if record.mark is not None:
            return ""
        raise Rejected(
            f"The template has no code for the status {record.status!r}: add it under status_codes.",
            code="status", error_class=ErrorClass.FIX_HERE,
        )
    return formats.status_codes[record.status]


def _year_and_slot(record: AwardRecord) -> tuple[str, str]:
    """``2026/7 S1`` or ``2026/T2`` as SITS keeps it, in two: the academic year and the period slot."""
    found = PERIOD.fullmatch(record.run.period)
    if not found:
        return record.run.period, ""
    return found[1] or found[3], found[2] or found[4]


def _source(record: AwardRecord) -> str:
    """One cell that lets registry staff see where a mark came from (the idea of UCL's SITS plugin)."""
    return " ".join(part for part in ("Cairn", record.source.course, record.source.user) if part)


Field = Callable[[AwardRecord, Formats], str]

NUMBERS: dict[str, Field] = {
    "mark": _mark,
    "scale_max": lambda record, formats: _figure(record.scale_max, formats),
    "credit": lambda record, formats: _figure(record.credit, formats),
    "attempt": lambda record, _: str(record.attempt),
    "version": lambda record, _: str(record.version),
}
TEXTS: dict[str, Field] = {
    "student_number": lambda record, _: record.learner.student_number,
    "student_digits": lambda record, _: record.learner.student_number.lstrip("Ss"),  # EUCLID: with or without the S
    "registration": lambda record, _: record.learner.registration,
    "remote_id": lambda record, _: record.learner.remote_id,
    "family_name": lambda record, _: record.learner.family_name,
    "given_name": lambda record, _: record.learner.given_name,
    "display_name": lambda record, _: record.learner.display_name,
    "achievement": lambda record, _: record.achievement.code,
    "achievement_title": lambda record, _: record.achievement.title,
    "credit_scheme": lambda record, _: record.achievement.credit_scheme,
    "level": lambda record, _: record.achievement.level,
    "run": lambda record, _: record.run.code,
    "run_title": lambda record, _: record.run.title,
    "occurrence": lambda record, _: record.run.occurrence,
    "period": lambda record, _: record.run.period,
    "period_year": lambda record, _: _year_and_slot(record)[0],
    "period_slot": lambda record, _: _year_and_slot(record)[1],
    "component": lambda record, _: record.run.component,
    "scale": lambda record, _: record.run.scale,
    "status": lambda record, _: record.status,
    "status_code": _status_code,
    "mark_or_status": lambda record, formats: _mark(record, formats) or _status_code(record, formats),
    "grade": lambda record, _: record.grade,
    "grade_or_status": lambda record, formats: _status_code(record, formats) or record.grade,
    "decision": lambda record, _: record.decision,
    "final": lambda record, _: "Y" if record.is_final else "N",
    "capped": lambda record, _: "Y" if record.is_capped else "N",
    "board": lambda record, _: record.board.reference if record.board else "",
    "board_date": lambda record, formats: _day(record.board.held_on, formats) if record.board else "",
    "board_authority": lambda record, _: record.board.authority if record.board else "",
    "decided_on": lambda record, formats: _day(record.decided_on, formats),
    "source": lambda record, _: _source(record),
    "note": lambda record, _: record.note,
    "award": lambda record, _: record.award,
    "key": lambda record, _: record.key,
}
FIELDS: dict[str, Field] = {**NUMBERS, **TEXTS}

WHO = frozenset({"student_number", "student_digits", "registration", "remote_id"})
# What can carry a result; one of them must have something to say, or the line would be read as "no mark".
WHAT = frozenset({"mark", "mark_or_status", "grade", "grade_or_status", "status_code", "decision"})
