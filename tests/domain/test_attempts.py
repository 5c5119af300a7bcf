from datetime import datetime
from fractions import Fraction

import pytest

from lti_tool.domain.attempts import Attempt, Status, attempt_from, check_attempt
from lti_tool.domain.errors import RegulationError

from .facts import attempt, fields


@pytest.mark.parametrize(
    ("record", "is_gate", "words"),
    [
        pytest.param(attempt(), False, "no raw; a mark not yet given is pending", id="marked without a mark"),
        pytest.param(
            attempt(raw="5", outcome="pass"), False, "outcome belongs to a pass_fail", id="outcome for a mark"
        ),
        pytest.param(attempt(raw="5"), True, "has an outcome, no mark", id="mark for a gate"),
        pytest.param(attempt(), True, "no outcome; write pass or fail", id="gate without outcome"),
        pytest.param(attempt(status=Status.CARRIED, from_attempt=1), True, "no mark", id="nothing to carry for a gate"),
        pytest.param(attempt(status=Status.CARRIED), False, "does not say from_attempt", id="carried from nowhere"),
        pytest.param(attempt(raw="5", number=0), False, "count from 1", id="attempt 0"),
        pytest.param(attempt(raw="5", submitted=datetime(2026, 3, 2)), False, "no UTC offset", id="time without place"),
    ],
)
def test_a_record_that_says_too_little_or_too_much_is_refused(record: Attempt, is_gate: bool, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        check_attempt(record, is_gate=is_gate)


@pytest.mark.parametrize(
    "status", [Status.ABSENT, Status.DEFERRED, Status.PENDING, Status.EXEMPT, Status.MISCONDUCT_ZERO]
)
def test_a_raw_mark_beside_another_status_is_kept_and_counts_for_nothing(status: Status) -> None:
    check_attempt(attempt(raw="65", status=status), is_gate=False)


@pytest.mark.parametrize(
    ("number", "first_sit", "expected"),
    [
        pytest.param(1, False, False, id="the first attempt is none"),
        pytest.param(2, False, True, id="a later number is one"),
        pytest.param(2, True, False, id="unless it is expressly a first sit"),
    ],
)
def test_what_is_a_reassessment(number: int, first_sit: bool, expected: bool) -> None:
    assert attempt(raw="1", number=number, first_sit=first_sit).is_reassessment is expected


def test_an_attempt_is_read_whole() -> None:
    read = attempt_from(
        fields(
            component="A",
            attempt=2,
            board=3,
            status="unagreed",
            markers=["58", "64"],
            extension_hours=48,
            submitted="2026-03-02T12:00:00Z",
            first_sit=True,
            agreed_by="moderation",
            from_attempt=1,
        )
    )
    assert (read.number, read.board, read.status, read.markers) == (2, 3, Status.UNAGREED, (Fraction(58), Fraction(64)))
    assert (read.extension_hours, read.first_sit, read.agreed_by, read.from_attempt) == (48, True, "moderation", 1)


def test_an_unknown_status_is_refused_with_those_there_are() -> None:
    with pytest.raises(RegulationError, match="status is 'missing'; it must be one of marked, absent"):
        attempt_from(fields(component="A", attempt=1, board=1, status="missing"))
