"""The reference connector: a record system in this process. Copy this file to begin a new one.

:class:`MemoryRegistry` plays the other side; a real connector has an HTTP client in its place and nothing else differs.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Lock
from typing import Self

from connectors.base import Setting, refuse_overwriting, stands
from connectors.contract import (
    AwardRecord,
    Capability,
    CheckLine,
    CheckReport,
    Receipt,
    RemoteRecord,
    RemoteState,
    RevocationRecord,
)
from connectors.errors import ConnectorError, ErrorClass, Rejected, Uncertain


class MemoryRegistry:
    """The other side: holds records, knows who is registered, and can be told to fail."""

    def __init__(self, learners: Collection[str] | None = None) -> None:
        self.learners = learners  # student numbers; None: everybody is known
        self.rows: dict[str, RemoteRecord] = {}
        self.trouble: ConnectorError | None = None  # raised by every call until it is taken away
        self.loses_answers = False  # the write lands, the answer does not
        self._lock = Lock()

    def read(self, key: str) -> RemoteRecord | None:
        self._fail()
        return self.rows.get(key)

    def all(self) -> tuple[RemoteRecord, ...]:
        self._fail()
        with self._lock:
            return tuple(self.rows.values())

    def write(self, row: RemoteRecord) -> None:
        self._fail()
        with self._lock:
            self.rows[row.key] = row
        if self.loses_answers:
            raise Uncertain("memory closed the connection before its answer was complete.", code="dropped")

    def agree(self, key: str, reference: str, agreed_on: date) -> None:
        """A board over there agrees a mark in the waiting room."""
        with self._lock:
            self.rows[key] = replace(
                self.rows[key], state=RemoteState.AGREED, agreed_reference=reference, agreed_on=agreed_on,
                changed_at=datetime.now(UTC),
            )

    def _fail(self) -> None:
        if self.trouble is not None:
            raise self.trouble


class MemoryRecords:
    """Records awards in this process; they are gone when it ends."""

    name = "memory"
    capabilities = frozenset(Capability) - {Capability.BATCH}
    SETTINGS: tuple[Setting, ...] = ()

    def __init__(self, registry: MemoryRegistry | None = None) -> None:
        self.registry = registry or MemoryRegistry()

    @classmethod
    def from_settings(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> Self:
        return cls()

    def push(self, record: AwardRecord) -> Receipt:
        known = self.registry.learners
        if known is not None and record.learner.student_number not in known:
            raise Rejected(
                "This learner is not registered there.", code="unknown_learner", error_class=ErrorClass.FIX_THERE
            )
        held = self.registry.read(record.key)
        if held is not None and stands(record, held):
            return Receipt(key=record.key, remote_id=held.remote_id, state=held.state, was_there=True)
        refuse_overwriting(record, held)
        row = to_row(record)
        self.registry.write(row)
        return Receipt(key=record.key, remote_id=row.remote_id, state=row.state)

    def revoke(self, record: RevocationRecord) -> Receipt:
        held = self.registry.read(record.key)
        was_there = held is None or held.state is RemoteState.WITHDRAWN
        if held is not None and not was_there:
            self.registry.write(
                replace(held, state=RemoteState.WITHDRAWN, version=record.version, changed_at=datetime.now(UTC))
            )
        return Receipt(key=record.key, remote_id=record.key, state=RemoteState.WITHDRAWN, was_there=was_there)

    def look_up(self, key: str) -> RemoteRecord | None:
        return self.registry.read(key)

    def read_back(self, since: datetime | None = None) -> Iterator[RemoteRecord]:
        for row in self.registry.all():
            if since is None or row.changed_at is None or row.changed_at >= since:
                yield row

    def check(self) -> CheckReport:
        try:
            text, is_ok = f"{len(self.registry.all())} records are held.", True
        except ConnectorError as error:
            text, is_ok = str(error), False
        return CheckReport(lines=(CheckLine(label="records", is_ok=is_ok, text=text),))


def to_row(record: AwardRecord) -> RemoteRecord:
    """Our record in the words of the other side."""
    return RemoteRecord(
        key=record.key,
        remote_id=record.key,
        state=RemoteState.FINAL if record.is_final else RemoteState.PROVISIONAL,
        mark=record.mark,
        grade=record.grade,
        credit=record.credit,
        status=record.status,
        version=record.version,
        changed_at=datetime.now(UTC),
    )
