"""An outcome on its way in: what a source showed, before it is known whose standing it has."""

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any

from lti_tool.domain.attempts import FAILED, PASSED, Status
from lti_tool.domain.figures import text_of

AGS, MOODLE_CSV, CANVAS_CSV, MARKSHEET = "ags", "moodle_csv", "canvas_csv", "marksheet"
IDENTITY = "identity"  # no source of marks: what an account showed is taken back, for it is another person's
LMS_SOURCES = frozenset({AGS, MOODLE_CSV, CANVAS_CSV})
LMS, CAIRN = "lms", "cairn"
INSTANTS = frozenset({"submitted_at", "due_at", "source_at", "read_at"})
#: Facts about a submission, which no gradebook shows: told once, they hold for the attempt until told anew.
SUBMISSION = ("submitted_at", "extension_hours", "due_at")
#: What is read at another time, or in another run of the reader, is not another result.
NOT_CONTENT = frozenset(
    {"read_at", "source_at", "capture_run_id", "marked_by", "line_item_id", "lti_user_id", "is_older"}
)

#: What no LMS says of a result, though one that is told again knows where it was placed.
PLACE = frozenset({"attempt", "board_number", "is_first_sit"})


@dataclass(frozen=True, kw_only=True)
class NewOutcome:
    """One result as read: a figure, a gate's verdict, or a status that is neither.

    Left out, attempt and board follow from what is known (see ``sittings.py``). ``source_at`` is the source's own time,
    ``line_item_id`` and ``lti_user_id`` say in which column and for whom it was read, so that an echo is known as one.
    ``is_older``: it is known to be older than what is here, or a person wants it to stand whatever its time; None, its
    time decides.
    """

    source: str
    status: str
    read_at: datetime
    raw: Decimal | None = None
    out_of: Decimal | None = None
    gate: str = ""
    attempt: int | None = None
    board_number: int | None = None
    submitted_at: datetime | None = None
    extension_hours: int | None = None
    due_at: datetime | None = None
    is_first_sit: bool | None = None
    from_attempt: int | None = None
    markers: tuple[Decimal, ...] = ()
    agreed_by: str = ""
    marked_by: int | None = None
    source_at: datetime | None = None
    capture_run_id: int | None = None
    line_item_id: int | None = None
    lti_user_id: int | None = None
    is_older: bool | None = None

    def __post_init__(self) -> None:
        """I4: no figure without a mark, no mark without a figure."""
        if self.status not in set(Status):
            raise ValueError(f"{self.status} is no status of an attempt.")
        has_result = self.raw is not None or bool(self.gate)
        if has_result != (self.status == Status.MARKED):
            raise ValueError("what is marked has a figure or a verdict, and nothing else has one.")
        if self.gate and (self.gate not in (PASSED, FAILED) or self.raw is not None):
            raise ValueError("a gate is passed or failed, and has no mark.")
        if self.status == Status.CARRIED and self.from_attempt is None:
            raise ValueError("what is carried comes from an attempt.")

    @property
    def side(self) -> str:
        """Where it was made: in the LMS, or here."""
        return LMS if self.source in LMS_SOURCES else CAIRN

    @property
    def has_figure(self) -> bool:
        return self.status == Status.MARKED

    @property
    def has_own_time(self) -> bool:
        """Whether the time of the source tells it apart."""
        return self.source_at is not None and self.is_older is not False

    def content(self) -> str:
        """What it says, as one text: equal figures are equal however they are written."""
        said = {
            field.name: _plain(getattr(self, field.name)) for field in fields(self) if field.name not in NOT_CONTENT
        }
        if self.side == LMS:
            said |= dict.fromkeys(PLACE)
        return json.dumps(said, sort_keys=True)

    def digest(self, before: str = "", taken_back: str = "") -> str:
        """The name of this delivery. With a time of its own, what it says then; else what it says after ``before``.

        What a person wants to stand may say the same at the same time, and is another delivery.

        ``taken_back`` names what was taken back since; told again, it is another delivery.
        """
        at = f"at {_plain(self.source_at)}" if self.has_own_time else f"after {before}"
        since = f"\nsince {taken_back}" if taken_back else ""
        return sha256(f"{self.content()}\n{at}{since}".encode()).hexdigest()


def share(raw: Decimal, out_of: Decimal | None) -> Fraction:
    """A mark as a share of its maximum; without one, the mark itself."""
    return Fraction(raw) / Fraction(out_of) if out_of else Fraction(raw)


def to_document(outcome: NewOutcome) -> dict[str, Any]:
    """As a JSON document, to be sealed."""
    return {name: _plain(value) for name, value in asdict(outcome).items()}


def from_document(document: dict[str, Any]) -> NewOutcome:
    """From the document again."""
    found = dict(document)
    for name in INSTANTS:
        found[name] = datetime.fromisoformat(found[name]) if found.get(name) else None
    for name in ("raw", "out_of"):
        found[name] = None if found.get(name) is None else Decimal(found[name])
    found["markers"] = tuple(Decimal(marker) for marker in found.get("markers", ()))
    return NewOutcome(**found)


def with_submission(outcome: NewOutcome, **told: Any) -> NewOutcome:
    """The same with facts about its submission, where it has none of its own."""
    return replace(outcome, **{name: value for name, value in told.items() if getattr(outcome, name) is None})


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return text_of(Fraction(value), 30)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
