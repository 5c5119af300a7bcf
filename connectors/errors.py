"""What can go wrong at a record system or an LMS, named for what happens next.

Messages carry no names, marks, tokens or bodies. ``code`` is the other side's own short code, ``words`` its own short
text where a person must read it; both are kept with the attempt.
"""

from enum import StrEnum

from connectors.texts import plain


class ErrorClass(StrEnum):
    """The nine classes that staff see."""

    RETRY = "retry"
    UNKNOWN_OUTCOME = "unknown_outcome"
    FIX_HERE = "fix_here"
    FIX_THERE = "fix_there"
    DECIDE = "decide"
    DONE_ALREADY = "done_already"
    WINDOW = "window"
    PERMANENT = "permanent"
    CONFIG = "config"


class ConnectorError(Exception):
    """Anything that a connector raises."""

    error_class = ErrorClass.RETRY
    status = 0  # that of the answer, where one came

    def __init__(self, message: str, *, code: str = "", words: str = "", error_class: ErrorClass | None = None) -> None:
        super().__init__(message)
        self.code = plain(code, 80)
        self.words = plain(words)
        if error_class is not None:
            self.error_class = error_class


class Unavailable(ConnectorError):
    """Nothing was written; try later. ``retry_after`` in seconds, where the other side named a time."""

    error_class = ErrorClass.RETRY

    def __init__(
        self, message: str, *, retry_after: float | None = None, code: str = "", words: str = "",
        error_class: ErrorClass | None = None,
    ) -> None:
        super().__init__(message, code=code, words=words, error_class=error_class)
        self.retry_after = retry_after


class Rejected(ConnectorError):
    """This record is refused; a person must look. The class says who."""

    error_class = ErrorClass.FIX_THERE


class Misconfigured(ConnectorError):
    """Every record would fail: the destination is paused, and an administrator told."""

    error_class = ErrorClass.CONFIG


class Uncertain(ConnectorError):
    """It may have been written: look before writing again."""

    error_class = ErrorClass.UNKNOWN_OUTCOME

    @classmethod
    def from_surprise(cls, error: Exception) -> "Uncertain":
        """A bug of ours may have struck after the write; only its type is kept, its text may hold anything."""
        return cls(f"an unexpected {type(error).__name__} while sending", code=type(error).__name__)


class Unsupported(ConnectorError):
    """This system cannot be told that."""

    error_class = ErrorClass.PERMANENT
