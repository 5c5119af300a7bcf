"""Scores to an LMS: what is sent, and what each answer means for what happens next."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.errors import ConnectorError, ErrorClass, Misconfigured, Rejected, Unavailable, Uncertain
from lti_tool.lti.scores import LmsScores, instant
from lti_tool.lti.service import SCORE
from lti_tool.models.platform import Registration
from tests.platform import recorded
from tests.platform.fixtures import Registered
from tests.platform.forged import Answer

AT = datetime(2026, 6, 1, 9, 0, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class Figure:
    value: Decimal | None = Decimal("62.50")
    maximum: Decimal = Decimal("100")
    comment: str = ""
    submitted_at: datetime | None = None


@dataclass(frozen=True)
class Score:
    line_item_url: str
    figure: Figure = Figure()
    user: str = "7"
    timestamp: datetime = AT


class Gradebook:
    """The forged gradebook, answering a score as it is told, under a profile."""

    def __init__(self, lms: Registered, profile: str = "generic", answer: Answer = (200, b"", {})) -> None:
        self.lms = lms
        lms.platform.grants()
        with lms.sessions.begin() as session:
            session.query(Registration).one().profile = profile
        lms.platform.routes["POST /items/7/scores"] = lambda call: answer
        house = lms.app.extensions["cairn"]
        self.scores = LmsScores(house.services.of(house.config.by_key(lms.key)))

    def post(self, figure: Figure = Figure()) -> None:
        self.scores.post(Score(f"{self.lms.platform.url}/items/7?type_id=1", figure))

    def refusal(self) -> ConnectorError:
        with pytest.raises(ConnectorError) as refused:
            self.post()
        return refused.value


def test_a_score_as_it_is_sent(lms: Registered) -> None:
    Gradebook(lms).post(Figure(comment="Well argued", submitted_at=AT))
    [call] = lms.platform.asked("/items/7/scores")
    assert call.query == {"type_id": "1"}
    assert call.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert lms.platform.asked("/token")[0].form["scope"] == SCORE
    assert b'"scoreGiven":62.50,"scoreMaximum":100' in call.body
    assert call.json == {
        "userId": "7", "timestamp": "2026-06-01T09:00:00.123Z", "activityProgress": "Completed",
        "gradingProgress": "FullyGraded", "scoreGiven": 62.5, "scoreMaximum": 100, "comment": "Well argued",
        "submission": {"submittedAt": "2026-06-01T09:00:00.123Z"},
    }


def test_no_comment_and_no_time_are_left_out(lms: Registered) -> None:
    Gradebook(lms).post()
    assert not {"comment", "submission"} & set(lms.platform.asked("/items/7/scores")[0].json)


def test_a_figure_that_is_to_go_is_sent_as_none(lms: Registered) -> None:
    Gradebook(lms).post(Figure(value=None))
    sent = lms.platform.asked("/items/7/scores")[0].json
    assert (sent["gradingProgress"], "scoreGiven" in sent) == ("NotReady", False)


def test_canvas_is_asked_for_no_new_attempt_and_keeps_a_teachers_grade(lms: Registered) -> None:
    Gradebook(lms, "canvas").post()
    assert lms.platform.asked("/items/7/scores")[0].json["https://canvas.instructure.com/lti/submission"] == {
        "new_submission": False, "prioritize_non_tool_grade": True,
    }


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_what_counts_as_taken(lms: Registered, status: int) -> None:
    Gradebook(lms, answer=(status, None if status == 204 else b"", {})).post()


GENERIC = [
    pytest.param(401, "", Misconfigured, "permission", ErrorClass.CONFIG, id="401 again"),
    pytest.param(403, "Rate Limit Exceeded", Unavailable, "slow_down", ErrorClass.RETRY, id="403 throttled"),
    pytest.param(429, "", Unavailable, "slow_down", ErrorClass.RETRY, id="429"),
    pytest.param(403, "user is not enrolled", Rejected, "not_gradable", ErrorClass.FIX_THERE, id="403 not enrolled"),
    pytest.param(403, "", Misconfigured, "permission", ErrorClass.CONFIG, id="403"),
    pytest.param(404, "User not found", Rejected, "not_gradable", ErrorClass.FIX_THERE, id="404 user"),
    pytest.param(404, "", Rejected, "column_gone", ErrorClass.FIX_THERE, id="404 column"),
    pytest.param(410, "", Rejected, "column_gone", ErrorClass.FIX_THERE, id="410 column"),
    pytest.param(409, "", Rejected, "stale", ErrorClass.DECIDE, id="409 stale"),
    pytest.param(400, "timestamp is earlier than the last", Rejected, "stale", ErrorClass.DECIDE, id="400 stale"),
    pytest.param(400, "User could not be found", Rejected, "not_gradable", ErrorClass.FIX_THERE, id="400 user"),
    pytest.param(400, "", Rejected, "format", ErrorClass.FIX_HERE, id="400 other"),
    pytest.param(412, "", Rejected, "format", ErrorClass.FIX_HERE, id="412"),
    pytest.param(415, "", Rejected, "format", ErrorClass.FIX_HERE, id="415"),
    pytest.param(422, "", Rejected, "not_gradable", ErrorClass.FIX_THERE, id="422"),
]


@pytest.mark.parametrize("status, text, family, code, error_class", GENERIC)
def test_what_an_answer_means(
    lms: Registered, status: int, text: str, family: type[ConnectorError], code: str, error_class: ErrorClass
) -> None:
    error = Gradebook(lms, answer=(status, {"message": text}, {"Retry-After": "7"})).refusal()
    assert (type(error), error.code, error.error_class) == (family, code, error_class)
    if isinstance(error, Unavailable):
        assert error.retry_after == 7


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_failure_while_answering_is_looked_up_before_it_is_sent_again(lms: Registered, status: int) -> None:
    assert type(Gradebook(lms, answer=(status, b"", {})).refusal()) is Uncertain


def test_an_lms_that_is_away_was_told_nothing(lms: Registered) -> None:
    assert type(Gradebook(lms, answer=(503, b"", {})).refusal()) is Unavailable


MOODLE = [
    ("Another score with the very same timestamp", "stale"),
    ("Timestamp an hour older", "stale"),
    ("User of this Moodle who is not enrolled", "not_gradable"),
    ("Teacher of the course", "not_gradable"),
    ("No such user", "not_gradable"),
    ("Score after the teacher locked that student's grade", "locked"),
    ("Score to a deleted line item", "column_gone"),
    ("application/json", "format"),
]


@pytest.mark.parametrize("what, code", [pytest.param(*row, id=row[0]) for row in MOODLE])
def test_what_moodle_answered(lms: Registered, what: str, code: str) -> None:
    assert Gradebook(lms, "moodle", recorded.exchange("moodle-ags-scores-results", what)).refusal().code == code


CANVAS = [
    ("not a student", "not_gradable"), ("old timestamp", "stale"), ("timestamp no date", "format"),
    ("attempts used up", "attempts_used"), ("concluded course", "course_closed"), ("no token", "permission"),
    ("line item of another key", "column_not_ours"), ("scope missing", "permission"),
    ("submitted_at in the future", "format"), ("scoreMaximum missing", "format"),
]


@pytest.mark.parametrize("what, code", [pytest.param(*row, id=row[0]) for row in CANVAS])
def test_what_canvas_answers(lms: Registered, what: str, code: str) -> None:
    told = recorded.answers("canvas-ags")["errors"][what]
    assert Gradebook(lms, "canvas", (told["status"], told["body"], {})).refusal().code == code


def test_the_result_of_one_learner_is_read(lms: Registered) -> None:
    gradebook = Gradebook(lms)
    shown = [{"userId": "6", "resultScore": 1}, {"userId": "7", "resultScore": 12.5, "resultMaximum": 20}]
    lms.platform.routes["/items/7/results"] = lambda call: (200, shown, {})
    found = gradebook.scores.result(Score(f"{lms.platform.url}/items/7?type_id=1"))
    assert found is not None and (found.score, found.maximum) == (Decimal("12.5"), Decimal(20))
    assert lms.platform.asked("/items/7/results")[0].query == {"type_id": "1", "user_id": "7"}


@pytest.mark.parametrize("shown", [[], [{"userId": "7", "resultMaximum": 20}]])
def test_no_figure_is_nothing(lms: Registered, shown: list[dict[str, object]]) -> None:
    gradebook = Gradebook(lms)
    lms.platform.routes["/items/7/results"] = lambda call: (200, shown, {})
    assert gradebook.scores.result(Score(f"{lms.platform.url}/items/7")) is None


def test_a_refusal_holds_no_mark_and_no_person(lms: Registered) -> None:
    error = Gradebook(lms, answer=(400, {"message": "no"}, {})).refusal()
    assert "62" not in str(error) and "items/7" not in str(error)


def test_an_instant_has_a_zone_and_milliseconds() -> None:
    assert instant(datetime(2026, 6, 1, 9, 0, tzinfo=UTC)) == "2026-06-01T09:00:00.000Z"
