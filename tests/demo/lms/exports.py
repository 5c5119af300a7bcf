"""The gradebook as files, in the shapes that Moodle and Canvas export."""

import csv
import io
import time
from decimal import Decimal

from tests.demo.lms.model import Column, Course, State, User

PERSON = ("First name", "Surname", "ID number", "Institution", "Department", "Email address")
CANVAS_TOTALS = (
    "Assignments Current Score", "Assignments Unposted Current Score", "Assignments Final Score",
    "Assignments Unposted Final Score", "Current Score", "Unposted Current Score", "Final Score",
    "Unposted Final Score",
)


def moodle_csv(state: State, course: Course) -> str:
    """Grades → Export → Plain text file: a line per learner, ``-`` for no grade, two decimals, a Unix time last."""
    columns = state.columns_of(course.code)
    heads = [f"{column.module}: {column.label} (Real)" for column in columns]
    rows = [[*PERSON, *heads, "Last downloaded from this course"]]
    stamp = str(int(time.time()))
    for user in state.members(course.code, "Learner"):
        person = [user.given, user.family, user.sourcedid or "", "University of Inverlea", "", user.email]
        rows.append([*person, *(_figure(state, column, user) or "-" for column in columns), stamp])
    return _text(rows)


def canvas_csv(state: State, course: Course) -> str:
    """Gradebook → Export: a second line with the points possible, ``Assignment (id)`` heads, read-only totals."""
    columns = state.columns_of(course.code)
    heads = [f"{column.label} ({_canvas_id(state, column)})" for column in columns]
    rows = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *heads, *CANVAS_TOTALS],
        ["    Points Possible", "", "", "", "", *(f"{column.maximum:.2f}" for column in columns),
         *("(read only)" for _ in CANVAS_TOTALS)],
    ]
    for user in state.members(course.code, "Learner"):
        login = user.email.partition("@")[0]
        person = [_sortable(user), user.id, user.sourcedid or "", login, f"{course.code} A"]
        rows.append([*person, *(_figure(state, column, user) for column in columns), *("" for _ in CANVAS_TOTALS)])
    return _text(rows)


def _figure(state: State, column: Column, user: User) -> str:
    grade = state.grades.get((column.id, user.id))
    return "" if grade is None else f"{Decimal(grade.score):.2f}"


def _canvas_id(state: State, column: Column) -> int:
    return 7001 + list(state.columns).index(column.id)


def _sortable(user: User) -> str:
    return f"{user.family}, {user.given}" if user.given else user.family


def _text(rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
