"""Calls to an LMS: assertion, token, renewal, scopes and pages."""

import threading
import time

import pytest

from connectors.errors import Misconfigured, Unavailable
from lti_tool.lti import compact
from lti_tool.lti.keys import read_keys
from lti_tool.lti.service import RESULT_READ, SCORE, Service
from lti_tool.models.platform import Registration
from tests.platform import recorded
from tests.platform.fixtures import Registered, made_key
from tests.platform.forged import Answer, Call


@pytest.fixture
def service(lms: Registered) -> Service:
    lms.platform.grants()
    lms.platform.routes["/thing"] = lambda call: (200, {"ok": True}, {})
    house = lms.app.extensions["cairn"]
    return house.services.of(house.config.by_key(lms.key))  # type: ignore[no-any-return]


def test_the_assertion_says_who_we_are_and_is_signed(lms: Registered, service: Service) -> None:
    service.call("GET", f"{lms.platform.url}/thing", [SCORE])
    form = lms.platform.asked("/token")[0].form
    token = compact.read(form["client_assertion"])
    compact.believe(token, read_keys({"keys": [made_key("inverlea-active")[1]]})["inverlea-active"])
    assert (token.claims["iss"], token.claims["sub"]) == ("client-1", "client-1")
    assert token.claims["aud"] == lms.platform.token_url
    assert token.claims["iat"] < time.time() - 5, "Moodle allows no clock that is ahead"
    assert len(token.claims["jti"]) == 36
    assert (form["grant_type"], form["scope"]) == ("client_credentials", SCORE)
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def test_a_separate_audience_is_used_alone(lms: Registered) -> None:
    with lms.sessions.begin() as session:
        session.query(Registration).one().token_audience = "https://api.brightspace.com/auth/token"
    lms.platform.grants()
    lms.platform.routes["/thing"] = lambda call: (200, {}, {})
    house = lms.app.extensions["cairn"]
    house.services.of(house.config.by_key(lms.key)).call("GET", f"{lms.platform.url}/thing", [SCORE])
    form = lms.platform.asked("/token")[0].form
    assert compact.read(form["client_assertion"]).claims["aud"] == "https://api.brightspace.com/auth/token"


def test_one_token_serves_until_its_end_and_for_its_scopes(lms: Registered, service: Service) -> None:
    house = lms.app.extensions["cairn"]
    another = house.services.of(house.config.by_key(lms.key))
    for one in (service, another, service):
        one.call("GET", f"{lms.platform.url}/thing", [SCORE])
    service.call("GET", f"{lms.platform.url}/thing", [RESULT_READ])
    assert [call.form["scope"] for call in lms.platform.asked("/token")] == [SCORE, RESULT_READ]
    assert lms.platform.asked("/thing")[0].headers["Authorization"] == "Bearer t1"


def test_many_threads_ask_for_one_token(lms: Registered, service: Service) -> None:
    threads = [
        threading.Thread(target=service.call, args=("GET", f"{lms.platform.url}/thing", [SCORE])) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(lms.platform.asked("/token")), len(lms.platform.asked("/thing"))) == (1, 8)


def test_a_refused_token_is_renewed_once(lms: Registered, service: Service) -> None:
    def only_second(call: Call) -> Answer:
        return (200, {}, {}) if call.headers["Authorization"] == "Bearer t2" else (401, {}, {})

    lms.platform.routes["/thing"] = only_second
    service.call("GET", f"{lms.platform.url}/thing", [SCORE])
    assert len(lms.platform.asked("/token")) == 2


def test_a_second_refusal_is_a_matter_of_permission(lms: Registered, service: Service) -> None:
    lms.platform.routes["/thing"] = lambda call: (401, {"errors": {"message": "Insufficient permissions"}}, {})
    with pytest.raises(Misconfigured):
        service.call("GET", f"{lms.platform.url}/thing", [SCORE])
    assert len(lms.platform.asked("/thing")) == 2


def test_a_narrower_grant_is_believed(lms: Registered, service: Service) -> None:
    lms.platform.grants(RESULT_READ)
    with pytest.raises(Misconfigured) as refused:
        service.call("GET", f"{lms.platform.url}/thing", [SCORE])
    assert (refused.value.code, refused.value.words) == ("scope", SCORE)
    assert lms.platform.asked("/thing") == []


@pytest.mark.parametrize("what", [
    "Only an unknown scope", "iat two seconds ahead", "kid is not in the tool's JWKS",
    "sub is not a client of this Moodle",
])
def test_moodles_refusals_are_for_an_administrator(lms: Registered, service: Service, what: str) -> None:
    lms.platform.routes["POST /token"] = lambda call: recorded.exchange("moodle-token", what)
    with pytest.raises(Misconfigured, match="gives Cairn no token"):
        service.call("GET", f"{lms.platform.url}/thing", [SCORE])


def test_an_error_holds_neither_token_nor_assertion(lms: Registered, service: Service) -> None:
    lms.platform.routes["/thing"] = lambda call: (403, {"message": call.headers["Authorization"]}, {})
    with pytest.raises(Misconfigured) as refused:
        service.call("GET", f"{lms.platform.url}/thing?user=bob", [SCORE])
    assert "t1" not in str(refused.value) and "bob" not in str(refused.value)


def test_pages_are_followed_letter_by_letter(lms: Registered, service: Service) -> None:
    following = f"{lms.platform.url}/list?bookmark=WyJBYiJd&amp;page=2"

    def page(call: Call) -> Answer:
        return 200, [call.query], {} if call.query.get("page") == "2" else {"Link": f"<{following}>; rel=next"}

    lms.platform.routes["/list"] = page
    pages = [answer.json() for answer in service.pages(f"{lms.platform.url}/list", [SCORE], accept="*/*",
                                                        params={"limit": 2})]
    assert pages == [[{"limit": "2"}], [{"bookmark": "WyJBYiJd", "page": "2"}]]


def test_a_next_page_on_another_host_does_not_get_our_token(lms: Registered, service: Service) -> None:
    lms.platform.routes["/list"] = lambda call: (200, [], {"Link": '<http://evil.example/list>; rel="next"'})
    with pytest.raises(Misconfigured, match="another host"):
        list(service.pages(f"{lms.platform.url}/list", [SCORE], accept="*/*"))


def test_pages_that_run_in_a_circle_end(lms: Registered, service: Service) -> None:
    url = f"{lms.platform.url}/list"
    lms.platform.routes["/list"] = lambda call: (200, [], {"Link": f'<{url}>; rel="next"'})
    with pytest.raises(Unavailable, match="no end"):
        list(service.pages(url, [SCORE], accept="*/*"))


def test_the_librarys_own_services_run_on_our_client(lms: Registered, service: Service) -> None:
    found = service.make_service_request([SCORE], f"{lms.platform.url}/thing")
    assert (found["body"], found["next_page_url"]) == ({"ok": True}, None)
    assert service.get_access_token([SCORE]) == "t1"
