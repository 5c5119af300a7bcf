"""Our record in the words of OneRoster 1.2 Gradebook, and back; pure functions.

OneRoster has no field for credit, board or finality, so they travel in ``metadata``, which the binding leaves free.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connectors.base import DIGITS, KEYS, decimal_of, json_number
from connectors.contract import AwardRecord, RemoteRecord, RemoteState, RevocationRecord
from connectors.errors import ErrorClass, Rejected

GRADEBOOK = "/gradebook/v1p2"
ROSTERING = "/rostering/v1p2"

# What has no figure, and how OneRoster says so: scoreStatus and one of its flags. Anything else is ``ext:<status>``.
NO_FIGURE: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "absent": ("not submitted", {"missing": "true"}),
    "exempt": ("exempt", {}),
    "pending": ("submitted", {"inProgress": "true"}),
    "deferred": ("ext:deferred", {}),
    "unagreed": ("ext:unagreed", {"inProgress": "true"}),
}
GRADED = {True: "fully graded", False: "partially graded"}
HAS_FIGURE = frozenset({"marked", "carried", "misconduct_zero"})
_READ_STATUS = {score_status: status for status, (score_status, _) in NO_FIGURE.items()}


class Dialect(StrEnum):
    """How a site reads dates and references."""

    STRICT = "strict"  # as the binding is written
    LENIENT = "lenient"  # as widely used clients write: a date-time scoreDate, references with an id only


@dataclass(frozen=True, slots=True)
class Wire:
    """Writes bodies for one site."""

    url: str
    dialect: Dialect = Dialect.STRICT
    agreed_field: str = "agreed"

    def result(self, record: AwardRecord, *, line_item: str, student: str, now: datetime) -> dict[str, Any]:
        """The body of PUT /results/{key}."""
        changed = record.changed_at or now
        return {"result": {
            **self._common(record.key, changed),
            "lineItem": self.ref("lineItem", f"{GRADEBOOK}/lineItems", line_item),
            "student": self.ref("user", f"{ROSTERING}/users", student),
            "class": self.ref("class", f"{ROSTERING}/classes", record.run.code),
            "scoreDate": self._score_date(record.decided_on or changed.date()),
            **_figures(record),
            **({"comment": record.note} if record.note else {}),
            "metadata": metadata_of(record),
        }}

    def line_item(self, record: AwardRecord, *, key: str, category: str, school: str, now: datetime) -> dict[str, Any]:
        """The body of PUT /lineItems/{key}: one per component of a run, or its overall result."""
        title = record.run.title or record.achievement.title or record.achievement.code
        moment = moment_of(record.changed_at or now)
        return {"lineItem": {
            **self._common(key, now),
            "title": f"{title}: {record.run.component}" if record.run.component else title,
            "assignDate": moment,
            "dueDate": moment,
            "class": self.ref("class", f"{ROSTERING}/classes", record.run.code),
            "school": self.ref("org", f"{ROSTERING}/orgs", school),
            "category": self.ref("category", f"{GRADEBOOK}/categories", category),
            "resultValueMin": 0,
            "resultValueMax": json_number(record.scale_max),
            "metadata": {"cairn.achievement": record.achievement.code, "cairn.component": record.run.component},
        }}

    def category(self, *, key: str, title: str, now: datetime) -> dict[str, Any]:
        """The body of PUT /categories/{key}."""
        return {"category": {**self._common(key, now), "title": title}}

    def withdrawn(self, held: Mapping[str, Any], record: RevocationRecord, *, now: datetime) -> dict[str, Any]:
        """What they hold, marked to be deleted, with the board that said so."""
        return {"result": {
            **held,
            "status": "tobedeleted",
            "dateLastModified": moment_of(now),
            "metadata": {
                **_mapping(held.get("metadata")),
                "cairn.version": str(record.version),
                "cairn.revokedOn": record.revoked_on.isoformat(),
                "cairn.revocationReference": record.board.reference,
            },
        }}

    def read(self, held: Mapping[str, Any]) -> RemoteRecord:
        """What they hold, in our words; a field that cannot be read makes a ``problem``, never a guess."""
        metadata = _mapping(held.get("metadata"))
        score, credit = held.get("score"), metadata.get("cairn.credit")
        changed_at = _read_moment(held.get("dateLastModified"))
        problems = [
            f"its {name} cannot be read" for name, is_bad in (
                ("score", score is not None and decimal_of(score) is None),
                ("scoreStatus", not isinstance(held.get("scoreStatus"), str)),
                ("credit", bool(credit) and decimal_of(credit) is None),
                ("dateLastModified", bool(held.get("dateLastModified")) and changed_at is None),
            ) if is_bad
        ]
        version = str(metadata.get("cairn.version", ""))
        return RemoteRecord(
            key=str(held.get("sourcedId", "")),
            remote_id=str(held.get("sourcedId", "")),
            state=self._state(held, metadata),
            mark=decimal_of(score),
            grade=str(held.get("textScore") or ""),
            credit=decimal_of(credit),
            status=_status(held, metadata),
            version=int(version) if version.isdecimal() and len(version) < DIGITS else None,
            agreed_reference=str(metadata.get(f"{self.agreed_field}Reference") or ""),
            agreed_on=_read_date(metadata.get(f"{self.agreed_field}On")),
            changed_at=changed_at,
            problem="; ".join(problems),
        )

    def ref(self, kind: str, path: str, sourced_id: str) -> dict[str, str]:
        """A reference to another object."""
        if self.dialect is Dialect.LENIENT:
            return {"sourcedId": sourced_id}
        return {"href": f"{self.url}{path}/{sourced_id}", "sourcedId": sourced_id, "type": kind}

    def _common(self, key: str, changed: datetime) -> dict[str, str]:
        return {"sourcedId": key, "status": "active", "dateLastModified": moment_of(changed)}

    def _score_date(self, day: date) -> str:
        return f"{day.isoformat()}T00:00:00Z" if self.dialect is Dialect.LENIENT else day.isoformat()

    def _state(self, held: Mapping[str, Any], metadata: Mapping[str, Any]) -> RemoteState:
        if held.get("status") == "tobedeleted":
            return RemoteState.WITHDRAWN
        if _is_true(metadata.get(self.agreed_field)):
            return RemoteState.AGREED
        # a site that drops metadata still has the scoreStatus
        said = metadata.get("cairn.final", held.get("scoreStatus") == GRADED[True])
        return RemoteState.FINAL if _is_true(said) else RemoteState.PROVISIONAL


def metadata_of(record: AwardRecord) -> dict[str, str]:
    """What OneRoster has no field for, as text; empty things are left out."""
    board = record.board
    words = {
        "cairn.key": record.key,
        "cairn.award": record.award,
        "cairn.version": str(record.version),
        "cairn.final": str(record.is_final).lower(),
        "cairn.status": record.status,
        "cairn.attempt": str(record.attempt),
        "cairn.credit": f"{record.credit:f}",
        "cairn.creditScheme": record.achievement.credit_scheme,
        "cairn.level": record.achievement.level,
        "cairn.achievement": record.achievement.code,
        "cairn.decision": record.decision,
        "cairn.capped": str(record.is_capped).lower(),
        "cairn.boardReference": board.reference if board else "",
        "cairn.boardDate": board.held_on.isoformat() if board else "",
        "cairn.boardAuthority": board.authority if board else "",
        "cairn.sourceCourse": record.source.course,
        "cairn.sourceUser": record.source.user,
        "cairn.sourceAuthority": record.source.authority,
    }
    return {name: text for name, text in words.items() if text}


def is_ours(held: Mapping[str, Any]) -> bool:
    """Say whether we wrote this result."""
    return bool(_mapping(held.get("metadata")).get("cairn.key"))


def made_id(*parts: str) -> str:
    """The same id for the same thing, from whichever process, at whatever time."""
    return str(uuid.uuid5(KEYS, json.dumps(parts, ensure_ascii=False)))


def _figures(record: AwardRecord) -> dict[str, Any]:
    """Score and scoreStatus: nought, absent, exempt, deferred and pending stay five different things."""
    if record.mark is None and record.status not in HAS_FIGURE:
        score_status, flags = NO_FIGURE.get(record.status, (f"ext:{record.status}", {}))
        return {"scoreStatus": score_status, **flags, **({"textScore": record.grade} if record.grade else {})}
    if record.mark is not None and record.status not in HAS_FIGURE:
        raise Rejected(
            f"A learner who is {record.status} cannot have a mark as well: correct the record.",
            code="mark_without_figure", error_class=ErrorClass.FIX_HERE,
        )
    return {
        "scoreStatus": GRADED[record.is_final],
        **({"score": _score(record.mark)} if record.mark is not None else {}),
        **({"textScore": record.grade} if record.grade else {}),
    }


def _score(mark: Decimal) -> int | float:
    try:
        return json_number(mark)
    except ValueError as error:
        raise Rejected(
            "The mark has more places than a number of JSON can carry: round it as the regulations say.",
            code="too_many_places", error_class=ErrorClass.FIX_HERE,
        ) from error


def _status(held: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    """Our status, unless the scoreStatus was changed there since."""
    said, score_status = str(metadata.get("cairn.status") or ""), str(held.get("scoreStatus") or "")
    is_graded = score_status in GRADED.values()
    read = "marked" if is_graded else _READ_STATUS.get(score_status, score_status.removeprefix("ext:"))
    if said in HAS_FIGURE:
        return said if is_graded else read
    return said if said and NO_FIGURE.get(said, (f"ext:{said}", {}))[0] == score_status else read


def moment_of(instant: datetime) -> str:
    """An instant as OneRoster writes it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_moment(text: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _read_date(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
