"""Whether what a source shows is news, or what it showed before: of one learner on one component, oldest first."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from lti_tool.domain.attempts import Status
from lti_tool.models.outcome import Outcome
from lti_tool.services.outcome_values import AGS, IDENTITY, LMS, LMS_SOURCES, MARKSHEET, NewOutcome, share

COUNTED, OLDER = "counted", "older"


def since_taken_back(rows: Sequence[Outcome]) -> tuple[str, Sequence[Outcome]]:
    """What took a match back, and what came since; another's marks make nothing older, or known already."""
    for place in range(len(rows), 0, -1):
        if rows[place - 1].source == IDENTITY:
            return rows[place - 1].delivery, rows[place:]
    return "", rows


def new_delivery(result: NewOutcome, rows: Sequence[Outcome], taken_back: str) -> str | None:
    """The digest of this delivery, or None when it is there.

    A source with times of its own is known again by them. One without is taken to repeat itself until it, or another
    source of the LMS that counted, says something else: 60, 60, 65, 60 are three results, so each digest follows from
    the one before. ``taken_back`` names what was taken back before these rows: the same may come once more, and is
    another delivery then.
    """
    if _says_what_was_typed_over(result, rows):
        return None
    ours = [row.delivery for row in rows if row.source == result.source]
    delivery = result.digest(ours[-1] if ours else "", taken_back)
    is_contradicted = contradicted_by(result, rows) is not None and not result.is_older
    is_repeated = says_the_same(result, rows, taken_back) and not is_contradicted and result.is_older is not False
    if delivery in {row.delivery for row in rows} and not is_repeated:
        return sha256(f"{delivery}\nafter {ours[-1]}".encode()).hexdigest() if _is_corrected(result, rows) else None
    return None if is_repeated else delivery


def says_the_same(result: NewOutcome, rows: Sequence[Outcome], taken_back: str) -> bool:
    """Whether a source without times says what it said last; what was known to be older it said before that."""
    ours = [row for row in rows if row.source == result.source]
    last = next((n for n in range(len(ours) - 1, -1, -1) if result.is_older or ours[n].standing != OLDER), None)
    if result.has_own_time or last is None:
        return False
    return ours[last].delivery == result.digest(ours[last - 1].delivery if last else "", taken_back)


def contradicted_by(result: NewOutcome, rows: Sequence[Outcome]) -> Outcome | None:
    """What another source says instead: it came since, and counted. Words typed here say nothing against an LMS."""
    told = [row for row in rows if row.standing == COUNTED and (row.source in LMS_SOURCES or result.side != LMS)]
    newest = told[-1] if told else None
    if newest is None or newest.source == result.source or is_same_figure(newest, result):
        return None
    return newest


def is_same_figure(ours: Outcome, theirs: Outcome | NewOutcome) -> bool:
    """Whether the two say the same, however they are written."""
    if ours.raw is None or theirs.raw is None:
        return (ours.status, ours.gate) == (theirs.status, theirs.gate) and ours.raw is theirs.raw
    return share(ours.raw, ours.out_of) == share(theirs.raw, theirs.out_of)


def _says_what_was_typed_over(result: NewOutcome, rows: Sequence[Outcome]) -> bool:
    """Whether it is the mark that the LMS showed before somebody typed a state over it: that is no news of the mark.

    An export bears its own time and not that of a grade; only AGS may say that it was graded anew since.
    """
    shown = next((n for n in range(len(rows) - 1, -1, -1) if _is_counted_of_lms(rows[n])), None)
    if shown is None or result.side != LMS or result.is_older is False:
        return False
    said = rows[shown]
    is_typed_over = any(
        row.source == MARKSHEET and row.standing == COUNTED and row.status != Status.MARKED for row in rows[shown:]
    )
    is_anew = AGS == result.source == said.source and _is_later(result.source_at, said.source_at)
    return is_typed_over and not is_anew and is_same_figure(said, result)


def _is_corrected(result: NewOutcome, rows: Sequence[Outcome]) -> bool:
    """Whether another column of the very export that stands says it: the first one was not the right one."""
    newest = next((row for row in reversed(rows) if _is_counted_of_lms(row)), None)
    return (
        newest is not None and result.source != AGS
        and (newest.source, newest.source_at) == (result.source, result.source_at)
        and not is_same_figure(newest, result)
    )


def _is_counted_of_lms(row: Outcome) -> bool:
    return row.source in LMS_SOURCES and row.standing == COUNTED


def _is_later(time: datetime | None, than: datetime | None) -> bool:
    return time is not None and than is not None and time > than
