"""Small helpers that every connector may use; there is nothing to inherit."""

import json
import uuid
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from connectors.contract import AwardRecord, RemoteRecord, RemoteState
from connectors.errors import ErrorClass, Misconfigured, Rejected

LONGEST_NUMBER = 40  # as text: what is longer is no mark and no credit, and could not be kept exactly
NO_RESULT = frozenset({"pending", "unagreed", "deferred", "withdrawn"})  # these say that there is none, or none now
DIGITS = 10  # of a count or a version: a longer one is none
KEYS = uuid.UUID("5a0b7e1c-3f0e-5d52-9a54-6d1f3c2f8a10")  # never change it: every key ever sent hangs on it


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that an administrator tells a connector; ``default`` None: it must be given."""

    name: str
    text: str
    is_secret: bool = False
    default: str | None = None
    choices: tuple[str, ...] = ()


def record_key(*, institution: str, award: str, component: str, attempt: int, destination: str) -> str:
    """The key of one result at one destination: the same result always has the same key, whatever its version."""
    name = json.dumps([institution, award, component, attempt, destination], ensure_ascii=False)
    return str(uuid.uuid5(KEYS, name))


def equal_records(ours: AwardRecord, theirs: RemoteRecord) -> bool:
    """Say whether the record system holds what we mean: mark, grade, credit, status and finality.

    What a system does not tell (an empty grade or status, no credit) is not held against it. A provisional mark that
    they agreed unchanged is equal; one that they hold as final, or that they withdrew, is not.
    """
    if theirs.problem or ours.mark != theirs.mark:
        return False
    told = ((theirs.grade, ours.grade), (theirs.status, ours.status), (theirs.credit, ours.credit))
    if any(their_word not in ("", None) and their_word != our_word for their_word, our_word in told):
        return False
    waiting = RemoteState.FINAL if ours.is_final else RemoteState.PROVISIONAL
    return theirs.state in (waiting, RemoteState.AGREED)


def stands(ours: AwardRecord, theirs: RemoteRecord | None) -> bool:
    """Say whether nothing need be written: what is there is equal, and either as new as ours or agreed there.

    An equal but older record is written again, for its version and board reference. One that was agreed there is not:
    writing over it would take the agreement away.
    """
    if theirs is None or not equal_records(ours, theirs):
        return False
    return theirs.state is RemoteState.AGREED or theirs.version is None or theirs.version >= ours.version


def refuse_overwriting(ours: AwardRecord, theirs: RemoteRecord | None) -> None:
    """Let a registrar decide where writing would lose something that counts (the class *decide*).

    A mark that is agreed or final there gives way only to a final one of a higher version, and what holds no result to
    any of a higher version; a record never gives way to an older one; and one that we cannot read is not ours to
    replace.
    """
    if theirs is None or theirs.state is RemoteState.WITHDRAWN:
        return
    if theirs.problem:
        raise Rejected(
            f"The record system holds a record that cannot be read ({theirs.problem}): compare it first.",
            code="unreadable_there", error_class=ErrorClass.DECIDE,
        )
    is_newer = theirs.version is None or ours.version > theirs.version
    if theirs.state is RemoteState.PROVISIONAL and (is_newer or ours.version == theirs.version):
        return
    is_empty = theirs.mark is None and theirs.status in NO_RESULT
    if (ours.is_final or is_empty) and theirs.version is not None and is_newer:
        return
    raise Rejected(
        f"The record system holds a different record as {theirs.state.value}; it gives way only to a ratified,"
        " later version. Keep theirs, or amend with authority.",
        code="exists_different", error_class=ErrorClass.DECIDE,
    )


def decimal_of(value: object) -> Decimal | None:
    """A number as the other side wrote it, in JSON or as text; None where there is none."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and _length(number) <= LONGEST_NUMBER else None


def _length(number: Decimal) -> int:
    """How long it is written out; to find out by writing, 1e999999 would be too dear."""
    sign, digits, exponent = number.as_tuple()
    places = int(exponent)
    return sign + (len(digits) + places if places >= 0 else max(len(digits), 1 - places) + 1)


def json_number(value: Decimal) -> int | float:
    """A number for JSON that reads back as exactly this decimal; ValueError where there is none."""
    if value == value.to_integral_value():
        return int(value)
    number = float(value)  # only to be written: its shortest text is the decimal itself
    if Decimal(repr(number)) != value:
        raise ValueError("this decimal has too many places for a number of JSON")
    return number


def seconds_of(name: str, text: str) -> float:
    """A setting that is a number of seconds above nought."""
    number = decimal_of(text)
    if number is None or number <= 0:
        raise Misconfigured(f"The setting {name} must be a number of seconds, such as 15.", code="settings")
    return float(number)
