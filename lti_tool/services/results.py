"""What can come of sending one message, as plain values between the threads that send and the one that writes."""

from dataclasses import dataclass
from decimal import Decimal

from connectors.contract import Receipt, RemoteRecord
from connectors.errors import ConnectorError, ErrorClass, Rejected, Unavailable
from lti_tool.services.bodies import Body


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """One message taken up by one worker. ``attempt`` fences it: a result of an earlier attempt changes nothing."""

    id: int
    key: str
    destination: int
    kind: str
    record_key: str
    version: int
    attempt: int
    worker: str
    is_uncertain: bool  # it may have been written: look before writing again
    body: Body


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """The other side has it. ``is_confirmed``: it was seen to hold an equal record; an answer alone does not say so."""

    is_found: bool = False  # it held an equal record before we wrote
    is_confirmed: bool = False
    remote_id: str = ""
    batch: str = ""
    state: str = ""
    mark: Decimal | None = None
    grade: str = ""

    @classmethod
    def by_receipt(cls, receipt: Receipt, body: Body, *, is_telling: bool) -> "Delivered":
        """``is_telling``: the system itself answers; a file that merely lies in a drop confirms nothing."""
        is_confirmed = is_telling and receipt.was_there
        return cls(
            is_found=receipt.was_there, is_confirmed=is_confirmed, remote_id=receipt.remote_id, batch=receipt.batch,
            state=(receipt.state or "") if is_telling else "",
            mark=getattr(body, "mark", None) if is_confirmed else None,
            grade=getattr(body, "grade", "") if is_confirmed else "",
        )

    @classmethod
    def by_look_up(cls, remote: RemoteRecord, *, is_telling: bool) -> "Delivered":
        if remote.is_our_word:
            return cls(is_found=True, is_confirmed=is_telling, remote_id=remote.remote_id)
        return cls(
            is_found=True, is_confirmed=is_telling, remote_id=remote.remote_id, state=remote.state, mark=remote.mark,
            grade=remote.grade,
        )


@dataclass(frozen=True, slots=True)
class Unsent:
    """Nothing was tried: the worker stops, or the destination was paused meanwhile."""


class Differs(Rejected):
    """The other side holds something else; a person decides, with both figures before them."""

    def __init__(
        self, message: str, *, code: str, state: str = "", mark: Decimal | None = None, grade: str = ""
    ) -> None:
        super().__init__(message, code=code, error_class=ErrorClass.DECIDE)
        self.state = state
        self.mark = mark
        self.grade = grade


class Stale(Unavailable):
    """The LMS finds the score's timestamp too old and shows nothing that contradicts it: it needs a later one."""


Result = Delivered | Unsent | ConnectorError


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """One message and what came of it. ``is_uncertain``: it may have been written all the same."""

    message: Claimed
    result: Result
    is_uncertain: bool = False
