import pytest

from lti_tool.domain.attempts import Attempt, Status
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.standings import Standing, standings

from .facts import attempt, component, gate


def standing(*attempts: Attempt, board: int = 1) -> Standing:
    return standings([component()], attempts, board)[0]


def of_gate(*attempts: Attempt, board: int = 9) -> Standing:
    return standings([gate()], attempts, board)[0]


def test_only_what_was_known_by_the_board_counts() -> None:
    assert standing(attempt(raw="40"), attempt(raw="60", number=2, board=2)).newest == attempt(raw="40")


def test_newest_is_the_highest_attempt_whatever_its_board() -> None:
    later = attempt(raw="60", number=2, board=1)
    assert standing(later, attempt(raw="40", board=2), board=2).newest == later


def test_a_later_board_replaces_the_record_of_the_same_attempt_in_any_order() -> None:
    later = attempt(raw="62", board=2)
    assert standing(later, attempt(status=Status.UNAGREED), board=2).records == (later,)


def test_at_the_same_board_the_later_in_the_file_replaces() -> None:
    assert standing(attempt(raw="40"), attempt(raw="41")).records == (attempt(raw="41"),)


@pytest.mark.parametrize(
    ("statuses", "waiting", "deferred", "used"),
    [
        pytest.param([], True, False, 0, id="no attempt waits"),
        pytest.param([Status.PENDING], True, False, 0, id="pending waits"),
        pytest.param([Status.UNAGREED], True, False, 0, id="unagreed waits"),
        pytest.param([Status.ABSENT, Status.PENDING], True, False, 1, id="a newest without mark waits"),
        pytest.param([Status.DEFERRED], False, True, 0, id="deferred without any mark"),
        pytest.param([Status.ABSENT, Status.DEFERRED], False, False, 1, id="the zero of an absence is a mark"),
        pytest.param([Status.DEFERRED, Status.ABSENT], False, False, 1, id="a deferral uses no attempt"),
        pytest.param([Status.MISCONDUCT_ZERO, Status.ABSENT], False, False, 2, id="two used"),
        pytest.param([Status.EXEMPT], False, False, 0, id="exempt neither waits nor is deferred"),
        pytest.param([Status.PENDING, Status.DEFERRED], False, True, 0, id="an old pending gives no mark"),
    ],
)
def test_where_a_component_stands(statuses: list[Status], waiting: bool, deferred: bool, used: int) -> None:
    found = standing(*(attempt(status=status, number=n + 1) for n, status in enumerate(statuses)))
    assert (found.is_waiting, found.is_deferred, found.attempts_used) == (waiting, deferred, used)


def test_good_cause_accepted_later_voids_the_absence() -> None:
    found = standing(attempt(status=Status.ABSENT), attempt(status=Status.DEFERRED, board=2), board=2)
    assert (found.was_absent, found.is_deferred, found.attempts_used) == (False, True, 0)


@pytest.mark.parametrize(
    ("attempts", "outcome"),
    [
        pytest.param([attempt("V", outcome="fail"), attempt("V", number=2, outcome="pass")], "pass", id="the newest"),
        pytest.param([attempt("V", outcome="pass"), attempt("V", number=2, outcome="fail")], "fail", id="not the best"),
        pytest.param(
            [attempt("V", outcome="pass"), attempt("V", number=2, status=Status.ABSENT)], "fail", id="absent fails"
        ),
        pytest.param(
            [attempt("V", outcome="fail"), attempt("V", number=2, status=Status.DEFERRED)],
            "fail",
            id="a deferral leaves the one before",
        ),
        pytest.param([attempt("V", status=Status.DEFERRED)], None, id="deferred, none yet"),
    ],
)
def test_the_newest_outcome_of_a_gate_counts(attempts: list[Attempt], outcome: str | None) -> None:
    assert of_gate(*attempts).outcome == outcome


def test_an_attempt_at_nothing_is_refused() -> None:
    with pytest.raises(RegulationError, match="there is no component 'Z'"):
        standing(attempt("Z", raw="1"))
