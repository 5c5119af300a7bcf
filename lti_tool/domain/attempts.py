"""Attempts at components: one record of one attempt, as one board knew it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.fields import Fields
from lti_tool.domain.figures import parse_decimal

PASSED, FAILED = "pass", "fail"
ATTEMPT_KEYS = frozenset(
    {
        "component",
        "attempt",
        "board",
        "status",
        "raw",
        "outcome",
        "submitted",
        "due",
        "extension_hours",
        "first_sit",
        "from_attempt",
        "markers",
        "agreed_by",
    }
)


class Status(StrEnum):
    """What became of an attempt. None of these is another: pending is not zero, absent is not exempt."""

    MARKED = "marked"
    ABSENT = "absent"  # no good cause: 0, uses the attempt
    DEFERRED = "deferred"  # good cause: voided, uses none
    EXEMPT = "exempt"  # leaves the mean
    PENDING = "pending"  # no mark yet
    UNAGREED = "unagreed"  # markers differ: no mark yet
    MISCONDUCT_ZERO = "misconduct_zero"  # 0, uses the attempt
    CARRIED = "carried"  # an earlier unpenalised mark stands as this attempt's


USING = frozenset({Status.MARKED, Status.ABSENT, Status.MISCONDUCT_ZERO, Status.CARRIED})
WAITING = frozenset({Status.PENDING, Status.UNAGREED})


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One record of one attempt, as one board knew it; a later record of the same attempt replaces it."""

    component: str
    number: int
    board: int
    status: Status
    raw: Fraction | None = None
    outcome: str | None = None
    submitted: datetime | None = None
    due: datetime | None = None
    extension_hours: int = 0
    first_sit: bool = False
    from_attempt: int | None = None
    markers: tuple[Fraction, ...] = ()
    agreed_by: str = ""

    @property
    def is_reassessment(self) -> bool:
        """A later number is a reassessment unless it is expressly a first sit (after a deferral)."""
        return self.number > 1 and not self.first_sit


def check_attempt(attempt: Attempt, *, is_gate: bool) -> None:
    """Refuse a record that says too little, or speaks of a mark where there is an outcome."""
    where = f"attempt {attempt.number} of {attempt.component}"
    if attempt.number < 1 or attempt.board < 1 or attempt.extension_hours < 0:
        raise RegulationError("attempts and boards count from 1, extensions from 0.", key="attempt", where=where)
    if any(instant is not None and instant.tzinfo is None for instant in (attempt.due, attempt.submitted)):
        raise RegulationError("an instant has no UTC offset.", key="submitted", where=where)
    if is_gate:
        _check_gate(attempt, where)
    elif attempt.outcome is not None:
        raise RegulationError("outcome belongs to a pass_fail component; give raw.", key="outcome", where=where)
    elif attempt.status is Status.MARKED and attempt.raw is None:
        raise RegulationError("is marked and has no raw; a mark not yet given is pending.", key="raw", where=where)
    if attempt.status is Status.CARRIED and attempt.from_attempt is None:
        raise RegulationError("is carried and does not say from_attempt.", key="from_attempt", where=where)


def _check_gate(attempt: Attempt, where: str) -> None:
    if attempt.raw is not None or attempt.status is Status.CARRIED:
        raise RegulationError("a pass_fail component has an outcome, no mark.", key="raw", where=where)
    if attempt.status is Status.MARKED and attempt.outcome not in (PASSED, FAILED):
        raise RegulationError("is marked and has no outcome; write pass or fail.", key="outcome", where=where)


def attempt_from(fields: Fields) -> Attempt:
    """Read one entry of ``attempts``."""
    markers = fields.entries("markers") if fields.has("markers") else ()
    return Attempt(
        component=fields.text("component"),
        number=fields.integer("attempt", least=1),
        board=fields.integer("board", least=1),
        status=Status(fields.choice("status", Status)),
        raw=fields.maybe("raw", fields.decimal),
        outcome=fields.maybe("outcome", lambda key: fields.choice(key, (PASSED, FAILED))),
        submitted=fields.maybe("submitted", fields.instant),
        due=fields.maybe("due", fields.instant),
        extension_hours=fields.maybe("extension_hours", fields.integer) or 0,
        first_sit=fields.maybe("first_sit", fields.flag) or False,
        from_attempt=fields.maybe("from_attempt", lambda key: fields.integer(key, least=1)),
        markers=tuple(parse_decimal(marker, key="markers", where=fields.where) for marker in markers),
        agreed_by=fields.maybe("agreed_by", fields.text) or "",
    )
