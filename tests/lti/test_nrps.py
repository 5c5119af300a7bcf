"""The roster of a course (NRPS 2.0): all of it or an error."""

import pytest

from connectors.errors import ConnectorError
from lti_tool.domain.ratification import Role
from lti_tool.lti.nrps import MEMBERS_TYPE, OLDER_TYPE, members
from lti_tool.lti.service import ROSTER, Service
from lti_tool.models.platform import Registration
from tests.platform import recorded
from tests.platform.fixtures import Registered
from tests.platform.forged import Answer, Call
from tests.platform.payloads import LEARNER


def service_of(lms: Registered, profile: str = "generic") -> Service:
    lms.platform.grants()
    with lms.sessions.begin() as session:
        session.query(Registration).one().profile = profile
    house = lms.app.extensions["cairn"]
    return house.services.of(house.config.by_key(lms.key))  # type: ignore[no-any-return]


def test_every_page_is_read(lms: Registered) -> None:
    def page(call: Call) -> Answer:
        number = int(call.query.get("page", "1"))
        link = {"Link": f'<{lms.platform.url}/members?page={number + 1}>; rel="next"'} if number < 3 else {}
        return 200, {"members": [{"user_id": str(number), "roles": [LEARNER]}]}, link

    lms.platform.routes["/members"] = page
    assert [member.user for member in members(service_of(lms), f"{lms.platform.url}/members")] == ["1", "2", "3"]
    first = lms.platform.asked("/members")[0]
    assert (first.headers["Accept"], first.query) == (MEMBERS_TYPE, {"limit": "1000"})
    assert lms.platform.asked("/token")[0].form["scope"] == ROSTER


def test_a_page_that_fails_is_no_end(lms: Registered) -> None:
    def page(call: Call) -> Answer:
        if "page" in call.query:
            return 503, {}, {}
        return 200, {"members": [{"user_id": "1"}]}, {"Link": f'<{lms.platform.url}/members?page=2>; rel="next"'}

    lms.platform.routes["/members"] = page
    with pytest.raises(ConnectorError):
        members(service_of(lms), f"{lms.platform.url}/members")


def test_moodles_roster(lms: Registered) -> None:
    lms.platform.routes["/members"] = lambda call: recorded.exchange("moodle-nrps", "All members of the context")
    found = members(service_of(lms, "moodle"), f"{lms.platform.url}/members")
    assert {member.role for member in found} == {Role.LEARNER}, "short role names are understood"
    assert any(member.sourcedid.startswith("S1") for member in found)
    assert lms.platform.asked("/members")[0].query == {}, "a limit only makes Moodle page"


def test_canvas_roster(lms: Registered) -> None:
    told = recorded.answers("canvas-nrps")
    lms.platform.routes["/members"] = lambda call: (200, told["body"], {})
    [member] = members(service_of(lms, "canvas"), f"{lms.platform.url}/members?rlid=1")
    assert (member.role, member.sourcedid, member.is_active) == (Role.LEARNER, "S1000001", True)
    assert lms.platform.asked("/members")[0].query == {"rlid": "1", "limit": "50"}


@pytest.mark.parametrize("status", [400, 406, 415])
def test_an_lms_that_knows_the_older_type_only_is_understood(lms: Registered, status: int) -> None:
    def older(call: Call) -> Answer:
        is_older = call.headers["Accept"] == OLDER_TYPE
        return (200, {"members": [{"user_id": 7, "roles": ["Learner"]}]}, {}) if is_older else (status, b"", {})

    lms.platform.routes["/members"] = older
    [member] = members(service_of(lms), f"{lms.platform.url}/members")
    assert (member.user, member.role) == ("7", Role.LEARNER)


@pytest.mark.parametrize("entry, expected", [
    pytest.param({"user_id": "1", "status": "Inactive"}, ("1", False, ""), id="inactive"),
    pytest.param({"user_id": "1", "status": "Deleted"}, ("1", False, ""), id="deleted"),
    pytest.param({"user_id": "1", "lis_person_sourcedid": "$Person.sourcedId"}, ("1", True, ""), id="variable"),
    pytest.param({"user_id": "1", "roles": "Instructor"}, ("1", True, ""), id="roles as a text give nothing"),
])
def test_what_a_member_may_look_like(lms: Registered, entry: object, expected: tuple[str, bool, str]) -> None:
    lms.platform.routes["/members"] = lambda call: (200, {"members": [entry, 7, {}, {"user_id": ""}]}, {})
    [member] = members(service_of(lms), f"{lms.platform.url}/members")
    assert (member.user, member.is_active, member.sourcedid) == expected
    assert member.role is None


def test_what_is_no_roster_is_an_error(lms: Registered) -> None:
    lms.platform.routes["/members"] = lambda call: (200, {"people": []}, {})
    with pytest.raises(ConnectorError):
        members(service_of(lms), f"{lms.platform.url}/members")


def test_a_member_is_printed_by_id_alone(lms: Registered) -> None:
    entry = {"user_id": "1", "name": "Dora", "email": "dora@inverlea.example", "roles": []}
    lms.platform.routes["/members"] = lambda call: (200, {"members": [entry]}, {})
    [member] = members(service_of(lms), f"{lms.platform.url}/members")
    assert "ora" not in repr(member) and member.name == "Dora"
