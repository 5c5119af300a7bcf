"""Who is meant: found in the class, never guessed, and never named in an address."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from connectors.errors import Rejected
from connectors.http import HttpClient
from connectors.oneroster import OneRosterGradebook
from connectors.oneroster_roster import MISS_SECONDS, ROSTER_SECONDS, Rosters
from connectors.testing import a_record
from tests.contract.wire.gradebook import Gradebook, learner


def test_no_student_number_is_ever_in_an_address(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    oneroster.push(a_record())
    list(oneroster.read_back())
    assert not [seen for seen in gradebook.server.requests if "S0000001" in f"{seen.path}{seen.query}"]


def test_a_learner_is_found_by_registration_too(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.students = [{"sourcedId": "user-5", "userIds": [{"type": "SPR", "identifier": "S0000001/1"}]}]
    oneroster.push(a_record())
    assert gradebook.result(a_record().key)["student"]["sourcedId"] == "user-5"


def test_the_extracts_own_id_counts_when_it_is_in_the_class(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    gradebook.students = [{"sourcedId": "user-5"}]
    known = replace(a_record().learner, remote_id="user-5")
    oneroster.push(a_record(learner=known))
    with pytest.raises(Rejected, match="not in class class-1"):
        oneroster.push(a_record(learner=replace(known, remote_id="user-6")))


def test_two_learners_under_one_number_are_not_guessed_between(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    gradebook.students = [learner(1), {**learner(1), "sourcedId": "user-7"}]
    with pytest.raises(Rejected) as caught:
        oneroster.push(a_record())
    assert caught.value.code == "ambiguous_learner"


def test_an_unknown_class_is_for_the_department(oneroster: OneRosterGradebook) -> None:
    with pytest.raises(Rejected) as caught:
        oneroster.push(a_record(run=replace(a_record().run, code="class-9")))
    assert caught.value.code == "unknown_run"


def test_the_class_is_read_once_by_many_threads(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.students = [learner(number) for number in range(1, 17)]
    start = Barrier(16)

    def push(number: int) -> None:
        start.wait()
        oneroster.push(a_record(f"S{number:07d}"))

    threads = [Thread(target=push, args=(number,)) for number in range(1, 17)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gradebook.held() == 16
    assert gradebook.server.count("GET", "/students") == 1
    assert gradebook.server.count("POST", "/oauth/token") == 1


@pytest.mark.parametrize("name", ["users", "students"])
def test_the_list_of_students_goes_by_two_names(
    oneroster: OneRosterGradebook, gradebook: Gradebook, name: str
) -> None:
    gradebook.list_name = name
    assert oneroster.push(a_record()).key == a_record().key


def test_a_missing_learner_makes_us_read_the_class_again_but_not_each_time(gradebook: Gradebook) -> None:
    now = [0.0]
    with HttpClient(gradebook.url, auth=Known(gradebook)) as http:
        rosters = Rosters(http, clock=lambda: now[0])
        newcomer = a_record("S0000002").learner
        with pytest.raises(Rejected):
            rosters.sourced_id("class-1", newcomer)
        gradebook.students.append(learner(2))
        now[0] = MISS_SECONDS
        with pytest.raises(Rejected):
            rosters.sourced_id("class-1", newcomer)
        assert gradebook.server.count("GET", "/students") == 1
        now[0] += 1
        assert rosters.sourced_id("class-1", newcomer) == "user-2"
        assert gradebook.server.count("GET", "/students") == 2


def test_a_class_is_read_again_after_some_minutes(gradebook: Gradebook) -> None:
    now = [0.0]
    with HttpClient(gradebook.url, auth=Known(gradebook)) as http:
        rosters = Rosters(http, clock=lambda: now[0])
        rosters.sourced_id("class-1", a_record().learner)
        gradebook.students.clear()
        now[0] = ROSTER_SECONDS
        with pytest.raises(Rejected, match="not in class"):
            rosters.sourced_id("class-1", a_record().learner)


class Known:
    """A token that the gradebook knows."""

    def __init__(self, gradebook: Gradebook) -> None:
        gradebook.tokens.add("Bearer t")

    def header(self) -> str:
        return "Bearer t"

    def refused(self, header: str) -> bool:
        return False
