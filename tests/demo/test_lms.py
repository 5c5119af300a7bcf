"""The demo LMS is a platform in its own right: launches, services, deep linking, files and faults.

On the tool's side stands joserfc, so that the platform is checked by code that shares nothing with it.
"""

import csv
import io
import json
import re
import time
import uuid
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.demo.lms import CLIENT_ID, DEPLOYMENT_ID, running_lms, tool_at
from tests.demo.lms.site import Site

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
EVERY_SCOPE = " ".join([f"{AGS}lineitem", f"{AGS}score", f"{AGS}result.readonly", NRPS])
TOOL = tool_at("http://localhost:8400", "k1")
ITEM = {"Content-Type": "application/vnd.ims.lis.v2.lineitem+json"}
SCORE = {"Content-Type": "application/vnd.ims.lis.v1.score+json"}


class Tool:
    """The least that can launch, ask for a token and answer a deep linking request."""

    def __init__(self, here: Site) -> None:
        self.here = here
        self.key = RSAKey.generate_key(2048, {"kid": "tool-1", "use": "sig", "alg": "RS256"})
        self.browser = requests.Session()
        here.set_tool(TOOL)
        self.publish()

    def publish(self) -> None:
        """As if the LMS had fetched our JWKS, which needs no server of its own here."""
        self.here.registration.set_tool_key_set({"keys": [self.key.as_dict(private=False)]})

    def sign(self, claims: dict[str, Any]) -> str:
        now = int(time.time())
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, {"iat": now - 5, "exp": now + 60, **claims}, self.key)

    def url(self, path: str) -> str:
        return f"{self.here.issuer}{path}"

    def ask(self, login: requests.Response, **changed: str) -> requests.Response:
        """The authentication request that answers a login initiation."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(login.headers["Location"]).query).items()}
        query = {
            "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
            "client_id": asked["client_id"], "redirect_uri": TOOL["launch_url"], "state": "st", "nonce": "nn",
            "login_hint": asked["login_hint"], "lti_message_hint": asked["lti_message_hint"], **changed,
        }
        return self.browser.get(self.url("/auth"), params=query)

    def launch(self, path: str) -> dict[str, Any]:
        login = self.browser.get(self.url(path), allow_redirects=False)
        assert login.status_code == 302
        assert login.headers["Location"].startswith(TOOL["login_url"])
        return self.read(self.ask(login))

    def read(self, page: requests.Response) -> dict[str, Any]:
        """The claims of the id_token in the page's form, its signature checked with the platform's JWKS."""
        assert page.status_code == 200
        assert f'action="{TOOL["launch_url"]}"' in page.text
        fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page.text)}
        assert fields["state"] == "st"
        keys = KeySet.import_key_set(requests.get(self.here.figures()["jwks_url"], timeout=5).json())
        return dict(jwt.decode(fields["id_token"], keys).claims)

    def token_form(self, scope: str = EVERY_SCOPE, **changed: Any) -> dict[str, str]:
        claims = {
            "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": self.here.token_url, "jti": uuid.uuid4().hex, **changed,
        }
        return {
            "grant_type": "client_credentials", "scope": scope, "client_assertion": self.sign(claims),
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        }

    def authorised(self, scope: str = EVERY_SCOPE) -> dict[str, str]:
        answer = requests.post(self.here.token_url, data=self.token_form(scope), timeout=5)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def choose(self, request_claims: dict[str, Any], items: list[dict[str, Any]], **changed: Any) -> requests.Response:
        settings = request_claims[f"{DL}deep_linking_settings"]
        claims = {
            "iss": CLIENT_ID, "aud": self.here.issuer, "nonce": uuid.uuid4().hex,
            f"{CLAIM}deployment_id": DEPLOYMENT_ID, f"{CLAIM}message_type": "LtiDeepLinkingResponse",
            f"{CLAIM}version": "1.3.0", f"{DL}content_items": items, f"{DL}data": settings["data"], **changed,
        }
        return self.browser.post(settings["deep_link_return_url"], data={"JWT": self.sign(claims)})


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    with running_lms() as here:
        yield here


@pytest.fixture
def tool(running: Site) -> Iterator[Tool]:
    made = Tool(running)
    with made.browser:
        yield made


def item_of(tool: Tool, course: str = "IL5101", **fields: Any) -> str:
    """The URL of a new line item."""
    body = {"label": "Critique", "scoreMaximum": 100, **fields}
    url = tool.url(f"/services/courses/{course}/lineitems")
    answer = requests.post(url, data=json.dumps(body), headers={**tool.authorised(), **ITEM}, timeout=5)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def score(user: str, given: float, at: str, **changed: Any) -> dict[str, Any]:
    return {
        "userId": user, "scoreGiven": given, "scoreMaximum": 100, "timestamp": at, "activityProgress": "Completed",
        "gradingProgress": "FullyGraded", **changed,
    }


def send(tool: Tool, item: str, body: dict[str, Any]) -> requests.Response:
    headers = {**tool.authorised(), **SCORE}
    return requests.post(f"{item}/scores", data=json.dumps(body), headers=headers, timeout=5)


def results(tool: Tool, item: str) -> dict[str, Any]:
    """Every result of a line item by user, following Link headers."""
    found: dict[str, Any] = {}
    url, headers = f"{item}/results", tool.authorised()
    while url:
        answer = requests.get(url, headers=headers, timeout=5)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/vnd.ims.lis.v2.resultcontainer+json"
        found |= {row["userId"]: row for row in answer.json()}
        url = answer.links.get("next", {}).get("url", "")
    return found


def mark(tool: Tool, course: str, teacher: str, marks: dict[tuple[str, str], str]) -> requests.Response:
    form = {f"mark:{column}:{user}": text for (column, user), text in marks.items()}
    return tool.browser.post(tool.url(f"/courses/{course}/gradebook?user={teacher}"), data=form)


# Launch ---------------------------------------------------------------------------------------------------------------

def test_a_learner_launches_with_a_signed_message(tool: Tool) -> None:
    claims = tool.launch("/launch/tile-IL5101?user=1002")
    assert claims["iss"] == tool.here.issuer
    assert claims["aud"] == CLIENT_ID
    assert claims["nonce"] == "nn"
    assert claims["sub"] == "1002"
    assert claims["name"] == "Ola Wiśniewska"
    assert claims[f"{CLAIM}roles"] == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]
    assert claims[f"{CLAIM}context"]["id"] == "IL5101"
    assert claims[f"{CLAIM}resource_link"]["id"] == "tile-IL5101"
    assert claims[f"{CLAIM}lis"]["person_sourcedid"] == "20260102"
    assert claims[f"{CLAIM}target_link_uri"] == TOOL["launch_url"]
    assert claims[ROSTER]["context_memberships_url"].endswith("/services/courses/IL5101/members")
    assert "lineitem" not in claims[ENDPOINT], "the tile has no column"


def test_a_number_may_be_empty_or_not_sent_at_all(tool: Tool) -> None:
    empty = tool.launch("/launch/tile-IL5102?user=1032")[f"{CLAIM}lis"]
    assert empty["person_sourcedid"] == ""
    assert "person_sourcedid" not in tool.launch("/launch/tile-IL5102?user=1033")[f"{CLAIM}lis"]


def test_one_name_gives_one_claim(tool: Tool) -> None:
    claims = tool.launch("/launch/tile-IL5101?user=1013")
    assert claims["family_name"] == "Wulandari"
    assert "given_name" not in claims


def test_whoever_is_signed_in_launches_without_naming_a_user(tool: Tool) -> None:
    tool.browser.post(tool.url("/signin"), data={"user": "4001"})
    assert tool.launch("/launch/tile-IL5101")["sub"] == "4001"


def test_nobody_launches_into_a_course_they_are_not_in(tool: Tool) -> None:
    assert tool.browser.get(tool.url("/launch/tile-IL5104?user=1048")).status_code == 403


def test_a_launch_opens_once(tool: Tool) -> None:
    login = tool.browser.get(tool.url("/launch/tile-IL5101?user=1001"), allow_redirects=False)
    assert tool.ask(login).status_code == 200
    assert tool.ask(login).status_code == 400


@pytest.mark.parametrize(("name", "value"), [
    ("redirect_uri", "http://localhost:8400/elsewhere"), ("login_hint", "1002"), ("scope", "openid email"),
    ("response_mode", "query"), ("nonce", ""), ("client_id", "another"), ("lti_message_hint", "{}"),
])
def test_a_wrong_authentication_request_gets_no_message(tool: Tool, name: str, value: str) -> None:
    login = tool.browser.get(tool.url("/launch/tile-IL5101?user=1001"), allow_redirects=False)
    answer = tool.ask(login, **{name: value})
    assert answer.status_code == 400
    assert "id_token" not in re.findall(r'name="(\w+)"', answer.text)


def test_the_course_page_opens_the_tool_in_a_frame(tool: Tool) -> None:
    page = tool.browser.get(tool.url("/courses/IL5101/activity/tile-IL5101?user=1001")).text
    assert '<iframe src="/launch/tile-IL5101?user=1001"' in page


# Tokens ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("changed", [
    {"aud": "http://elsewhere.example/token"}, {"iss": "another"}, {"sub": "another"}, {"exp": 1}, {"jti": ""},
])
def test_a_wrong_assertion_gets_no_token(tool: Tool, changed: dict[str, Any]) -> None:
    answer = requests.post(tool.here.token_url, data=tool.token_form(**changed), timeout=5)
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


def test_an_assertion_is_used_once(tool: Tool) -> None:
    form = tool.token_form()
    codes = [requests.post(tool.here.token_url, data=form, timeout=5).status_code for _ in range(2)]
    assert codes == [200, 401]


def test_unknown_scopes_are_dropped_and_none_left_is_refused(tool: Tool) -> None:
    answer = requests.post(tool.here.token_url, data=tool.token_form(f"{NRPS} urn:nothing"), timeout=5)
    assert answer.json()["scope"] == NRPS
    refused = requests.post(tool.here.token_url, data=tool.token_form("urn:nothing"), timeout=5)
    assert refused.json() == {"error": "invalid_scope"}


def test_a_token_opens_only_what_its_scopes_say(tool: Tool) -> None:
    item = item_of(tool)
    assert requests.get(f"{item}/results", headers=tool.authorised(NRPS), timeout=5).status_code == 401
    assert requests.get(f"{item}/results", headers={"Authorization": "Bearer nonsense"}, timeout=5).status_code == 401
    assert requests.get(f"{item}/results", timeout=5).status_code == 401


# Line items and scores ------------------------------------------------------------------------------------------------

def test_line_items_are_created_found_replaced_and_deleted(tool: Tool) -> None:
    item = item_of(tool, "IL5104", resourceId="r-1", tag="overall", endDateTime="2026-05-22T16:00:00Z")
    headers = tool.authorised()
    container = tool.url("/services/courses/IL5104/lineitems")
    for query in ({"resource_id": "r-1"}, {"tag": "overall"}, {"resource_id": "r-1", "tag": "overall"}):
        assert [row["id"] for row in requests.get(container, query, headers=headers, timeout=5).json()] == [item]
    assert requests.get(container, {"tag": "other"}, headers=headers, timeout=5).json() == []
    assert requests.get(item, headers=headers, timeout=5).json()["endDateTime"] == "2026-05-22T16:00:00Z"
    fresh = json.dumps({"label": "Renamed", "scoreMaximum": 50})
    assert requests.put(item, data=fresh, headers={**headers, **ITEM}, timeout=5).json()["label"] == "Renamed"
    assert "tag" not in requests.get(item, headers=headers, timeout=5).json(), "PUT replaces"
    assert requests.delete(item, headers=headers, timeout=5).status_code == 204
    assert requests.get(item, headers=headers, timeout=5).status_code == 404


def test_native_columns_are_hidden_from_the_tool(tool: Tool) -> None:
    answer = requests.get(tool.url("/services/courses/IL5102/lineitems"), headers=tool.authorised(), timeout=5)
    assert "Risk and fairness" not in [row["label"] for row in answer.json()]
    native = tool.url("/services/courses/IL5102/lineitems/IL5102-quiz")
    assert requests.get(native, headers=tool.authorised(), timeout=5).status_code == 404


@pytest.mark.parametrize("body", [
    {"label": " ", "scoreMaximum": 100}, {"label": "X"}, {"label": "X", "scoreMaximum": 0},
])
def test_a_line_item_without_label_or_maximum_is_refused(tool: Tool, body: dict[str, Any]) -> None:
    url = tool.url("/services/courses/IL5101/lineitems")
    answer = requests.post(url, data=json.dumps(body), headers={**tool.authorised(), **ITEM}, timeout=5)
    assert answer.status_code == 400


def test_a_score_must_be_later_than_the_last(tool: Tool) -> None:
    item = item_of(tool)
    assert send(tool, item, score("1001", 62, "2026-06-08T09:00:00.500+00:00")).status_code == 200
    assert send(tool, item, score("1001", 63, "2026-06-08T09:00:00.500+00:00")).status_code == 409
    assert send(tool, item, score("1001", 64, "2026-06-08T08:00:00.000+00:00")).status_code == 409
    assert results(tool, item)["1001"]["resultScore"] == 62
    assert send(tool, item, score("1001", 65, "2026-06-08T09:00:01.500+00:00")).status_code == 200
    assert results(tool, item)["1001"]["resultScore"] == 65


def test_every_score_is_kept_in_a_list_stored_or_not(tool: Tool) -> None:
    item = item_of(tool)
    for given in (62, 63):
        send(tool, item, score("1001", given, "2026-06-08T09:00:00Z"))
    kept = [row for row in tool.here.state.received if item.endswith(row["column"])]
    assert [(row["score"]["scoreGiven"], row["stored"]) for row in kept] == [(62, True), (63, False)]


@pytest.mark.parametrize(("changed", "status"), [
    ({"timestamp": "2026-06-08T09:00:00"}, 400), ({"gradingProgress": "Done"}, 400), ({"scoreGiven": -1}, 400),
    ({"scoreMaximum": 0}, 400), ({"userId": "9999"}, 404), ({"userId": "4001"}, 404),
])
def test_a_malformed_score_is_refused(tool: Tool, changed: dict[str, Any], status: int) -> None:
    body = score("1001", 62, "2026-06-08T09:00:00Z", **changed)
    assert send(tool, item_of(tool), body).status_code == status


def test_a_score_is_rescaled_and_a_score_without_a_figure_clears(tool: Tool) -> None:
    item = item_of(tool, scoreMaximum=50)
    send(tool, item, score("1001", 62, "2026-06-08T09:00:00Z", comment="fine"))
    assert results(tool, item)["1001"] | {"comment": "fine", "resultScore": 31, "resultMaximum": 50} \
        == results(tool, item)["1001"]
    empty = score("1001", 0, "2026-06-08T09:00:02Z")
    del empty["scoreGiven"], empty["scoreMaximum"]
    assert send(tool, item, empty).status_code == 200
    assert results(tool, item) == {}


def test_pending_scores_show_no_result(tool: Tool) -> None:
    item = item_of(tool)
    send(tool, item, score("1001", 62, "2026-06-08T09:00:00Z", gradingProgress="PendingManual"))
    assert results(tool, item) == {}


def test_a_teachers_mark_comes_back_as_a_result_and_stays(tool: Tool) -> None:
    item = item_of(tool, "IL5102")
    column = item.rpartition("/")[2]
    assert mark(tool, "IL5102", "4002", {(column, "1009"): "48.07"}).status_code == 200
    assert results(tool, item)["1009"]["resultScore"] == 48.07
    assert send(tool, item, score("1009", 99, "2026-06-08T09:00:00Z")).status_code == 200
    assert results(tool, item)["1009"]["resultScore"] == 48.07
    mark(tool, "IL5102", "4002", {(column, "1009"): ""})
    assert results(tool, item) == {}


@pytest.mark.parametrize("text", ["101", "-1", "fifty"])
def test_the_gradebook_refuses_marks_that_are_none(tool: Tool, text: str) -> None:
    column = item_of(tool).rpartition("/")[2]
    answer = mark(tool, "IL5101", "4001", {(column, "1001"): text})
    assert answer.status_code == 400
    assert "Critique" in answer.text


def test_a_learner_does_not_see_the_gradebook(tool: Tool) -> None:
    assert tool.browser.get(tool.url("/courses/IL5101/gradebook?user=1001")).status_code == 403


def test_results_come_in_pages_of_ten(tool: Tool) -> None:
    item = item_of(tool)
    column = item.rpartition("/")[2]
    learners = [user.id for user in tool.here.state.members("IL5101", "Learner")]
    mark(tool, "IL5101", "4001", {(column, user): "50" for user in learners})
    first = requests.get(f"{item}/results", headers=tool.authorised(), timeout=5)
    assert len(first.json()) == 10
    assert set(results(tool, item)) == set(learners)
    assert len(learners) == 30, "24 learners and 6 degree students"
    one = requests.get(f"{item}/results", {"user_id": "1001"}, headers=tool.authorised(), timeout=5).json()
    assert [row["userId"] for row in one] == ["1001"]


# Members --------------------------------------------------------------------------------------------------------------

def test_members_come_in_pages_with_a_link_to_the_next(tool: Tool) -> None:
    url: str = tool.url("/services/courses/IL5101/members")
    headers, sizes, found = tool.authorised(NRPS), [], []
    while url:
        answer = requests.get(url, headers=headers, timeout=5)
        assert answer.headers["Content-Type"] == "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
        sizes.append(len(answer.json()["members"]))
        found += answer.json()["members"]
        url = answer.links.get("next", {}).get("url", "")
    assert sizes == [10, 10, 10, 2]
    assert len({row["user_id"] for row in found}) == 32
    numbers = {row["user_id"]: row.get("lis_person_sourcedid") for row in found}
    assert numbers["1021"] == "2026O121"
    assert numbers["1025"] == numbers["1026"] == "20260125"


def test_members_may_be_asked_for_by_role_and_keep_it_over_pages(tool: Tool) -> None:
    url = tool.url("/services/courses/IL5101/members")
    role = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
    answer = requests.get(url, {"role": role, "limit": "25"}, headers=tool.authorised(NRPS), timeout=5)
    rest = requests.get(answer.links["next"]["url"], headers=tool.authorised(NRPS), timeout=5)
    roles = {role for page in (answer, rest) for row in page.json()["members"] for role in row["roles"]}
    assert roles == {role}
    assert [len(page.json()["members"]) for page in (answer, rest)] == [25, 5]


# Deep linking ---------------------------------------------------------------------------------------------------------

def pick(**changed: Any) -> dict[str, Any]:
    return {
        "type": "ltiResourceLink", "url": "http://localhost:8400/lti/launch", "title": "Critique of a visual",
        "custom": {"component": "critique"},
        "lineItem": {"label": "Critique", "scoreMaximum": 100, "resourceId": "r-9", "tag": "component"}, **changed,
    }


def test_a_chosen_activity_appears_with_its_column(tool: Tool) -> None:
    asked = tool.launch("/courses/IL5101/add/launch?user=4001")
    assert asked[f"{CLAIM}message_type"] == "LtiDeepLinkingRequest"
    assert f"{CLAIM}resource_link" not in asked
    assert asked[f"{DL}deep_linking_settings"]["accept_lineitem"] is True
    answer = tool.choose(asked, [pick()])
    assert answer.status_code == 200, answer.text
    link_id, column = re.findall(r'data-link="(\w+)" data-column="(\w+)"', answer.text)[0]
    claims = tool.launch(f"/launch/{link_id}?user=1001")
    assert claims[f"{CLAIM}custom"] == {"component": "critique"}
    assert claims[ENDPOINT]["lineitem"].endswith(f"/lineitems/{column}")
    item = requests.get(claims[ENDPOINT]["lineitem"], headers=tool.authorised(), timeout=5).json()
    assert (item["resourceId"], item["resourceLinkId"]) == ("r-9", link_id)
    assert "Critique of a visual" in tool.browser.get(tool.url("/courses/IL5101?user=1001")).text


def test_choosing_nothing_adds_nothing(tool: Tool) -> None:
    before = len(tool.here.state.links)
    assert tool.choose(tool.launch("/courses/IL5101/add/launch?user=4001"), []).status_code == 200
    assert len(tool.here.state.links) == before


@pytest.mark.parametrize("changed", [
    {"aud": "http://elsewhere.example"}, {"iss": "another"}, {"nonce": ""}, {f"{CLAIM}deployment_id": "9"},
    {f"{DL}data": "something else"}, {f"{CLAIM}message_type": "LtiResourceLinkRequest"}, {"exp": 1},
    {f"{DL}content_items": [{"type": "html", "html": "<b>no</b>"}]},
])
def test_a_wrong_answer_adds_nothing(tool: Tool, changed: dict[str, Any]) -> None:
    before = len(tool.here.state.links)
    answer = tool.choose(tool.launch("/courses/IL5101/add/launch?user=4001"), [pick()], **changed)
    assert answer.status_code == 400
    assert len(tool.here.state.links) == before


def test_a_learner_adds_no_activity(tool: Tool) -> None:
    assert tool.browser.get(tool.url("/courses/IL5101/add/launch?user=1001")).status_code == 403


# Files ----------------------------------------------------------------------------------------------------------------

def table(tool: Tool, course: str, shape: str, teacher: str) -> list[list[str]]:
    answer = tool.browser.get(tool.url(f"/courses/{course}/export/{shape}.csv?user={teacher}"))
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode())))


def test_the_moodle_file_has_moodles_shape(tool: Tool) -> None:
    mark(tool, "IL5102", "4002", {("IL5102-quiz", "1009"): "5"})
    head, *body = table(tool, "IL5102", "moodle", "4002")
    assert head[:7] == [
        "First name", "Surname", "ID number", "Institution", "Department", "Email address",
        "Quiz: Risk and fairness (Real)",
    ]
    assert head[-1] == "Last downloaded from this course"
    by_mail = {row[5]: row for row in body}
    assert by_mail["arnab.bhattacharya@inverlea.example"][6] == "5.00"
    assert by_mail["isla.abernethy@inverlea.example"][6] == "-"
    assert by_mail["selam.haile@mail.example"][2] == ""


def test_the_canvas_file_has_canvas_shape(tool: Tool) -> None:
    mark(tool, "IL5104", "4004", {("IL5104-plan", "1007"): "49"})
    head, points, *body = table(tool, "IL5104", "canvas", "4004")
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert re.fullmatch(r"Change plan \(\d+\)", head[5])
    assert (points[0], points[5]) == ("    Points Possible", "100.00")
    assert points[-1] == "(read only)"
    by_id = {row[1]: row for row in body}
    assert by_id["1007"][:3] == ["Okonkwo, Chidi", "1007", "20260107"]
    assert by_id["1007"][5] == "49.00"
    assert by_id["1013"][0] == "Wulandari"


# Faults, addresses, restart -------------------------------------------------------------------------------------------

def test_switches_break_the_services_and_nothing_else(tool: Tool) -> None:
    control, jwks = tool.url("/_control"), tool.here.figures()["jwks_url"]
    requests.post(control, json={"down": True}, timeout=5)
    assert requests.get(jwks, timeout=5).status_code == 503
    assert tool.browser.get(tool.url("/signin")).status_code == 200
    requests.post(control, json={"status": 429, "count": 2}, timeout=5)
    assert [requests.get(jwks, timeout=5).status_code for _ in range(3)] == [429, 429, 200]
    assert requests.post(control, json={"upside": "down"}, timeout=5).status_code == 400
    requests.post(control, json={}, timeout=5)
    assert requests.get(jwks, timeout=5).status_code == 200


def test_the_tools_addresses_are_posted_once_they_are_known() -> None:
    with running_lms() as here, requests.Session() as browser:
        before = browser.get(f"{here.issuer}/launch/tile-IL5101?user=1001", allow_redirects=False)
        assert before.status_code == 503
        assert browser.post(f"{here.issuer}/_admin/tool", json={"login_url": "x"}).status_code == 400
        assert browser.post(f"{here.issuer}/_admin/tool", json=TOOL).json() == TOOL
        after = browser.get(f"{here.issuer}/launch/tile-IL5101?user=1001", allow_redirects=False)
        assert after.headers["Location"].startswith(f"{TOOL['login_url']}?iss=")


def test_a_restart_goes_on_where_it_was(tmp_path: Any) -> None:
    with running_lms(data=tmp_path) as here, requests.Session() as browser:
        browser.post(f"{here.issuer}/_admin/tool", json=TOOL)
        form = {"mark:IL5102-quiz:1009": "5"}
        browser.post(f"{here.issuer}/courses/IL5102/gradebook?user=4002", data=form)
        keys = browser.get(here.figures()["jwks_url"]).json()
    with running_lms(data=tmp_path) as again, requests.Session() as browser:
        assert again.state.grades["IL5102-quiz", "1009"].score == "5"
        assert again.state.tool == TOOL
        assert browser.get(again.figures()["jwks_url"]).json() == keys


def test_a_tool_that_rotates_its_key_is_asked_once_more(tool: Tool) -> None:
    other = RSAKey.generate_key(2048, {"kid": "tool-0", "use": "sig", "alg": "RS256"})
    tool.here.registration.set_tool_key_set({"keys": [other.as_dict(private=False)]})
    platform = tool.here.platform()
    fetched: list[str] = []

    def fetch(url: str) -> dict[str, Any]:
        fetched.append(url)
        return {"keys": [tool.key.as_dict(private=False)]}

    platform.fetch_public_key = fetch  # type: ignore[method-assign]
    platform.read_tool_token(tool.token_form()["client_assertion"], tool.here.token_url, once="jti")
    assert fetched == [TOOL["jwks_url"]]
