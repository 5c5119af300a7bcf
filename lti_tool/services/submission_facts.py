"""Hand-in times and extensions: facts about a submission that no gradebook shows, told one by one or as a list."""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lti_tool.services import marksheet, student_numbers
from lti_tool.services.actors import Actor
from lti_tool.services.errors import Refused
from lti_tool.services.marksheet import Checked, Entry, Line, Problem

APART = re.compile(r"\s*[\t;,]\s*")
LONGEST_EXTENSION = 9999
YEARS = range(2000, 2101)  # in any other a time is a slip of the finger, and the ends of the calendar have no zones


def instant(text: str, zone: ZoneInfo) -> datetime | None:
    """A time as a browser or a list gives it; without an offset it is meant in the institution's zone."""
    if not text.strip():
        return None
    odd = Refused("time", f"“{text.strip()[:40]}” is no time. Write it like 2026-05-08 17:00.")
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise odd from error
    if found.year not in YEARS:
        raise odd
    return found if found.tzinfo else found.replace(tzinfo=zone)


def hours(text: str) -> int | None:
    """An extension in whole hours."""
    text = text.strip()
    if text and (not re.fullmatch("[0-9]{1,9}", text) or int(text) > LONGEST_EXTENSION):
        raise Refused("hours", f"“{text[:20]}” is no number of hours. An extension has 0 hours or more.")
    return int(text) if text else None


def entries(
    session: Session, actor: Actor, run_component_key: str, told: dict[str, tuple[str, str, str]], pasted: str
) -> Checked:
    """What is new of typed lines (key → time, hours, seen) and a pasted list, checked; bad lines are named."""
    institution = student_numbers.institution_of(session, actor.institution_id)
    zone = ZoneInfo(institution.timezone)
    sheet = marksheet.sheet(session, actor, run_component_key)
    by_key = {line.enrolment_key: line for line in sheet.lines}
    by_number = {line.number: line for line in sheet.lines if line.number}
    written = [(0, by_key.get(key), at, span, seen) for key, (at, span, seen) in told.items()]
    for number, (name, at, span) in _lines(pasted):
        line = by_number.get(student_numbers.normalise(institution, name))
        written.append((number, line, at, span, line.seen if line else ""))
    good: dict[str, Entry] = {}
    problems: list[Problem] = []
    for number, line, at, span, seen in written:
        try:
            entry = _entry(line, at, span, seen, number, zone)
        except Refused as refused:
            problems.append(Problem(line=number, enrolment_key=line.enrolment_key if line else "", text=refused.text))
            continue
        if entry is not None:
            good[entry.enrolment_key] = entry
    checked = marksheet.check(session, actor, run_component_key, good.values())
    return Checked(entries=checked.entries, problems=(*problems, *checked.problems))


def _entry(line: Line | None, at: str, span: str, seen: str, number: int, zone: ZoneInfo) -> Entry | None:
    """The entry of one line, or None where it says what stands already."""
    if line is None:
        raise Refused("unknown", "This student number is not on the marksheet. Correct it or leave the line out.")
    submitted, extension = instant(at, zone), hours(span)
    is_news = (submitted is not None and not _same_minute(submitted, line.submitted_at)) or (
        extension is not None and extension != line.extension_hours
    )
    if not is_news:
        return None
    if submitted is not None and _same_minute(submitted, line.submitted_at):
        submitted = line.submitted_at  # the form shows minutes; the seconds are known
    return Entry(
        enrolment_key=line.enrolment_key, seen=seen, submitted_at=submitted, extension_hours=extension, line=number
    )


def _same_minute(told: datetime, known: datetime | None) -> bool:
    if known is None:
        return False
    is_exact = told.second or told.microsecond
    return told == known if is_exact else told == known.astimezone(told.tzinfo).replace(second=0, microsecond=0)


def _lines(pasted: str) -> Iterator[tuple[int, tuple[str, str, str]]]:
    for number, content in enumerate(pasted.splitlines(), 1):
        if content.strip():
            cells = APART.split(content.strip())
            cells = cells if len(cells) > 1 else content.split()
            name, at, span = (*cells, "", "")[:3]
            yield number, (name, at, span)
