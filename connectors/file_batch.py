"""One file of records and the sidecar that vouches for it.

The sidecar is Cairn's own note of what went into the file: its SHA-256, its control totals and which line is which
key. It is how a key is found again, since a record file has seldom room for one. It holds registrations and marks, as
the file does, and belongs behind the same lock.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.contract import AwardRecord
from connectors.file_fields import decimal_text
from connectors.file_profiles import Profile


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What one line of a file says, by our key and by the words that the record system knows it by."""

    row: int  # counts from 1, the header not counted
    key: str
    version: int
    sending: int  # how often this version had been sent before: a rejected line may go again
    student: str
    registration: str
    run: str
    occurrence: str
    period: str
    component: str
    attempt: int
    mark: Decimal | None
    grade: str
    credit: Decimal
    status: str
    is_final: bool

    @classmethod
    def of(cls, record: AwardRecord, *, row: int, sending: int) -> "Row":
        learner, run = record.learner, record.run
        return cls(
            row=row, key=record.key, version=record.version, sending=sending, student=learner.student_number,
            registration=learner.registration, run=run.code, occurrence=run.occurrence, period=run.period,
            component=run.component, attempt=record.attempt, mark=record.mark, grade=record.grade,
            credit=record.credit, status=record.status, is_final=record.is_final,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """A file ready to be written, or one found again by its sidecar."""

    name: str  # the batch id; the file is <name>.csv, the sidecar <name>.json
    profile: str
    sha256: str
    totals: Mapping[str, Any]
    rows: tuple[Row, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.csv"


def sort_key(record: AwardRecord) -> tuple[str, ...]:
    """The order of lines in a file: the same records always make the same bytes."""
    run = record.run
    return (run.code, run.occurrence, run.period, run.component, record.learner.registration, record.key)


def build(profile: Profile, records: Sequence[AwardRecord], sendings: Mapping[str, int]) -> tuple[Batch, bytes]:
    """The file of these records and its sidecar; ``sendings`` counts, by key, the earlier files of the same version."""
    ordered = sorted(records, key=sort_key)
    content = profile.document([profile.row(record) for record in ordered])
    rows = tuple(
        Row.of(record, row=number, sending=sendings.get(record.key, 0)) for number, record in enumerate(ordered, 1)
    )
    batch = Batch(
        name=_name(profile, rows), profile=profile.name, sha256=hashlib.sha256(content).hexdigest(),
        totals=control_totals(rows), rows=rows,
    )
    return batch, content


def _name(profile: Profile, rows: Sequence[Row]) -> str:
    """Named by what is in it, so that a retry after a crash meets its own file and not a second one."""
    identity = json.dumps(sorted((row.key, row.version, row.sending) for row in rows))
    return f"cairn-{profile.name}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"


def control_totals(rows: Sequence[Row]) -> dict[str, Any]:
    """What a loader adds up for itself before it believes the file; 0 counts as a mark, a missing one does not."""
    marks = [row.mark for row in rows if row.mark is not None]
    return {
        "rows": len(rows),
        "with_mark": len(marks),
        "marks": decimal_text(sum(marks, Decimal(0))),
        "credits": decimal_text(sum((row.credit for row in rows), Decimal(0))),
    }


def to_json(batch: Batch) -> bytes:
    """The sidecar as written."""
    first = batch.rows[0]
    document = {
        "batch": batch.name, "file": batch.file, "profile": batch.profile, "sha256": batch.sha256,
        "totals": dict(batch.totals),
        # for files whose lines do not name their run
        "run": {name: getattr(first, name) for name in ("run", "occurrence", "period", "component")},
        "rows": [_row_to_json(row) for row in batch.rows],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def from_json(data: bytes) -> Batch:
    """A sidecar as read; ``ValueError`` when it is none of ours."""
    try:
        document = json.loads(data)
        return Batch(
            name=document["batch"], profile=document["profile"], sha256=document["sha256"],
            totals=document["totals"], rows=tuple(_row_from_json(row) for row in document["rows"]),
        )
    except (KeyError, TypeError, InvalidOperation, UnicodeDecodeError) as error:
        raise ValueError("not a sidecar of Cairn") from error


def _row_to_json(row: Row) -> dict[str, Any]:
    mark = None if row.mark is None else decimal_text(row.mark)
    return {**asdict(row), "mark": mark, "credit": decimal_text(row.credit)}


def _row_from_json(row: Mapping[str, Any]) -> Row:
    mark = None if row["mark"] is None else Decimal(row["mark"])
    return Row(**{**row, "mark": mark, "credit": Decimal(row["credit"])})
