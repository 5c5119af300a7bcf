"""Who is in a class, and under which id: read whole, since a student number in a URL would end in everybody's logs."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.cache import Cache
from connectors.contract import LearnerIdentity
from connectors.errors import ErrorClass, Rejected
from connectors.http import HttpClient
from connectors.oneroster_reading import at, pages

ROSTERING = "/rostering/v1p2"
MEMBERS = ("users", "students")  # the binding lists students as users; some name the list after the address
ROSTER_SECONDS = 300.0
MISS_SECONDS = 30.0  # a learner who is missing makes us read the class again, but not each of many who are


@dataclass(frozen=True, slots=True)
class Roster:
    """The learners of one class: their ids by every number they are known by."""

    ids: frozenset[str]
    by_number: Mapping[str, frozenset[str]]
    read_at: float

    def find(self, learner: LearnerIdentity) -> frozenset[str]:
        """The ids that may be meant; anything but one is for a person to settle."""
        found = self.by_number.get(learner.student_number) or self.by_number.get(learner.registration) or frozenset()
        return found or (frozenset({learner.remote_id}) & self.ids)


class Rosters:
    """The classes that were read in the last minutes."""

    def __init__(self, http: HttpClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._clock = clock
        self._kept: Cache[str, Roster] = Cache(lambda _: ROSTER_SECONDS, clock)

    def sourced_id(self, run: str, learner: LearnerIdentity) -> str:
        """The one learner of this class who is meant; a miss is looked up once more in a fresh list."""
        roster = self._roster(run)
        found = roster.find(learner)
        if not found and self._clock() - roster.read_at > MISS_SECONDS:
            self._kept.drop(run, roster)
            found = self._roster(run).find(learner)
        if not found:
            raise Rejected(
                f"This learner is not in class {run} there: have the registration added, then send again.",
                code="unknown_learner",
            )
        if len(found) > 1:
            raise Rejected(f"Class {run} has several learners with this number.", code="ambiguous_learner")
        return next(iter(found))

    def _roster(self, run: str) -> Roster:
        return self._kept.get(run, lambda: self._read(run))

    def _read(self, run: str) -> Roster:
        read_at = self._clock()
        by_number: dict[str, set[str]] = {}
        ids = set()
        try:
            for user in pages(self._http, f"{class_path(run)}/students", MEMBERS):
                ids.add(str(user.get("sourcedId", "")))
                for number in _numbers(user):
                    by_number.setdefault(number, set()).add(str(user.get("sourcedId", "")))
        except Rejected as error:
            raise Rejected(
                f"The record system does not know class {run}.", code="unknown_run", words=error.words,
                error_class=ErrorClass.FIX_THERE,
            ) from error
        return Roster(frozenset(ids), {number: frozenset(found) for number, found in by_number.items()}, read_at)


def class_path(run: str) -> str:
    """Where a class is."""
    return f"{ROSTERING}/classes/{quote(run, safe='')}"


def _numbers(user: Mapping[str, Any]) -> Iterator[str]:
    others = user.get("userIds")
    for holder in (user, *(others if isinstance(others, list) else ())):
        if number := at(holder, "identifier"):
            yield str(number)
