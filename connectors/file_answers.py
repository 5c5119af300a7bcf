"""What comes back from a record system that takes files: receipts, rejects, and its own extract of marks."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from connectors.base import decimal_of
from connectors.file_batch import Row
from connectors.file_profiles import Profile

Line = dict[str, str]
AGREED_WORDS = frozenset({"agreed", "a", "ratified", "verified", "final", "posted"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractLine:
    """One mark as the record system holds it."""

    student: str
    registration: str
    run: str
    occurrence: str
    period: str
    component: str
    attempt: str
    mark: Decimal | None
    grade: str
    is_agreed: bool
    reference: str
    agreed_on: date | None

    def is_about(self, row: Row) -> bool:
        """Whether this mark is the one that our line was about; what the extract leaves out does not count."""
        if place_of(self) != place_of(row):
            return False
        if self.attempt and self.attempt != str(row.attempt):
            return False
        # the registration, not the person, wherever the extract has it: 12345678/1 and /2 are two
        return self.registration == row.registration if self.registration else self.student == row.student


def place_of(what: "ExtractLine | Row") -> tuple[str, ...]:
    """Run, occurrence, period and component; ``2026/T2`` and ``2026 T2`` are one period, kept in two fields there."""
    return (what.run, what.occurrence, re.sub(r"[^0-9A-Za-z]+", " ", what.period), what.component)


def read_table(data: bytes, profile: Profile, *needs: str) -> list[Line]:
    """A CSV file with a header as lines under our words; ``ValueError`` says why it is none."""
    try:
        text = data.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=profile.delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError("the file is not CSV in UTF-8") from error
    ours = {heading: word for word, heading in profile.answers.items()}
    header = [ours.get(cell.strip(), cell.strip().lower()) for cell in lines[0]] if lines else []
    missing = [word for word in needs if word not in header]
    if missing:
        raise ValueError(f"the file has no column {', '.join(profile.answers.get(word, word) for word in missing)}")
    return [dict(zip(header, (cell.strip() for cell in cells), strict=False)) for cells in lines[1:] if any(cells)]


def read_extract(data: bytes, profile: Profile) -> list[ExtractLine]:
    """The marks of an extract; ``ValueError`` names the line that cannot be read."""
    lines = read_table(data, profile, "run", "state")
    return [_extract_line(line, number, profile) for number, line in enumerate(lines, 1)]


def _extract_line(line: Line, number: int, profile: Profile) -> ExtractLine:
    is_agreed = line["state"].lower() in AGREED_WORDS
    text = line.get("agreed_mark" if is_agreed else "actual_mark", "")
    mark = decimal_of(text.replace(profile.formats.decimal_mark, "."))
    if text and mark is None:
        raise ValueError(f"line {number} has a mark that is not a number")
    who = {word: line.get(word, "") for word in ("student", "registration")}
    if not any(who.values()):
        raise ValueError(f"line {number} names no student and no registration")
    where = {word: line.get(word, "") for word in ("run", "occurrence", "period", "component", "attempt")}
    return ExtractLine(
        **who, **where, mark=mark, grade=line.get("grade", ""), is_agreed=is_agreed,
        reference=line.get("reference", ""), agreed_on=_day(line.get("agreed_on", ""), number, profile),
    )


def _day(text: str, number: int, profile: Profile) -> date | None:
    if not text:
        return None
    for pattern in ("%Y-%m-%d", profile.formats.date_format):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar day, which has no zone
        except ValueError:
            continue
    raise ValueError(f"line {number} has a date that is neither YYYY-MM-DD nor {profile.formats.date_format}")
