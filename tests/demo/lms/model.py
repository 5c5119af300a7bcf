"""What the demo LMS keeps: people, courses, links to the tool, gradebook columns and grades."""

import csv
import json
import secrets
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

TILE = "tile-"  # the one link that every course has from the start: no column, just Cairn


@dataclass(frozen=True, kw_only=True)
class User:
    """An account. ``sourcedid`` is None where the LMS sends no number at all, and "" where it sends an empty one."""

    id: str
    key: str
    name: str
    given: str
    family: str
    email: str
    sourcedid: str | None
    role: str
    courses: tuple[str, ...]

    @property
    def teaches(self) -> bool:
        return self.role == "Instructor"


@dataclass(frozen=True, kw_only=True)
class Course:
    """One course, which holds one run of a micro-credential and perhaps degree students as well."""

    code: str
    title: str
    sourcedid: str


@dataclass(kw_only=True)
class Column:
    """A gradebook column. ``item`` is its LTI line item as the tool last wrote it, unknown fields and all."""

    id: str
    course: str
    item: dict[str, Any]
    is_native: bool = False  # made by the LMS itself, so no tool sees it by AGS
    module: str = "External tool"

    @property
    def label(self) -> str:
        return str(self.item["label"])

    @property
    def maximum(self) -> Decimal:
        return Decimal(str(self.item["scoreMaximum"]))


@dataclass(kw_only=True)
class Link:
    """An activity of a course that opens the tool, with its column where it is graded."""

    id: str
    course: str
    title: str
    text: str = ""
    url: str = ""
    custom: dict[str, str] = field(default_factory=dict)
    column: str = ""


@dataclass(kw_only=True)
class Grade:
    """What a column shows for one user. A teacher's own mark stays until the teacher removes it."""

    score: str
    comment: str = ""
    is_teachers: bool = False
    at: str = ""


class StaleScore(Exception):
    """A score that is not newer than the last one of the same user and column."""


class State:
    """Everything in memory, written to one JSON file after each change, so that a restart goes on where it was."""

    def __init__(self, story: Path, file: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.file = file
        self.users = {user.id: user for user in _users(story / "people.csv")}
        self.courses: dict[str, Course] = {}
        self.columns: dict[str, Column] = {}
        self.links: dict[str, Link] = {}
        self.grades: dict[tuple[str, str], Grade] = {}
        self.last_score: dict[tuple[str, str], str] = {}
        self.received: list[dict[str, Any]] = []
        self.tool: dict[str, str] = {}
        self._furnish(yaml.safe_load((story / "achievements.yaml").read_text(encoding="utf-8")))
        if file is not None and file.exists():
            self._load(json.loads(file.read_text(encoding="utf-8")))

    def _furnish(self, document: dict[str, Any]) -> None:
        for row in document["achievements"]:
            code, run = row["code"], row["run"]
            sourcedid = f"{run['code']}-{run['occurrence']}-{run['period']}"
            self.courses[code] = Course(code=code, title=row["title"], sourcedid=sourcedid)
            self.links[TILE + code] = Link(id=TILE + code, course=code, title="Micro-credential")
            for part in row["components"]:
                if "lms_module" in part:
                    item = {"label": part["lms_column"], "scoreMaximum": as_number(Decimal(part["out_of"]))}
                    native = f"{code}-{part['id']}"
                    self.columns[native] = Column(
                        id=native, course=code, item=item, is_native=True, module=part["lms_module"],
                    )

    def members(self, course: str, role: str = "") -> list[User]:
        """Who is in the course, in the order of their ids."""
        found = [user for user in self.users.values() if course in user.courses]
        return sorted((user for user in found if not role or user.role == role), key=lambda user: int(user.id))

    def columns_of(self, course: str) -> list[Column]:
        return [column for column in self.columns.values() if column.course == course]

    def links_of(self, course: str) -> list[Link]:
        return [link for link in self.links.values() if link.course == course]

    def add_column(self, course: str, item: dict[str, Any]) -> Column:
        with self.lock:
            column = Column(id=secrets.token_hex(4), course=course, item=dict(item))
            self.columns[column.id] = column
            return column

    def add_link(self, course: str, item: dict[str, Any]) -> Link:
        """An activity from a deep linking item, with its column if the item brings one."""
        with self.lock:
            title = item.get("title") or item.get("lineItem", {}).get("label") or "Activity"
            custom = {name: str(value) for name, value in item.get("custom", {}).items()}
            link = Link(
                id=secrets.token_hex(4), course=course, title=title, text=item.get("text", ""),
                url=item.get("url", ""), custom=custom,
            )
            if item.get("lineItem"):
                wanted = {"label": title, **item["lineItem"], "resourceLinkId": link.id}
                link.column = self.add_column(course, wanted).id
            self.links[link.id] = link
            return link

    def drop_column(self, column: Column) -> None:
        with self.lock:
            del self.columns[column.id]
            self.grades = {key: grade for key, grade in self.grades.items() if key[0] != column.id}
            for link in self.links.values():
                if link.column == column.id:
                    link.column = ""

    def mark_by_hand(self, column: Column, user: User, score: str) -> None:
        """The teacher types a mark into the gradebook; an empty one takes it away."""
        with self.lock:
            if score == "":
                self.grades.pop((column.id, user.id), None)
                return
            self.grades[column.id, user.id] = Grade(score=score, is_teachers=True, at=_now())

    def receive(self, column: Column, score: dict[str, Any]) -> None:
        """A score from the tool: written down always, shown when it is final and no teacher's mark stands there."""
        key = (column.id, str(score["userId"]))
        at = datetime.fromisoformat(score["timestamp"])
        with self.lock:
            last = self.last_score.get(key)
            entry = {"column": column.id, "label": column.label, "received_at": _now(), "score": score}
            if last is not None and at <= datetime.fromisoformat(last):
                self.received.append({**entry, "stored": False})
                raise StaleScore
            self.last_score[key] = score["timestamp"]
            self.received.append({**entry, "stored": True})
            standing = self.grades.get(key)
            if standing is not None and standing.is_teachers:
                return
            if "scoreGiven" not in score:
                self.grades.pop(key, None)
            elif score["gradingProgress"] == "FullyGraded":
                given, maximum = (Decimal(str(score[name])) for name in ("scoreGiven", "scoreMaximum"))
                value = given if maximum == column.maximum else given / maximum * column.maximum
                self.grades[key] = Grade(score=format(value, "f"), comment=score.get("comment", ""), at=_now())

    def results(self, column: Column) -> Iterator[tuple[User, Grade]]:
        for user in self.members(column.course):
            grade = self.grades.get((column.id, user.id))
            if grade is not None:
                yield user, grade

    def describe(self) -> dict[str, Any]:
        """Everything that changes, as JSON: for the file, and for whoever drives the demo."""
        with self.lock:
            return {
                "tool": self.tool,
                "columns": [asdict(column) for column in self.columns.values()],
                "links": [asdict(link) for link in self.links.values()],
                "grades": [{"column": c, "user": u, **asdict(g)} for (c, u), g in self.grades.items()],
                "last_score": [{"column": c, "user": u, "at": at} for (c, u), at in self.last_score.items()],
                "received": list(self.received),
            }

    def save(self) -> None:
        if self.file is None:
            return
        with self.lock:
            fresh = self.file.with_suffix(".part")
            fresh.write_text(json.dumps(self.describe(), ensure_ascii=False, indent=1), encoding="utf-8")
            fresh.replace(self.file)

    def _load(self, document: dict[str, Any]) -> None:
        self.tool = document["tool"]
        self.columns = {row["id"]: Column(**row) for row in document["columns"]}
        self.links = {row["id"]: Link(**row) for row in document["links"]}
        for row in document["grades"]:
            key = row.pop("column"), row.pop("user")
            self.grades[key] = Grade(**row)
        self.last_score = {(row["column"], row["user"]): row["at"] for row in document["last_score"]}
        self.received = document["received"]


def as_number(value: Decimal) -> int | float:
    """JSON has numbers only; a short decimal survives the trip as it is written."""
    return int(value) if value == value.to_integral_value() else float(value)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _users(file: Path) -> Iterator[User]:
    with file.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            if row["lms_user"]:
                given, family = _split(row["lms_name"], row["legal_family"])
                yield User(
                    id=row["lms_user"], key=row["key"], name=row["lms_name"], given=given, family=family,
                    email=row["lms_email"], sourcedid=None if row["lms_sourcedid"] == "-" else row["lms_sourcedid"],
                    role=row["lms_role"], courses=tuple(row["courses"].split()),
                )


def _split(name: str, family: str) -> tuple[str, str]:
    """Given and family name as the LMS keeps them. Some people have one name; in some names the family comes first."""
    if family and name.endswith(family):
        return name.removesuffix(family).strip(), family
    if family and name.startswith(family):
        return name.removeprefix(family).strip(), family
    given, _, last = name.rpartition(" ")
    return given, last
