"""An explanation as plain values: what a page prints, and a command writes as JSON."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a transcript says, and which version of it."""

    key: str
    learner: str
    registration: str
    code: str
    title: str
    descriptor_version: int
    level: int | None
    credit_scheme: str
    run: str
    version: int
    kind: str
    mark: str
    grade: str
    credit: int
    code_of_award: str
    awarded_on: date
    is_standing: bool
    supersedes: str
    superseded_by: str
    taken_back: str  # why, where it was, and on whose word


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who ratified, where and on which list; with the members who took part, where a board sat here."""

    authority: str
    reference: str
    held_on: date
    ratified_at: datetime
    by: str
    list_digest: str
    board: str
    present: tuple[str, ...]
    amendment: str  # the reason, where this was one
    proposed_by: str


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """What the regulations said, clause by clause, and on which version of them."""

    number: int
    board_number: int
    kind: str
    overall_exact: str
    overall: str
    findings: tuple[dict[str, Any], ...]
    figures: tuple[dict[str, Any], ...]
    regulations: str
    regulations_digest: str
    facts_digest: str
    decided_at: datetime


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One result as its source showed it, or one judgement."""

    of: str
    attempt: int
    board_number: int
    said: str
    source: str
    source_at: datetime | None
    read_at: datetime
    delivery: str
    marked_by: str
    capture: str


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One message and every try to deliver it."""

    key: str
    destination: str
    record_key: str
    version: int
    state: str
    remote_id: str
    sent_at: datetime | None
    confirmed_at: datetime | None
    attempts: tuple[tuple[int, datetime, str, str], ...]  # number, started, result, code


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the audit log."""

    number: int
    at: datetime
    action: str
    by: str
    clause: str
    details: dict[str, Any]
    hash: str


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The whole way back."""

    line: Line
    act: Act
    reckoning: Reckoning
    readings: tuple[Reading, ...]
    sendings: tuple[Sending, ...]
    entries: tuple[Entry, ...]
