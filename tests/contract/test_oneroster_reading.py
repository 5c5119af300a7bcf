"""Collections are read whole, and refusals with their reason."""

from datetime import UTC, datetime

import pytest

from connectors.errors import ErrorClass, Rejected
from connectors.oneroster import OneRosterGradebook
from connectors.testing import a_record
from tests.contract.wire.gradebook import Gradebook, learner, refusal


@pytest.mark.parametrize("counts", [True, False], ids=["with X-Total-Count", "by Link alone"])
def test_paging_drops_nobody_when_the_system_lowers_the_limit(
    oneroster: OneRosterGradebook, gradebook: Gradebook, counts: bool
) -> None:
    gradebook.students = [learner(number) for number in range(1, 8)]
    gradebook.page, gradebook.counts = 3, counts
    for number in range(1, 8):
        oneroster.push(a_record(f"S{number:07d}"))
    assert gradebook.held() == 7
    assert gradebook.server.count("GET", "/students") == 3
    assert len(list(oneroster.read_back())) == 7


def test_only_ours_are_read_back(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    oneroster.push(a_record())
    gradebook.kept["results"]["theirs"] = {**gradebook.result(a_record().key), "sourcedId": "theirs", "metadata": {}}
    assert [row.key for row in oneroster.read_back()] == [a_record().key]


def test_reading_back_asks_for_what_changed_since(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    oneroster.push(a_record())
    assert len(list(oneroster.read_back(datetime(2026, 6, 12, 15, 0, tzinfo=UTC)))) == 1
    assert list(oneroster.read_back(datetime(2026, 6, 12, 16, 0, tzinfo=UTC))) == []


def test_a_refusal_carries_their_code_and_words(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.server.fault = lambda request: (
        refusal(409, "locked", "grading period is locked") if gradebook.writes_result(request) else None
    )
    with pytest.raises(Rejected) as caught:
        oneroster.push(a_record())
    assert caught.value.error_class is ErrorClass.DECIDE
    assert (caught.value.code, caught.value.words) == ("locked", "grading period is locked")
