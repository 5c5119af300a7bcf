"""When a message is tried again, and when it waits for a person."""

from datetime import datetime, timedelta
from fractions import Fraction
from math import isfinite

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_WISH = timedelta(days=1)  # more than this a Retry-After is rubbish
KEEPS_ON_FOR = timedelta(days=7)
#: What heals by itself. The other classes need a person, and a wrong configuration pauses its whole destination.
HEALING = frozenset({"retry", "unknown_outcome"})


def pause(attempt: int) -> timedelta:
    """The longest pause after the ``attempt``-th failure: doubling, capped."""
    doublings = min(attempt - 1, 20)
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << doublings))


def _last_attempt() -> int:
    """The attempt after which even the shortest pauses have added up to the time we keep on for."""
    attempt, waited = 0, timedelta(0)
    while waited < KEEPS_ON_FOR:
        attempt += 1
        waited += pause(attempt) * 3 / 4
    return attempt


LAST_ATTEMPT = _last_attempt()


def next_attempt_at(
    attempt: int, error_class: str, now: datetime, retry_after: float | None, jitter: Fraction | float
) -> datetime | None:
    """When to try again after the ``attempt``-th failure, or None: hold it for a person.

    ``jitter`` in [0, 1] comes from the caller and shortens a pause by at most a quarter, so that messages that failed
    together do not return together and a later pause is still never shorter while pauses double. ``retry_after``, in
    seconds, is the other side's own word: never sooner than that.
    """
    if attempt < 1 or not 0 <= jitter <= 1:
        raise ValueError("attempts count from 1, and jitter lies between 0 and 1")
    if error_class not in HEALING or attempt > LAST_ATTEMPT:
        return None
    wait = _share(pause(attempt), (3 + Fraction(jitter)) / 4)
    return now + max(wait, _wish(retry_after))


def _share(span: timedelta, share: Fraction) -> timedelta:
    return timedelta(microseconds=int(span // timedelta(microseconds=1) * share))


def _wish(retry_after: float | None) -> timedelta:
    if retry_after is None or not isfinite(retry_after) or retry_after <= 0:
        return timedelta(0)
    return min(LONGEST_WISH, timedelta(seconds=min(retry_after, LONGEST_WISH.total_seconds())))
