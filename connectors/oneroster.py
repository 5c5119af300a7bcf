"""OneRoster 1.2 Gradebook: results under ids that we choose, so that sending again replaces and never doubles."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import quote

from connectors.base import Setting, refuse_overwriting, seconds_of, stands
from connectors.contract import (
    AwardRecord,
    Capability,
    CheckReport,
    Receipt,
    RemoteRecord,
    RemoteState,
    RevocationRecord,
)
from connectors.errors import ErrorClass, Rejected
from connectors.http import CONNECT_SECONDS, HttpClient
from connectors.oauth import ClientCredentials
from connectors.oneroster_check import SCOPES, check_lines
from connectors.oneroster_lineitems import LineItems, put
from connectors.oneroster_reading import explain, one, pages
from connectors.oneroster_roster import Rosters
from connectors.oneroster_wire import GRADEBOOK, Dialect, Wire, is_ours, moment_of


class OneRosterGradebook:
    """Records results in the gradebook of a record system that speaks OneRoster 1.2."""

    name = "oneroster"
    capabilities = frozenset(Capability) - {Capability.BATCH}
    SETTINGS = (
        Setting("url", "the address before /gradebook/v1p2, such as https://records.example.edu/ims/oneroster"),
        Setting("token_url", "the address that gives tokens"),
        Setting("client_id", "the client id that the record system's administrator gave"),
        Setting("client_secret", "the secret that belongs to the client id", is_secret=True),
        Setting("dialect", "how the site reads dates and references", default="strict", choices=tuple(Dialect)),
        Setting("school", "sourcedId of the school that line items belong to; empty: the class's own", default=""),
        Setting("category", "title of the category that line items go under", default="Micro-credentials"),
        Setting("agreed_field", "metadata field that says that a mark was agreed there", default="agreed"),
        Setting("check_class", "sourcedId of a class to try the connection on", default=""),
        Setting("read_seconds", "how long to wait for an answer", default="15"),
        Setting("scopes", "scopes to ask for, by spaces", default=" ".join(SCOPES)),
    )

    def __init__(
        self, http: HttpClient, tokens: ClientCredentials, wire: Wire, settings: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._wire = wire
        self._settings = settings
        self._rosters = Rosters(http, clock)
        self._line_items = LineItems(http, wire, school=settings["school"], category=settings["category"])

    @classmethod
    def from_settings(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> Self:
        timeout = (CONNECT_SECONDS, seconds_of("read_seconds", settings["read_seconds"]))
        tokens = ClientCredentials(
            HttpClient(timeout=timeout), settings["token_url"], client_id=settings["client_id"],
            client_secret=secrets["client_secret"], scopes=settings["scopes"].split(),
        )
        http = HttpClient(settings["url"], auth=tokens, timeout=timeout, explain=explain)
        return cls(http, tokens, Wire(http.base_url, Dialect(settings["dialect"]), settings["agreed_field"]), settings)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()
        self._tokens.close()

    def push(self, record: AwardRecord) -> Receipt:
        """PUT the result under the record's key; where something may stand there, look first."""
        student = self._rosters.sourced_id(record.run.code, record.learner)
        line_item = self._line_items.sourced_id(record)
        if _may_stand_there(record):
            held = self.look_up(record.key)
            if held is not None and stands(record, held):
                return _receipt(record.key, held.state, was_there=True)
            refuse_overwriting(record, held)
        body = self._wire.result(record, line_item=line_item, student=student, now=datetime.now(UTC))
        try:
            put(self._http, _path(record.key), body)
        except Rejected as refusal:
            return self._settle(record, line_item, refusal)
        return _receipt(record.key, RemoteState.FINAL if record.is_final else RemoteState.PROVISIONAL)

    def revoke(self, record: RevocationRecord) -> Receipt:
        """Mark the result to be deleted; the registry over there decides when it goes."""
        held = self._held(record.key)
        was_there = held is None or held.get("status") == "tobedeleted"
        if held is not None and not was_there:
            put(self._http, _path(record.key), self._wire.withdrawn(held, record, now=datetime.now(UTC)))
        return _receipt(record.key, RemoteState.WITHDRAWN, was_there=was_there)

    def look_up(self, key: str) -> RemoteRecord | None:
        held = self._held(key)
        return None if held is None else self._wire.read(held)

    def read_back(self, since: datetime | None = None) -> Iterator[RemoteRecord]:
        """What is there of ours: other tools write results too, and those carry no key of ours."""
        chosen = {"filter": f"dateLastModified>='{moment_of(since)}'"} if since is not None else {}
        for held in pages(self._http, f"{GRADEBOOK}/results", ["results"], chosen):
            if is_ours(held):
                yield self._wire.read(held)

    def check(self) -> CheckReport:
        return CheckReport(lines=tuple(check_lines(
            self._http, self._tokens, scopes=tuple(self._settings["scopes"].split()),
            run=self._settings["check_class"], dialect=self._wire.dialect,
        )))

    def _settle(self, record: AwardRecord, line_item: str, refusal: Rejected) -> Receipt:
        """A refusal to overwrite an equal record is success: an earlier answer was lost on its way."""
        if refusal.error_class is ErrorClass.DECIDE:
            held = self.look_up(record.key)
            if held is not None and stands(record, held):
                return _receipt(record.key, held.state, was_there=True)
        if refusal.error_class is ErrorClass.FIX_THERE:
            self._line_items.forget(record, line_item)
        raise refusal

    def _held(self, key: str) -> Mapping[str, Any] | None:
        answer = self._http.get(_path(key), expect=(200, 404))
        if answer.status == 200:
            return one(answer, "result")
        if answer.body:
            answer.json()  # a gateway's own 404 page is no answer of the record system
        return None


def _receipt(key: str, state: RemoteState, *, was_there: bool = False) -> Receipt:
    return Receipt(key=key, remote_id=key, state=state, was_there=was_there)


def _path(key: str) -> str:
    return f"{GRADEBOOK}/results/{quote(key, safe='')}"


def _may_stand_there(record: AwardRecord) -> bool:
    """A later version, or a mark that waited there for agreement; the first of its kind needs no look."""
    return record.version > 1 or (record.board is not None and record.board.authority == "record_system")
