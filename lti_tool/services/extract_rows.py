"""The rows of a registration extract: who is registered on which run, by the record system's own words."""

from dataclasses import dataclass
from datetime import date

from lti_tool.models.institution import Institution
from lti_tool.services import student_numbers
from lti_tool.services.errors import Refused
from lti_tool.services.tables import Row, Table

REQUIRED = ("student", "registration", "run", "occurrence", "period", "component", "scale")
OPTIONAL = ("family_name", "given_name", "email", "category", "status", "status_on", "remote_id")
STATUSES = ("registered", "paused", "withdrawn")
LONGEST = 255  # of any one cell; what is longer is no name and no number
LONGEST_NUMBER = 60


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A row that cannot be used, by its line, and what to do about it. It names no person."""

    line: int
    text: str


@dataclass(frozen=True, kw_only=True)
class ExtractRow:
    """One row as read. ``component`` empty: the overall result."""

    line: int
    student: str
    registration: str
    run: tuple[str, str, str]
    component: str = ""
    scale: str = ""
    family_name: str = ""
    given_name: str = ""
    email: str = ""
    category: str = ""
    status: str = "registered"
    status_on: date | None = None
    remote_id: str = ""

    @property
    def run_label(self) -> str:
        return " ".join(part for part in self.run if part)


def read(table: Table, institution: Institution) -> tuple[list[ExtractRow], list[Problem]]:
    """Rows that can be read, and a problem for every other. Raises :class:`Refused` when columns are missing."""
    missing = [name for name in REQUIRED if name not in table.folded]
    if missing:
        raise Refused("header", f"The extract lacks the column {_listed(missing)}. It needs {', '.join(REQUIRED)}.")
    rows: list[ExtractRow] = []
    problems = [Problem(line=line, text="This row has more or fewer cells than the header. Check its separators.")
                for line in table.ragged]
    for row in table.rows:
        found = _row(row, institution)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            rows.append(found)
    return rows, problems


def _row(row: Row, institution: Institution) -> ExtractRow | Problem:
    student = student_numbers.normalise(institution, row.get("student"))
    status = row.get("status").lower() or "registered"
    status_on = _day(row.get("status_on"))
    text = (
        _missing(row) or _overlong(row)
        or ("" if student else "This student number does not look like one of this institution. Correct it.")
        or ("" if status in STATUSES else f"The status is none of {', '.join(STATUSES)}.")
        or ("" if not isinstance(status_on, str) else status_on)
    )
    if text or isinstance(status_on, str):
        return Problem(line=row.line, text=text)
    return ExtractRow(
        line=row.line, student=student, registration=row.get("registration"), status=status, status_on=status_on,
        run=(row.get("run"), row.get("occurrence"), row.get("period")), component=row.get("component"),
        scale=row.get("scale"), family_name=row.get("family_name"), given_name=row.get("given_name"),
        email=row.get("email"), category=row.get("category"), remote_id=row.get("remote_id"),
    )


def _missing(row: Row) -> str:
    empty = [name for name in ("student", "registration", "run") if not row.get(name)]
    return f"The {_listed(empty)} is empty. Fill it in." if empty else ""


def _overlong(row: Row) -> str:
    numbers = ("registration", "run", "occurrence", "period")
    long = [name for name in (*REQUIRED, *OPTIONAL)
            if len(row.get(name)) > (LONGEST_NUMBER if name in numbers else LONGEST)]
    return f"The {_listed(long)} is too long to be one. Check that columns have not run together." if long else ""


def _day(text: str) -> date | None | str:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return "The date in status_on is none. Write it as 2026-04-01."


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
