"""OneRoster keeps the shared promises, writes only what the strict schema allows, and minds its own quirks."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier, Thread

import pytest

from connectors.contract import BoardReference, RemoteState
from connectors.errors import ErrorClass, Misconfigured, Rejected, Unavailable, Uncertain
from connectors.oneroster import OneRosterGradebook
from connectors.registry import configure
from connectors.testing import SECRET, HttpRecordSystemContract, a_provisional_record, a_record, a_revocation
from tests.contract.wire.gradebook import CLIENT, Gradebook, learner, refusal
from tests.contract.wire.server import Reply

def connect(gradebook: Gradebook, **settings: str) -> OneRosterGradebook:
    usual = {"url": gradebook.url, "token_url": gradebook.token_url, "client_id": CLIENT, "check_class": "class-1"}
    connector = configure("oneroster", {**usual, **settings}, {"client_secret": SECRET})
    assert isinstance(connector, OneRosterGradebook)
    return connector


@pytest.fixture
def remote(gradebook: Gradebook) -> Gradebook:
    return gradebook


@pytest.fixture
def connector(gradebook: Gradebook) -> Iterator[OneRosterGradebook]:
    connector = connect(gradebook)
    yield connector
    connector.close()


class TestOneRoster(HttpRecordSystemContract):
    @pytest.fixture
    def connector(self, gradebook: Gradebook) -> Iterator[OneRosterGradebook]:
        connector = connect(gradebook, read_seconds="0.3")
        yield connector
        connector.close()


def result_of(gradebook: Gradebook, key: str = "") -> dict:
    return gradebook.kept["results"][key or a_record().key]


# -- what is written

def test_credits_award_version_board_decision_and_source_travel_in_metadata(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    connector.push(a_record())
    said = result_of(gradebook)["metadata"]
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
    connector: OneRosterGradebook, gradebook: Gradebook, status: str, mark: str | None, is_final: bool, written: dict
) -> None:
    connector.push(a_record(status=status, mark=Decimal(mark) if mark else None, is_final=is_final))
    result = result_of(gradebook)
    names = ("scoreStatus", "score", "missing", "inProgress")
    assert {name: result[name] for name in names if name in result} == written


def test_one_category_and_one_line_item_per_component_made_once(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    gradebook.students.append(learner(2))
    run = a_record().run
    for number in ("S0000001", "S0000002"):
        connector.push(a_record(number))
        connector.push(a_record(number, key=f"essay-{number}", run=replace(run, component="essay")))
    assert len(gradebook.kept["lineItems"]) == 2
    assert len(gradebook.kept["categories"]) == 1
    assert gradebook.server.count("PUT", "/lineItems/") == 2
    assert {item["title"] for item in gradebook.kept["lineItems"].values()} == {
        "Reading Rivers, June", "Reading Rivers, June: essay"}


def test_another_process_finds_the_same_line_item_and_leaves_it_alone(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    connector.push(a_record())
    (item,) = gradebook.kept["lineItems"].values()
    item["title"] = "As staff call it"
    other = connect(gradebook)
    other.push(a_record())
    other.close()
    assert gradebook.server.count("PUT", "/lineItems/") == 1
    assert item["title"] == "As staff call it"


def test_a_line_item_that_was_deleted_there_is_made_again_next_time(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    connector.push(a_record())
    gradebook.kept["lineItems"].clear()
    with pytest.raises(Rejected) as caught:
        connector.push(a_record())
    assert (caught.value.code, caught.value.words) == ("unknownobject", "no such lineItem")
    assert connector.push(a_record()).key == a_record().key


def test_the_lenient_dialect_writes_date_times_and_bare_references(gradebook: Gradebook) -> None:
    gradebook.is_strict = False
    connector = connect(gradebook, dialect="lenient", school="school-9")
    connector.push(a_record())
    connector.close()
    result = result_of(gradebook)
    assert result["scoreDate"] == "2026-06-12T00:00:00Z"
    assert result["student"] == {"sourcedId": "user-1"}


def test_no_student_number_is_ever_in_an_address(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    connector.push(a_record())
    list(connector.read_back())
    assert not [seen for seen in gradebook.server.requests if "S0000001" in f"{seen.path}{seen.query}"]


def test_a_mark_with_more_places_than_json_carries_is_refused_here(connector: OneRosterGradebook) -> None:
    with pytest.raises(Rejected) as caught:
        connector.push(a_record(mark=Decimal("66.66666666666666666667")))
    assert caught.value.error_class is ErrorClass.FIX_HERE
    assert "66.6" not in str(caught.value)


def test_absent_and_a_mark_contradict_each_other(connector: OneRosterGradebook) -> None:
    with pytest.raises(Rejected, match="absent"):
        connector.push(a_record(status="absent", mark=Decimal(0)))


# -- who is meant

def test_a_learner_is_found_by_registration_too(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.students = [{"sourcedId": "user-5", "userIds": [{"type": "SPR", "identifier": "S0000001/1"}]}]
    connector.push(a_record())
    assert result_of(gradebook)["student"]["sourcedId"] == "user-5"


def test_the_extracts_own_id_counts_when_it_is_in_the_class(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    gradebook.students = [{"sourcedId": "user-5"}]
    known = replace(a_record().learner, remote_id="user-5")
    connector.push(a_record(learner=known))
    with pytest.raises(Rejected, match="not in class class-1"):
        connector.push(a_record(learner=replace(known, remote_id="user-6")))


def test_two_learners_under_one_number_are_not_guessed_between(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    gradebook.students = [learner(1), {**learner(1), "sourcedId": "user-7"}]
    with pytest.raises(Rejected) as caught:
        connector.push(a_record())
    assert caught.value.code == "ambiguous_learner"


def test_an_unknown_class_is_for_the_department(connector: OneRosterGradebook) -> None:
    with pytest.raises(Rejected) as caught:
        connector.push(a_record(run=replace(a_record().run, code="class-9")))
    assert caught.value.code == "unknown_run"


def test_the_class_is_read_once_by_many_threads(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.students = [learner(number) for number in range(1, 17)]
    start = Barrier(16)

    def push(number: int) -> None:
        start.wait()
        connector.push(a_record(f"S{number:07d}"))

    threads = [Thread(target=push, args=(number,)) for number in range(1, 17)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gradebook.held() == 16
    assert gradebook.server.count("GET", "/students") == 1
    assert gradebook.server.count("POST", "/oauth/token") == 1


@pytest.mark.parametrize("counts", [True, False], ids=["with X-Total-Count", "by Link alone"])
def test_paging_drops_nobody_when_the_system_lowers_the_limit(
    connector: OneRosterGradebook, gradebook: Gradebook, counts: bool
) -> None:
    gradebook.students = [learner(number) for number in range(1, 8)]
    gradebook.page, gradebook.counts = 3, counts
    for number in range(1, 8):
        connector.push(a_record(f"S{number:07d}"))
    assert gradebook.held() == 7
    assert gradebook.server.count("GET", "/students") == 3
    assert len(list(connector.read_back())) == 7


# -- what stands there already

def test_the_first_version_is_one_call_and_a_later_one_looks_first(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    connector.push(a_record())
    assert gradebook.server.count("GET", "/results/") == 0
    assert connector.push(a_record(version=2, mark=Decimal("70"))).state is RemoteState.FINAL
    assert gradebook.server.count("GET", "/results/") == 1


def test_an_equal_later_push_writes_nothing(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    connector.push(a_record(version=2))
    writes = gradebook.server.count("PUT")
    assert connector.push(a_record(version=2)).was_there
    assert gradebook.server.count("PUT") == writes


def test_what_the_record_system_agreed_is_not_written_over_by_its_own_ratification(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    connector.push(a_provisional_record(credit=Decimal(10)))
    gradebook.agree(a_record().key, "SRS-118", date(2026, 6, 20))
    there = BoardReference(reference="SRS-118", held_on=date(2026, 6, 20), authority="record_system")
    receipt = connector.push(a_record(board=there))
    assert (receipt.was_there, receipt.state) == (True, RemoteState.AGREED)
    with pytest.raises(Rejected) as caught:
        connector.push(a_record(board=there, mark=Decimal("12")))
    assert caught.value.error_class is ErrorClass.DECIDE


def test_a_record_that_cannot_be_read_is_not_written_over(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    connector.push(a_record())
    result_of(gradebook)["score"] = "a lot"
    with pytest.raises(Rejected, match="score cannot be read"):
        connector.push(a_record(version=2))


def test_a_withdrawal_keeps_the_result_and_names_the_board(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    connector.push(a_record())
    connector.revoke(a_revocation(a_record()))
    result = result_of(gradebook)
    assert result["status"] == "tobedeleted"
    assert result["score"] == 67.5
    assert result["metadata"]["cairn.revocationReference"] == "EB-2026-07"


def test_withdrawing_what_never_arrived_is_done_already(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    assert connector.revoke(a_revocation(a_record())).was_there
    assert gradebook.server.count("PUT") == 0


# -- reading back

def test_only_ours_are_read_back(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    connector.push(a_record())
    gradebook.kept["results"]["theirs"] = {**result_of(gradebook), "sourcedId": "theirs", "metadata": {}}
    assert [row.key for row in connector.read_back()] == [a_record().key]


def test_reading_back_asks_for_what_changed_since(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    connector.push(a_record())
    assert len(list(connector.read_back(datetime(2026, 6, 12, 15, 0, tzinfo=UTC)))) == 1
    assert list(connector.read_back(datetime(2026, 6, 12, 16, 0, tzinfo=UTC))) == []


def test_a_row_that_cannot_be_read_comes_back_with_its_problem(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    connector.push(a_record())
    result_of(gradebook)["score"] = {"points": 3}
    (row,) = connector.read_back()
    assert row.problem == "its score cannot be read"


def test_a_mark_changed_there_shows(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    connector.push(a_record())
    result_of(gradebook).update(score=61, scoreStatus="exempt")
    (row,) = connector.read_back()
    assert (row.mark, row.status) == (Decimal(61), "exempt")


def test_the_word_for_agreed_is_the_sites_own(gradebook: Gradebook) -> None:
    connector = connect(gradebook, agreed_field="ratified")
    connector.push(a_provisional_record())
    result_of(gradebook)["metadata"].update(ratified="true", ratifiedReference="M-4", ratifiedOn="2026-06-21")
    (row,) = connector.read_back()
    connector.close()
    assert (row.state, row.agreed_reference, row.agreed_on) == (RemoteState.AGREED, "M-4", date(2026, 6, 21))


# -- faults

def test_a_refusal_carries_their_code_and_words(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.server.fault = lambda request: (
        refusal(409, "locked", "grading period is locked") if gradebook.writes_result(request) else None
    )
    with pytest.raises(Rejected) as caught:
        connector.push(a_record())
    assert caught.value.error_class is ErrorClass.DECIDE
    assert (caught.value.code, caught.value.words) == ("locked", "grading period is locked")


def test_a_missing_scope_pauses_the_destination(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.server.fault = lambda request: refusal(403, "forbidden") if request.method == "PUT" else None
    with pytest.raises(Misconfigured):
        connector.push(a_record())


def test_a_system_that_is_busy_says_when_to_come_back(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.be_unavailable()
    with pytest.raises(Unavailable) as caught:
        connector.push(a_record())
    assert caught.value.retry_after == 7


def test_a_failure_while_writing_is_uncertain(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.server.fault = lambda request: Reply(500) if gradebook.writes_result(request) else None
    with pytest.raises(Uncertain):
        connector.push(a_record())
    assert connector.look_up(a_record().key) is None


@pytest.mark.parametrize("status", [200, 201, 204])
def test_every_way_of_saying_written_is_taken(
    connector: OneRosterGradebook, gradebook: Gradebook, status: int
) -> None:
    gradebook.server.fault = lambda request: Reply(status) if gradebook.writes_result(request) else None
    assert connector.push(a_record()).key == a_record().key


def test_a_login_page_is_not_taken_for_written(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.server.fault = lambda request: (
        Reply(200, b"<html>log in") if gradebook.writes_result(request) else None
    )
    with pytest.raises(Uncertain):
        connector.push(a_record())


def test_a_gateways_own_404_is_not_taken_for_nothing_there(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    gradebook.server.fault = lambda request: Reply(404, b"<html>no such host") if request.method == "GET" else None
    with pytest.raises(Unavailable):
        connector.look_up(a_record().key)


# -- test connection

def test_the_connection_test_names_missing_scopes(connector: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.granted = "https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.readonly"
    report = connector.check()
    assert not report.is_ok
    assert "gradebook.createput, roster-core.readonly" in " ".join(line.text for line in report.lines)


def test_the_connection_test_sees_another_dialect_and_a_wrong_clock(
    connector: OneRosterGradebook, gradebook: Gradebook
) -> None:
    connector.push(a_record())
    result_of(gradebook)["scoreDate"] = "2026-06-12T00:00:00Z"
    lines = {line.label: line for line in connector.check().lines}
    assert not lines["dialect"].is_ok
    assert lines["clock"].is_ok
    gradebook.server.fault = lambda request: (
        Reply(200, {"results": []}, {"Date": "Mon, 01 Jan 2024 00:00:00 GMT"}) if "/results" in request.path else None
    )
    lines = {line.label: line for line in connector.check().lines}
    assert not lines["clock"].is_ok
    assert re.search(r"\d+ seconds apart", lines["clock"].text)


def test_a_school_that_the_class_does_not_name_is_asked_for(gradebook: Gradebook) -> None:
    gradebook.school = None
    connector = connect(gradebook)
    with pytest.raises(Rejected, match="school"):
        connector.push(a_record())
    connector.close()
