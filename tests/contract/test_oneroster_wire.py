"""Our record in the words of OneRoster, and back."""

from datetime import date
from decimal import Decimal

import pytest

from connectors.contract import RemoteState
from connectors.errors import ErrorClass, Rejected
from connectors.oneroster import OneRosterGradebook
from connectors.testing import a_provisional_record, a_record
from tests.contract.wire.gradebook import Gradebook, connect


def test_credits_award_version_board_decision_and_source_travel_in_metadata(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    oneroster.push(a_record())
    said = gradebook.result(a_record().key)["metadata"]
    assert said["cairn.credit"] == "10"
    assert said["cairn.award"] == "award-S0000001"
    assert said["cairn.version"] == "1"
    assert (said["cairn.boardReference"], said["cairn.boardDate"]) == ("EB-2026-06", "2026-06-12")
    assert (said["cairn.decision"], said["cairn.final"]) == ("PASS", "true")
    assert (said["cairn.sourceCourse"], said["cairn.sourceUser"]) == ("course-7", "staff-3")


@pytest.mark.parametrize(("status", "mark", "is_final", "written"), [
    pytest.param("marked", "67.5", True, {"scoreStatus": "fully graded", "score": 67.5}, id="ratified"),
    pytest.param("marked", "67.5", False, {"scoreStatus": "partially graded", "score": 67.5}, id="waiting room"),
    pytest.param("marked", "0", True, {"scoreStatus": "fully graded", "score": 0}, id="nought is a mark"),
    pytest.param("absent", None, True, {"scoreStatus": "not submitted", "missing": "true"}, id="absent is no nought"),
    pytest.param("deferred", None, True, {"scoreStatus": "ext:deferred"}, id="deferred"),
    pytest.param("exempt", None, True, {"scoreStatus": "exempt"}, id="exempt"),
    pytest.param("pending", None, False, {"scoreStatus": "submitted", "inProgress": "true"}, id="pending"),
    pytest.param("withdrawn", None, True, {"scoreStatus": "ext:withdrawn"}, id="any other word is an extension"),
])
def test_score_and_status(
    oneroster: OneRosterGradebook, gradebook: Gradebook, status: str, mark: str | None, is_final: bool, written: dict
) -> None:
    oneroster.push(a_record(status=status, mark=Decimal(mark) if mark else None, is_final=is_final))
    result = gradebook.result(a_record().key)
    names = ("scoreStatus", "score", "missing", "inProgress")
    assert {name: result[name] for name in names if name in result} == written


def test_the_lenient_dialect_writes_date_times_and_bare_references(gradebook: Gradebook) -> None:
    gradebook.is_strict = False
    oneroster = connect(gradebook, dialect="lenient", school="school-9")
    oneroster.push(a_record())
    oneroster.close()
    result = gradebook.result(a_record().key)
    assert result["scoreDate"] == "2026-06-12T00:00:00Z"
    assert result["student"] == {"sourcedId": "user-1"}


def test_a_mark_with_more_places_than_json_carries_is_refused_here(oneroster: OneRosterGradebook) -> None:
    with pytest.raises(Rejected) as caught:
        oneroster.push(a_record(mark=Decimal("66.66666666666666666667")))
    assert caught.value.error_class is ErrorClass.FIX_HERE
    assert "66.6" not in str(caught.value)


def test_absent_and_a_mark_contradict_each_other(oneroster: OneRosterGradebook) -> None:
    with pytest.raises(Rejected, match="absent"):
        oneroster.push(a_record(status="absent", mark=Decimal(0)))


def test_a_row_that_cannot_be_read_comes_back_with_its_problem(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    oneroster.push(a_record())
    gradebook.result(a_record().key)["score"] = {"points": 3}
    (row,) = oneroster.read_back()
    assert row.problem == "its score cannot be read"


def test_a_mark_changed_there_shows(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    oneroster.push(a_record())
    gradebook.result(a_record().key).update(score=61, scoreStatus="exempt")
    (row,) = oneroster.read_back()
    assert (row.mark, row.status) == (Decimal(61), "exempt")


def test_the_word_for_agreed_is_the_sites_own(gradebook: Gradebook) -> None:
    oneroster = connect(gradebook, agreed_field="ratified")
    oneroster.push(a_provisional_record())
    said = {"ratified": "true", "ratifiedReference": "M-4", "ratifiedOn": "2026-06-21"}
    gradebook.result(a_record().key)["metadata"].update(said)
    (row,) = oneroster.read_back()
    oneroster.close()
    assert (row.state, row.agreed_reference, row.agreed_on) == (RemoteState.AGREED, "M-4", date(2026, 6, 21))
