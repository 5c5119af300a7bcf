"""Who is registered, and on what: read once from the CSV file given at the start."""

import csv
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COLUMNS = ("student", "registration", "family_name", "given_name", "class")
NAMESPACE = uuid.UUID("7d1f0c52-0f7e-4a0e-9a53-3a3c5d3a9b11")
SCHOOL = "inverlea"
SEEDED = {"status": "active", "dateLastModified": "2026-01-01T00:00:00Z"}


def sourced_id(*parts: str) -> str:
    """An opaque id that a sender cannot guess from a student number, and that a restart does not change."""
    return str(uuid.uuid5(NAMESPACE, "|".join(parts)))


@dataclass
class Student:
    """One person; a registration for each of the things they are on."""

    number: str
    family_name: str
    given_name: str
    registrations: dict[str, set[str]] = field(default_factory=dict)  # registration → classes

    @property
    def id(self) -> str:
        return sourced_id("user", self.number)

    @property
    def classes(self) -> set[str]:
        return set().union(*self.registrations.values())


class Students:
    """The registry's list."""

    def __init__(self, rows: Iterable[dict[str, str]] = ()) -> None:
        self.by_number: dict[str, Student] = {}
        for row in rows:
            student = self.by_number.setdefault(
                row["student"], Student(row["student"], row["family_name"], row["given_name"])
            )
            student.registrations.setdefault(row["registration"], set()).add(row["class"])
        self.by_id = {student.id: student for student in self.by_number.values()}
        self.by_registration = {
            registration: student for student in self.by_number.values() for registration in student.registrations
        }
        self.classes = sorted(set().union(*(student.classes for student in self.by_number.values())))

    @classmethod
    def from_file(cls, path: Path | None) -> "Students":
        if path is None:
            return cls()
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise SystemExit(f"{path}: the students file has no column {', '.join(sorted(missing))}")
            return cls(list(reader))

    def name_of(self, student_id: str) -> str:
        """The student number behind an opaque id."""
        found = self.by_id.get(student_id)
        return found.number if found else student_id


def user(student: Student, base: str) -> dict[str, Any]:
    return {
        "sourcedId": student.id, **SEEDED, "enabledUser": "true", "username": student.number.lower(),
        "identifier": student.number, "givenName": student.given_name, "familyName": student.family_name,
        "userIds": [{"type": "studentNumber", "identifier": student.number},
                    *({"type": "registration", "identifier": code} for code in student.registrations)],
        "roles": [{"roleType": "primary", "role": "student", "org": reference(base, "org", SCHOOL)}],
    }


def enrolment(student: Student, code: str, base: str) -> dict[str, Any]:
    return {
        "sourcedId": sourced_id("enrollment", student.number, code), **SEEDED, "role": "student", "primary": "false",
        "user": reference(base, "user", student.id), "class": reference(base, "class", code),
        "school": reference(base, "org", SCHOOL),
    }


def school_class(code: str, base: str) -> dict[str, Any]:
    return {
        "sourcedId": code, **SEEDED, "title": code, "classCode": code, "classType": "scheduled",
        "school": reference(base, "org", SCHOOL), "course": reference(base, "course", code), "terms": [],
    }


def reference(base: str, kind: str, key: str) -> dict[str, str]:
    path = {"user": "users", "class": "classes", "org": "orgs", "course": "courses"}[kind]
    return {"sourcedId": key, "type": kind, "href": f"{base}/ims/oneroster/rostering/v1p2/{path}/{key}"}
