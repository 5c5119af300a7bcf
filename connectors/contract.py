"""The published language between Cairn and the systems that keep student records.

Everything here is frozen, keyword-only and made of the standard library, so that a university can write a connector
against this package alone. New fields always come with a default.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Capability(StrEnum):
    """What a record system can truthfully be told or asked; off unless a connector lists it."""

    LOOK_UP = "look_up"  # ask for one record by our key
    READ_BACK = "read_back"  # list what it holds of ours
    PROVISIONAL = "provisional"  # has a waiting room for marks that nobody has ratified yet
    AGREES = "agrees"  # says whether a mark in the waiting room has been agreed there
    AMEND = "amend"  # takes a later version of a record it holds
    REVOKE = "revoke"  # can be told that an award no longer stands
    BATCH = "batch"  # takes many records in one act (a file), and answers later


class RemoteState(StrEnum):
    """Where a record stands inside the record system."""

    PROVISIONAL = "provisional"  # in the waiting room: actual, unverified, draft
    AGREED = "agreed"  # ratified there
    FINAL = "final"  # taken as final, on our word that it was ratified
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class LearnerIdentity:
    """Who the record is about, as the record system's own registration extract names them. Personal data."""

    student_number: str
    registration: str  # the registration, not the person: SITS SPR ``12345678/1``, an Ethos section registration
    family_name: str = ""
    given_name: str = ""
    display_name: str = ""
    remote_id: str = ""  # the record system's opaque id for the person, where the extract has it


@dataclass(frozen=True, kw_only=True, slots=True)
class AchievementReference:
    """The micro-credential as ratified."""

    code: str
    title: str
    version: int = 1
    credit: Decimal = Decimal(0)  # what a pass is worth
    credit_scheme: str = "SCQF"
    level: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunReference:
    """One presentation of a module, named in the record system's own words, never guessed from today's date."""

    code: str  # module run or class: SITS module code, a OneRoster class sourcedId
    occurrence: str = ""  # SITS MAV_OCCUR, Banner CRN
    period: str = ""  # academic year and period slot, a term
    component: str = ""  # the record system's name of the component; empty for the overall result
    scale: str = ""  # its mark or grading scheme
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardReference:
    """Who ratified, when, and under which minute."""

    reference: str
    held_on: date
    authority: str  # "record_system", "minuted" or "cairn"


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceTag:
    """Where a figure came from, sent with every write so that the record system can show it."""

    course: str = ""
    user: str = ""  # who caused the write, as a staff key; never a name
    authority: str = ""  # board reference, or "provisional"


@dataclass(frozen=True, kw_only=True, slots=True)
class AwardRecord:
    """One result of one learner for one record system, exactly as decided; the document that is queued and sent.

    ``key`` is a UUIDv5 over institution, award, component, attempt and destination: the same result always has the
    same key, and a later ``version`` of it replaces the earlier under the same key. Marks are decimals on
    ``scale_max``.
    """

    key: str
    award: str
    version: int
    learner: LearnerIdentity
    achievement: AchievementReference
    run: RunReference
    attempt: int
    status: str  # marked, absent, deferred, exempt, pending …: a missing mark says why
    mark: Decimal | None
    is_final: bool
    source: SourceTag
    scale_max: Decimal = Decimal(100)
    grade: str = ""
    decision: str = ""
    credit: Decimal = Decimal(0)  # credit earned by this decision, 0 unless it is a pass
    is_capped: bool = False
    board: BoardReference | None = None
    decided_on: date | None = None
    changed_at: datetime | None = None  # when this version was decided; UTC
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RevocationRecord:
    """An award that no longer stands, and on whose word."""

    key: str
    award: str
    version: int
    reason: str
    board: BoardReference
    revoked_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What the record system answered to a write."""

    key: str
    remote_id: str = ""
    state: RemoteState | None = None
    batch: str = ""  # the file or batch it went in, where there is one
    was_there: bool = False  # it held an equal record already


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteRecord:
    """What the record system holds, as read back."""

    key: str
    remote_id: str
    state: RemoteState
    mark: Decimal | None = None
    grade: str = ""
    credit: Decimal | None = None
    status: str = ""
    version: int | None = None
    agreed_reference: str = ""  # their minute, where the record system ratifies
    agreed_on: date | None = None
    changed_at: datetime | None = None
    problem: str = ""  # why it could not be read; then nothing else counts
    is_our_word: bool = False  # all that vouches for it is a receipt of our file: loaded, and what they hold is unsaid


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """One record that the other side refused later, in a reject file or report."""

    key: str
    code: str
    words: str  # the record system's own words


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckLine:
    """One line of *test connection*."""

    label: str
    is_ok: bool
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckReport:
    """What *test connection* found; it only ever reads."""

    lines: tuple[CheckLine, ...] = field(default=())

    @property
    def is_ok(self) -> bool:
        return all(line.is_ok for line in self.lines)


@runtime_checkable
class RecordSystem(Protocol):
    """A student record system, as the worker sees it.

    ``push`` records one result and is safe to repeat: the same key never makes a second record. ``look_up`` says what
    is held under a key, or ``None`` when nothing is: a look-up that failed raises, it never answers ``None``.
    Errors are those of :mod:`connectors.errors`, and nothing else leaves a connector.
    """

    name: str
    capabilities: frozenset[Capability]

    def push(self, record: AwardRecord) -> Receipt: ...

    def look_up(self, key: str) -> RemoteRecord | None: ...

    def read_back(self, since: datetime | None = None) -> Iterator[RemoteRecord]: ...

    def check(self) -> CheckReport: ...


class BatchRecordSystem(RecordSystem, Protocol):
    """A record system that takes files: many records at once, answered later by receipts and rejects."""

    def push_batch(self, records: Sequence[AwardRecord]) -> Mapping[str, Receipt]: ...

    def rejections(self) -> Iterator[Rejection]: ...


class RevocableRecordSystem(RecordSystem, Protocol):
    """A record system that can be told that an award no longer stands."""

    def revoke(self, record: RevocationRecord) -> Receipt: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class CapturedResult:
    """One learner's result at its source, as an :class:`OutcomeSource` yields it. ``score`` None: no figure exists."""

    user: str  # the source's own id of the learner
    score: Decimal | None
    maximum: Decimal | None
    status: str = "marked"
    comment: str = ""
    changed_at: datetime | None = None
    submitted_at: datetime | None = None
    delivery: str = ""  # the source's id of this very reading, where it has one


class OutcomeSource(Protocol):
    """Where outcomes already are: a gradebook column, an LMS's own API, a file."""

    name: str

    def results(self, since: datetime | None = None) -> Iterator[CapturedResult]: ...
