"""Scores to an LMS: what a connector is to a record system, with answers sorted into what happens next.

Whether a score stands is never taken from the answer to a post alone: Moodle answers 200 and keeps a teacher's grade.
The result that the column shows tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

from connectors.contract import CapturedResult
from connectors.errors import ConnectorError, ErrorClass, Misconfigured, Rejected, Unavailable
from connectors.http import Answer, explain
from connectors.symptoms import retry_after
from lti_tool.lti import ags, wire
from lti_tool.lti.platforms.standard import Refusal
from lti_tool.lti.service import SCORE, Service

SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"  # Moodle compares it to the letter
KNOWN = frozenset({200, 201, 202, 204, 400, 401, 403, 404, 409, 410, 412, 415, 422, 429})


class Figure(Protocol):
    """What a column is to show. ``value`` None: nothing, and what stands there is to go."""

    @property
    def value(self) -> Decimal | None: ...
    @property
    def maximum(self) -> Decimal: ...
    @property
    def comment(self) -> str: ...
    @property
    def submitted_at(self) -> datetime | None: ...


class Score(Protocol):
    """One score: whose, where, when, what."""

    @property
    def line_item_url(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def timestamp(self) -> datetime: ...
    @property
    def figure(self) -> Figure: ...


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a refusal means for staff."""

    error: type[ConnectorError]
    text: str
    error_class: ErrorClass | None = None


MEANINGS: Mapping[Refusal, Meaning] = {
    Refusal.STALE: Meaning(Rejected, "The LMS holds a score with a later time.", ErrorClass.DECIDE),
    Refusal.NOT_GRADABLE: Meaning(
        Rejected, "The LMS gives this person no grade: not enrolled, not a student there, a test account, or the "
        "course is not published. The teacher puts that right; then send again.", ErrorClass.FIX_THERE,
    ),
    Refusal.ATTEMPTS: Meaning(
        Rejected, "All attempts that the LMS allows for this activity are used. The teacher allows another.",
        ErrorClass.FIX_THERE,
    ),
    Refusal.LOCKED: Meaning(
        Rejected, "The grade or the column is locked in the LMS. The teacher unlocks it; then send again.",
        ErrorClass.FIX_THERE,
    ),
    Refusal.CLOSED: Meaning(Rejected, "The course in the LMS is closed and takes no scores.", ErrorClass.WINDOW),
    Refusal.GONE: Meaning(
        Rejected, "The column is no longer in the LMS. Open the activity once, or make the column again.",
        ErrorClass.FIX_THERE,
    ),
    Refusal.NOT_OURS: Meaning(
        Rejected, "The column belongs to another tool, so the LMS takes no scores from Cairn for it.",
        ErrorClass.FIX_THERE,
    ),
    Refusal.PERMISSION: Meaning(
        Misconfigured, "The LMS does not let Cairn send scores: the service is off, the tool was taken out of the "
        "course, or the web server there drops the Authorization header.",
    ),
    Refusal.SLOW_DOWN: Meaning(Unavailable, "The LMS asks us to slow down."),
    Refusal.FORMAT: Meaning(Rejected, "The LMS does not take the score as we send it.", ErrorClass.FIX_HERE),
}


class LmsScores:
    """The gradebook of one LMS."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def post(self, score: Score) -> None:
        """Post it. A time that the LMS finds too old is :class:`Rejected` with the code ``stale``."""
        answer = self._service.call(
            "POST", ags.below(score.line_item_url, "scores"), [SCORE], content_type=SCORE_TYPE, accept="*/*",
            body=wire.dumps(self._document(score)), expect=KNOWN | self._service.platform.score_statuses,
        )
        if answer.status >= 300:
            raise self._error(answer)

    def result(self, score: Score) -> CapturedResult | None:
        """What the column shows for this learner; nothing where no figure exists."""
        found = next(ags.results(self._service, score.line_item_url, user=score.user), None)
        return found if found is not None and found.score is not None else None

    def _document(self, score: Score) -> dict[str, object]:
        """The wire form (AGS §3.4.2). Anything but FullyGraded empties the grade in Moodle and Canvas."""
        figure = score.figure
        document: dict[str, object] = {
            "userId": score.user, "timestamp": instant(score.timestamp), "activityProgress": "Completed",
            "gradingProgress": "FullyGraded", "scoreGiven": figure.value, "scoreMaximum": figure.maximum,
        }
        if figure.value is None:
            document |= {"activityProgress": "Initialized", "gradingProgress": "NotReady"}
            del document["scoreGiven"], document["scoreMaximum"]
        if figure.comment:
            document["comment"] = figure.comment
        if figure.submitted_at is not None:
            document["submission"] = {"submittedAt": instant(figure.submitted_at)}
        return {**document, **self._service.platform.score_extension(figure.submitted_at)}

    def _error(self, answer: Answer) -> ConnectorError:
        refusal = self._service.platform.refusal(answer)
        meaning, words = MEANINGS[refusal], explain(answer).words
        if meaning.error is Unavailable:
            return Unavailable(meaning.text, retry_after=retry_after(answer.headers), code=refusal, words=words)
        return meaning.error(meaning.text, code=refusal, words=words, error_class=meaning.error_class)


def instant(moment: datetime) -> str:
    """ISO 8601 with zone and milliseconds, as AGS §3.4.5 asks."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
