"""Categories and line items: made once, under ids that follow from the run, so that all processes make the same."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.cache import Cache
from connectors.contract import AwardRecord
from connectors.errors import ErrorClass, Rejected
from connectors.http import HttpClient
from connectors.oneroster_reading import one
from connectors.oneroster_roster import class_path
from connectors.oneroster_wire import GRADEBOOK, Wire, made_id

WRITTEN = (200, 201, 204)  # OneRoster 1.2 says 201 for new and replaced alike; servers in the field differ


class LineItems:
    """One line item per component of a run, or for its overall result, under one category."""

    def __init__(self, http: HttpClient, wire: Wire, *, school: str, category: str) -> None:
        self._http = http
        self._wire = wire
        self._school = school
        self._category = category
        self._made: Cache[tuple[str, ...], str] = Cache(lambda _: float("inf"))

    def sourced_id(self, record: AwardRecord) -> str:
        """The line item that this record goes under, made if it is not there."""
        parts = _parts(record)
        return self._made.get(parts, lambda: self._line_item(record, made_id(*parts)))

    def forget(self, record: AwardRecord, sourced_id: str) -> None:
        """It may have been deleted there: look again next time."""
        self._made.drop(_parts(record), sourced_id)

    def _line_item(self, record: AwardRecord, key: str) -> str:
        path = f"{GRADEBOOK}/lineItems/{key}"
        if not self._is_there(path):
            school = self._school or self._school_of(record.run.code)
            category = self._made.get(("category", self._category), self._category_key)
            now = datetime.now(UTC)
            put(self._http, path, self._wire.line_item(record, key=key, category=category, school=school, now=now))
        return key

    def _category_key(self) -> str:
        key = made_id("category", self._category)
        path = f"{GRADEBOOK}/categories/{key}"
        if not self._is_there(path):
            put(self._http, path, self._wire.category(key=key, title=self._category, now=datetime.now(UTC)))
        return key

    def _is_there(self, path: str) -> bool:
        """What is there is left alone: staff may have given it another title or another date."""
        return self._http.get(path, expect=(200, 404)).status == 200

    def _school_of(self, run: str) -> str:
        school = one(self._http.get(class_path(run)), "class").get("school")
        if not isinstance(school, Mapping) or not school.get("sourcedId"):
            raise Rejected(
                f"Class {run} names no school there: fill in the setting school.", code="no_school",
                error_class=ErrorClass.FIX_HERE,
            )
        return str(school["sourcedId"])


def put(http: HttpClient, path: str, body: Mapping[str, Any]) -> None:
    """Write; an answer with a body must be JSON, since a gateway's login page comes with status 200 too."""
    answer = http.put(path, json=body, expect=WRITTEN)
    if answer.body:
        answer.json()


def _parts(record: AwardRecord) -> tuple[str, ...]:
    run = record.run
    return ("lineItem", run.code, run.occurrence, run.period, run.component, record.achievement.code)
