"""OneRoster keeps the shared promises, minds what stands there, and says what a fault means."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from connectors.contract import BoardReference, RemoteState
from connectors.errors import ErrorClass, Misconfigured, Rejected, Unavailable, Uncertain
from connectors.oneroster import OneRosterGradebook
from connectors.testing import HttpRecordSystemContract, a_provisional_record, a_record, a_revocation
from tests.contract.wire.gradebook import Gradebook, connect, refusal
from tests.contract.wire.server import Reply


@pytest.fixture
def remote(gradebook: Gradebook) -> Gradebook:
    return gradebook


class TestOneRoster(HttpRecordSystemContract):
    @pytest.fixture
    def connector(self, gradebook: Gradebook) -> Iterator[OneRosterGradebook]:
        connector = connect(gradebook, read_seconds="0.3")
        yield connector
        connector.close()


def test_the_first_version_is_one_call_and_a_later_one_looks_first(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    oneroster.push(a_record())
    assert gradebook.server.count("GET", "/results/") == 0
    assert oneroster.push(a_record(version=2, mark=Decimal("70"))).state is RemoteState.FINAL
    assert gradebook.server.count("GET", "/results/") == 1


def test_an_equal_later_push_writes_nothing(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    oneroster.push(a_record(version=2))
    writes = gradebook.server.count("PUT")
    assert oneroster.push(a_record(version=2)).was_there
    assert gradebook.server.count("PUT") == writes


def test_what_the_record_system_agreed_is_not_written_over_by_its_own_ratification(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    oneroster.push(a_provisional_record(credit=Decimal(10)))
    gradebook.agree(a_record().key, "SRS-118", date(2026, 6, 20))
    there = BoardReference(reference="SRS-118", held_on=date(2026, 6, 20), authority="record_system")
    receipt = oneroster.push(a_record(board=there))
    assert (receipt.was_there, receipt.state) == (True, RemoteState.AGREED)
    with pytest.raises(Rejected) as caught:
        oneroster.push(a_record(board=there, mark=Decimal("12")))
    assert caught.value.error_class is ErrorClass.DECIDE


def test_a_record_that_cannot_be_read_is_not_written_over(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    oneroster.push(a_record())
    gradebook.result(a_record().key)["score"] = "a lot"
    with pytest.raises(Rejected, match="score cannot be read"):
        oneroster.push(a_record(version=2))


def test_a_withdrawal_keeps_the_result_and_names_the_board(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    oneroster.push(a_record())
    oneroster.revoke(a_revocation(a_record()))
    result = gradebook.result(a_record().key)
    assert result["status"] == "tobedeleted"
    assert result["score"] == 67.5
    assert result["metadata"]["cairn.revocationReference"] == "EB-2026-07"


def test_withdrawing_what_never_arrived_is_done_already(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    assert oneroster.revoke(a_revocation(a_record())).was_there
    assert gradebook.server.count("PUT") == 0


def test_a_refusal_to_overwrite_an_equal_record_is_success(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    oneroster.push(a_record())
    gradebook.server.fault = lambda request: (
        refusal(409, "exists", "will not overwrite") if gradebook.writes_result(request) else None
    )
    assert oneroster.push(a_record()).was_there
    with pytest.raises(Rejected, match="contradicts"):
        oneroster.push(a_record(mark=Decimal(12)))


def test_a_missing_scope_pauses_the_destination(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.server.fault = lambda request: refusal(403, "forbidden") if request.method == "PUT" else None
    with pytest.raises(Misconfigured):
        oneroster.push(a_record())


def test_a_system_that_is_busy_says_when_to_come_back(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.be_unavailable()
    with pytest.raises(Unavailable) as caught:
        oneroster.push(a_record())
    assert caught.value.retry_after == 7


def test_a_failure_while_writing_is_uncertain(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.server.fault = lambda request: Reply(500) if gradebook.writes_result(request) else None
    with pytest.raises(Uncertain):
        oneroster.push(a_record())
    assert oneroster.look_up(a_record().key) is None


@pytest.mark.parametrize("status", [200, 201, 204])
def test_every_way_of_saying_written_is_taken(
    oneroster: OneRosterGradebook, gradebook: Gradebook, status: int
) -> None:
    gradebook.server.fault = lambda request: Reply(status) if gradebook.writes_result(request) else None
    assert oneroster.push(a_record()).key == a_record().key


def test_a_login_page_is_not_taken_for_written(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.server.fault = lambda request: (
        Reply(200, b"<html>log in") if gradebook.writes_result(request) else None
    )
    with pytest.raises(Uncertain):
        oneroster.push(a_record())


def test_a_gateways_own_404_is_not_taken_for_nothing_there(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    gradebook.server.fault = lambda request: Reply(404, b"<html>no such host") if request.method == "GET" else None
    with pytest.raises(Unavailable):
        oneroster.look_up(a_record().key)
