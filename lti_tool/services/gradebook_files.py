"""Gradebook exports of Moodle and Canvas as they really look: which product, which columns, and why one will not do.

Moodle: Grades → Export → Plain text file. ``Quiz: Title (Real)`` heads, ``-`` for no grade, a Unix time in the last
column; with another display type the head ends in ``(Percentage)`` or ``(Letter)``. No maximum is in the file.
Canvas: Gradebook → Export. ``Title (123)`` heads; before the learners a row of posting policies (newer versions) and
one with ``Points Possible``, where totals say ``(read only)``; ``EX`` for excused; the test student is “Student, Test”.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from lti_tool.services import tables, written_marks
from lti_tool.services.errors import Refused
from lti_tool.services.outcome_values import CANVAS_CSV, MOODLE_CSV
from lti_tool.services.tables import Row, Table, fold
from lti_tool.services.written_marks import UnreadableMark

NUMBER = {MOODLE_CSV: "id number", CANVAS_CSV: "sis user id"}
MOODLE_PEOPLE = frozenset(
    ("first name", "surname", "last name", "full name", "id number", "institution", "department", "email address",
     "username", "last downloaded from this course")
)
CANVAS_PEOPLE = frozenset(("student", "id", "sis user id", "sis login id", "integration id", "root account", "section"))
DISPLAY = re.compile(r"(?P<title>.*?)\s*\((?P<display>[^()]*)\)", re.DOTALL)
TEST_STUDENT = "student, test"
MOODLE_TIME = "last downloaded from this course"


@dataclass(frozen=True, kw_only=True)
class GradebookColumn:
    """A column that one may choose, or why not. ``maximum`` None: the file does not say."""

    name: str
    title: str
    maximum: Decimal | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Gradebook:
    """An export as read: the learners' rows, and the columns with results."""

    source: str
    columns: tuple[GradebookColumn, ...]
    rows: tuple[Row, ...]
    table: Table

    def column(self, name: str) -> GradebookColumn:
        """A column by the name it has in the file. Raises :class:`Refused` for one that is not there or will not do."""
        found = next((column for column in self.columns if fold(column.name) == fold(name)), None)
        if found is None:
            raise Refused("column", f"The file has no column “{name[:80]}”. Choose one that it has.")
        if found.problem:
            raise Refused("column", found.problem)
        return found

    def number_in(self, row: Row) -> str:
        return row.get(NUMBER[self.source])

    def time_of(self, row: Row) -> datetime | None:
        """When the LMS made this export, if it says so."""
        text = row.get(MOODLE_TIME) if self.source == MOODLE_CSV else ""
        return datetime.fromtimestamp(int(text), UTC) if re.fullmatch(r"[0-9]{9,10}", text, re.ASCII) else None

    def hints_in(self, row: Row) -> dict[str, str]:
        """How the LMS calls the learner of a row."""
        name = row.get("student") or f"{row.get('first name')} {row.get('surname', 'last name')}".strip()
        hints = {"name": name, "email": row.get("email address", "sis login id"), "number": self.number_in(row)}
        return {key: value for key, value in hints.items() if value}


def read(content: bytes) -> Gradebook:
    """An export from the bytes of its file. Raises :class:`Refused` with a sentence when it is none that we know."""
    table = tables.read(content, name="The gradebook export")
    names = set(table.folded)
    if {"student", "id", "section"} <= names:
        return _canvas(table)
    if names & {"id number", "email address"} and names & {"first name", "full name", "surname", "last name"}:
        return _moodle(table)
    text = (
        "This is no gradebook export of Moodle or Canvas that Cairn knows. Export it in English, with all its columns."
    )
    raise Refused("product", text)


def _moodle(table: Table) -> Gradebook:
    if NUMBER[MOODLE_CSV] not in table.folded:
        text = "This Moodle export has no column “ID number”. Ask the Moodle administrator to add it to grade exports."
        raise Refused("no_number", text)
    columns = [
        _moodle_column(name) for name in table.columns if fold(name) not in MOODLE_PEOPLE and not _is_feedback(name)
    ]
    return Gradebook(source=MOODLE_CSV, columns=tuple(columns), rows=table.rows, table=table)


def _is_feedback(name: str) -> bool:
    return not name or fold(name).endswith("(feedback)") or fold(name).startswith("feedback:")


def _moodle_column(name: str) -> GradebookColumn:
    parts = DISPLAY.fullmatch(name)
    display = fold(parts["display"]) if parts else ""
    if parts and display in ("percentage", "letter"):
        text = f"“{name}” holds no points. Export again with “Real” as the only grade display type."
        return GradebookColumn(name=name, title=parts["title"], problem=text)
    return GradebookColumn(name=name, title=parts["title"] if parts and display == "real" else name)


def _canvas(table: Table) -> Gradebook:
    if NUMBER[CANVAS_CSV] not in table.folded:
        text = "This Canvas export has no column “SIS User ID”. Ask somebody who may see SIS data to export it."
        raise Refused("no_number", text)
    at = next((n for n, row in enumerate(table.rows) if fold(row.get("student")) == "points possible"), None)
    if at is None:
        text = "This Canvas export has no row “Points Possible”, so its marks mean nothing. Export the whole gradebook."
        raise Refused("no_points", text)
    points = table.rows[at]
    columns = [_canvas_column(name, points) for name in table.columns if name and fold(name) not in CANVAS_PEOPLE]
    rows = [row for row in table.rows[at + 1:] if fold(row.get("student")) != TEST_STUDENT]
    return Gradebook(source=CANVAS_CSV, columns=_of_work(columns), rows=tuple(rows), table=table)


def _of_work(columns: Sequence[GradebookColumn | None]) -> tuple[GradebookColumn, ...]:
    return tuple(column for column in columns if column is not None)


def _canvas_column(name: str, points: Row) -> GradebookColumn | None:
    """A column of work; the totals, which Canvas reckons and marks as read only, are none."""
    written = points.cells[fold(name)].strip()
    if fold(written) == "(read only)":
        return None
    parts = DISPLAY.fullmatch(name)
    title = parts["title"] if parts and parts["display"].isdigit() else name
    try:
        maximum = written_marks.read(written)
    except UnreadableMark:
        maximum = Decimal(0)
    if maximum <= 0:
        text = (
            f"“{title}” has no points possible, so its marks mean nothing. Give it points in Canvas and export again."
        )
        return GradebookColumn(name=name, title=title, problem=text)
    return GradebookColumn(name=name, title=title, maximum=maximum)
