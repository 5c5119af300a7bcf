"""What the specifications say, in the methods that some LMS overrides."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from connectors.http import Answer


class Refusal(StrEnum):
    """What an LMS means when it does not take a score."""

    STALE = "stale"  # it holds a score with a later time
    NOT_GRADABLE = "not_gradable"  # this person cannot have a grade there
    ATTEMPTS = "attempts_used"
    LOCKED = "locked"  # a teacher locked the grade or the column
    CLOSED = "course_closed"
    GONE = "column_gone"
    NOT_OURS = "column_not_ours"
    SLOW_DOWN = "slow_down"
    PERMISSION = "permission"
    FORMAT = "format"


class Platform:
    """AGS 2.0 and NRPS 2.0 as written."""

    roster_limit: int | None = 1000  # what we ask for; a platform may give less and says so by a next page
    score_statuses: frozenset[int] = frozenset()  # beyond 2xx and 4xx: answers that tell something here

    def score_extension(self, submitted_at: datetime | None) -> Mapping[str, object]:
        """Fields of its own that a score needs."""
        return {}

    def refusal(self, answer: Answer) -> Refusal:
        """Why a score was not taken: by the status, and by known words where one status means several things."""
        text = answer.body[:2000].decode("utf-8", "replace").lower()
        match answer.status:
            case 409:
                return Refusal.STALE
            case 429:
                return Refusal.SLOW_DOWN
            case 401:
                return Refusal.PERMISSION
            case 403 if "rate limit" in text:
                return Refusal.SLOW_DOWN
            case 403 if "enrol" in text:
                return Refusal.NOT_GRADABLE
            case 403:
                return Refusal.PERMISSION
            case 404 if "user" in text:
                return Refusal.NOT_GRADABLE
            case 404 | 410:
                return Refusal.GONE
            case 422:
                return Refusal.NOT_GRADABLE
            case 400 if "timestamp" in text and ("before" in text or "earlier" in text or "stale" in text):
                return Refusal.STALE  # Open edX and Canvas
            case 400 if "user" in text and "userid" not in text:
                return Refusal.NOT_GRADABLE  # Blackboard: "User could not be found"
            case _:
                return Refusal.FORMAT
