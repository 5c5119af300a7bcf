"""Launches through the web, as an LMS and a browser make them: what opens, and everything that must not.

N1 to N12 are the refusals of 1EdTech's certification for tools.
"""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from lti_tool.clock import utcnow
from lti_tool.lti import claims as names
from lti_tool.lti.state import LIFETIME
from lti_tool.models.people import LtiUser
from lti_tool.models.platform import Context, Deployment, LaunchSession, Registration
from lti_tool.web.auth import LAUNCH_COOKIE
from tests.platform import recorded
from tests.platform.fixtures import Registered, app, lms, platform, registered_with, settings
from tests.platform.forged import KID, ForgedPlatform, now, running
from tests.platform.keys import jwk, part, rsa_key
from tests.platform.payloads import (
    INSTRUCTOR,
    LEARNER,
    MEMBERSHIP,
    Change,
    Claims,
    deep_linking_launch,
    resource_launch,
    set_to,
    without,
)
from tests.platform.tab import ADDRESS, TARGET, Tab

__all__ = ["app", "lms", "platform", "settings"]

PERSONAL = ("bob", "Bob Teacher", "bob@inverlea.example", "B0000001")


def assert_opens(response: TestResponse) -> None:
    assert response.status_code == 200, response.text
    assert re.fullmatch(r"/l/[\w-]{16}/(course|progress|pick|)", Tab.address(response))


def assert_refused(response: TestResponse, code: str) -> None:
    """A page with a sentence and this reason; no way in, and nothing of the person or the token on it."""
    assert 400 <= response.status_code < 500, response.status
    assert f"<code>{code}</code>" in response.text
    assert LAUNCH_COOKIE not in response.headers.get("Set-Cookie", "")
    assert "Traceback" not in response.text and "eyJ" not in response.text
    assert not [word for word in PERSONAL[1:] if word in response.text]


def launched(lms: Registered) -> list[LaunchSession]:
    with lms.sessions() as session:
        return list(session.scalars(select(LaunchSession)))


# what must open


def change_roles(*roles: str) -> Change:
    return set_to(names.ROLES, list(roles))


PII = ("name", "given_name", "family_name", "email")
GOOD: list[Any] = [
    pytest.param([], "instructor", id="instructor, full data"),
    pytest.param([change_roles(LEARNER)], "learner", id="student, full data"),
    pytest.param([change_roles(INSTRUCTOR, LEARNER, f"{MEMBERSHIP}#Mentor")], "instructor", id="several roles"),
    pytest.param([change_roles("Instructor")], "instructor", id="short deprecated role, instructor"),
    pytest.param([change_roles("Learner")], "learner", id="short deprecated role, student"),
    pytest.param([change_roles("http://example.org/x#Wizard")], "", id="an unknown role alone"),
    pytest.param([change_roles("http://example.org/x#Wizard", LEARNER)], "learner",
                 id="an unknown role beside a known one"),
    pytest.param([change_roles("")], "", id="no role, as the suite sends it"),
    pytest.param([change_roles()], "", id="an empty list of roles"),
    pytest.param([without("name", "given_name", "family_name")], "instructor", id="only e-mail"),
    pytest.param([without("email")], "instructor", id="only names"),
    pytest.param([without(*PII)], "instructor", id="no personal data"),
    pytest.param([without(names.CONTEXT)], "instructor", id="instructor with e-mail, no context"),
    pytest.param([change_roles(LEARNER), without(*PII, names.CONTEXT, names.LIS, names.AGS_ENDPOINT, names.NRPS_SERVICE,
                 names.CUSTOM, names.LAUNCH_PRESENTATION)], "learner", id="student with only a resource link"),
    pytest.param([without("sub")], "instructor", id="anonymous: no sub at all"),
    pytest.param([set_to(names.CUSTOM, {})], "instructor", id="empty custom"),
    pytest.param([lambda claims: claims.update(aud=["other", claims["aud"]], azp=claims["aud"])], "instructor",
                 id="several audiences, we are the authorised party"),
    pytest.param([lambda claims: claims.update(aud=[claims["aud"]])], "instructor", id="one audience as a list"),
    pytest.param([lambda claims: claims.update(iat=now() + 3)], "instructor", id="a clock three seconds fast"),
    pytest.param([lambda claims: claims.update(exp=now() - 2)], "instructor", id="a clock two seconds slow"),
    pytest.param([lambda claims: claims.update(iat=now() - 0.5, exp=now() + 60.5)], "instructor",
                 id="times with a fraction"),
]


@pytest.mark.parametrize("changes, role", GOOD)
def test_good_launches_open(lms: Registered, changes: list[Change], role: str) -> None:
    assert_opens(lms.tab().launch(lms.login_path, *changes))
    assert [launch.role for launch in launched(lms)] == [role]


@pytest.mark.parametrize("name", recorded.MOODLE_LAUNCHES)
def test_real_moodle_launches_open(lms: Registered, name: str) -> None:
    def moodle(platform: ForgedPlatform, nonce: str, target: str) -> Claims:
        return recorded.re_addressed(recorded.launch_claims(f"moodle-launch-{name}"), platform, nonce, target)

    assert_opens(lms.tab().launch(lms.login_path, payload=moodle))


@pytest.mark.parametrize("name", ["moodle-launch-deep-linking", "canvas-id-token-deep-linking",
                                  "canvas-id-token-resource-link"])
def test_other_platforms_launches_open(lms: Registered, name: str) -> None:
    def theirs(platform: ForgedPlatform, nonce: str, target: str) -> Claims:
        return recorded.re_addressed(recorded.launch_claims(name), platform, nonce, target)

    assert_opens(lms.tab().launch(lms.login_path, payload=theirs))


def test_deep_linking_opens_and_keeps_the_way_back(lms: Registered) -> None:
    assert_opens(lms.tab().launch(lms.login_path, payload=deep_linking_launch))
    [launch] = launched(lms)
    assert launch.message_type == names.DEEP_LINKING_LAUNCH
    assert launch.claims["deep_linking"]["return_url"] == f"{lms.platform.url}/picked"


# what must not


def several(*changes: Change) -> Change:
    def change(claims: Claims) -> None:
        for one in changes:
            one(claims)

    return change


BAD: list[Any] = [
    pytest.param(set_to(names.VERSION, "11.3"), "claim_version", id="N3 wrong LTI version"),
    pytest.param(without(names.VERSION), "claim_version", id="N4 no LTI version"),
    pytest.param(several(set_to("exp", 22222), set_to("iat", 11111)), "claim_exp", id="N6 exp and iat invalid"),
    pytest.param(without(names.VERSION, names.MESSAGE_TYPE, names.DEPLOYMENT_ID, names.ROLES, "exp"), "claim_exp",
                 id="N7 required claims missing"),
    pytest.param(without(names.MESSAGE_TYPE), "claim_message_type", id="N8 message type missing"),
    pytest.param(without(names.ROLES), "claim_roles", id="N9 roles missing"),
    pytest.param(without(names.DEPLOYMENT_ID), "claim_deployment", id="N10 deployment id missing"),
    pytest.param(set_to(names.RESOURCE_LINK, {"title": "Portfolio"}), "claim_resource_link",
                 id="N11 resource link id missing"),
    pytest.param(set_to("sub", ""), "claim_sub", id="N12 user missing: sub is empty"),
    pytest.param(without("nonce"), "claim_nonce", id="no nonce"),
    pytest.param(set_to("nonce", "made-up"), "claim_nonce", id="a nonce that we never issued"),
    pytest.param(set_to("nonce", ["a"]), "claim_nonce", id="a nonce that is a list"),
    pytest.param(without("iss"), "claim_iss", id="no issuer"),
    pytest.param(set_to("iss", "https://evil.example"), "claim_iss", id="right key, wrong issuer"),
    pytest.param(without("aud"), "claim_aud", id="no audience"),
    pytest.param(set_to("aud", "someone-else"), "claim_aud", id="another audience"),
    pytest.param(set_to("aud", ["a", "b"]), "claim_aud", id="a list of audiences without us"),
    pytest.param(set_to("aud", {"client-1": 1}), "claim_aud", id="an audience that is an object"),
    pytest.param(set_to("azp", "another"), "claim_azp", id="azp of another client"),
    pytest.param(lambda claims: claims.update(aud=[claims["aud"], "x"], azp="x"), "claim_azp",
                 id="list of audiences with a foreign azp"),
    pytest.param(lambda claims: claims.update(aud=[claims["aud"], "x"]), "claim_azp",
                 id="list of audiences without azp"),
    pytest.param(without("exp"), "claim_exp", id="no exp"),
    pytest.param(without("iat"), "claim_iat", id="no iat"),
    pytest.param(set_to("exp", "tomorrow"), "claim_exp", id="exp is a text"),
    pytest.param(set_to("exp", True), "claim_exp", id="exp is a truth value"),
    pytest.param(set_to("exp", 10 ** 400), "claim_exp", id="exp has no end"),
    pytest.param(lambda claims: claims.update(iat=now() - 7200, exp=now() - 3600), "claim_exp", id="expired"),
    pytest.param(lambda claims: claims.update(iat=now() + 3600, exp=now() + 7200), "claim_iat", id="from the future"),
    pytest.param(lambda claims: claims.update(iat=now() - 366 * 86400), "claim_iat", id="iat a year old"),
    pytest.param(set_to(names.MESSAGE_TYPE, "LtiStartProctoring"), "message_unsupported", id="proctoring, politely"),
    pytest.param(set_to(names.MESSAGE_TYPE, 7), "claim_message_type", id="a message type that is a number"),
    pytest.param(set_to(names.DEPLOYMENT_ID, "999"), "deployment_unknown", id="unknown deployment"),
    pytest.param(set_to(names.DEPLOYMENT_ID, ""), "claim_deployment", id="empty deployment"),
    pytest.param(set_to(names.DEPLOYMENT_ID, "x" * 256), "claim_deployment", id="over-long deployment"),
    pytest.param(set_to(names.DEPLOYMENT_ID, "1é"), "claim_deployment", id="deployment not ASCII"),
    pytest.param(set_to(names.TARGET_LINK_URI, "https://evil.example/lti/launch"), "claim_target_link_uri",
                 id="target on a foreign host"),
    pytest.param(set_to(names.TARGET_LINK_URI, ADDRESS + "@evil.example/"), "claim_target_link_uri",
                 id="target that only begins like ours"),
    pytest.param(set_to(names.TARGET_LINK_URI, TARGET + "?other=1"), "claim_target_link_uri",
                 id="another target than at login"),
    pytest.param(without(names.TARGET_LINK_URI), "claim_target_link_uri", id="no target"),
    pytest.param(without(names.RESOURCE_LINK), "claim_resource_link", id="no resource link"),
    pytest.param(set_to(names.RESOURCE_LINK, {"id": ""}), "claim_resource_link", id="empty resource link id"),
    pytest.param(set_to(names.RESOURCE_LINK, {"id": "x" * 256}), "claim_resource_link",
                 id="over-long resource link id"),
    pytest.param(set_to(names.RESOURCE_LINK, "link-1"), "claim_resource_link", id="resource link is a text"),
    pytest.param(set_to(names.ROLES, INSTRUCTOR), "claim_roles", id="roles as a text"),
    pytest.param(set_to(names.ROLES, [{"role": INSTRUCTOR}]), "claim_roles", id="roles as objects"),
    pytest.param(set_to(names.CUSTOM, ["a"]), "claim_custom", id="custom as a list"),
    pytest.param(set_to(names.CONTEXT, {"title": "Nameless"}), "claim_context", id="context without id"),
    pytest.param(set_to("sub", None), "claim_sub", id="sub is null"),
    pytest.param(set_to("sub", "x" * 256), "claim_sub", id="over-long sub"),
    pytest.param(set_to("sub", "bob\x00"), "claim_sub", id="a sub that no database keeps"),
]


@pytest.mark.parametrize("change, code", BAD)
def test_bad_claims_are_refused(lms: Registered, change: Change, code: str) -> None:
    assert_refused(lms.tab().launch(lms.login_path, change), code)
    assert launched(lms) == []


@pytest.mark.parametrize("signing, code", [
    pytest.param({"header": {"alg": "RS256", "kidd": KID}}, "token_key_id", id="N1 no key id in the header"),
    pytest.param({"header": {"alg": "RS256", "kid": 7}}, "token_key_id", id="key id is a number"),
    pytest.param({"kid": "nope"}, "token_key_unknown", id="N2 unknown key id"),
    pytest.param({"key": rsa_key("stranger")}, "token_signature", id="signed by another key"),
    pytest.param({"algorithm": "RS384"}, "token_algorithm", id="RS384 with a key for RS256"),
    pytest.param({"header": {"alg": "none", "kid": KID}}, "token_algorithm", id="alg none"),
    pytest.param({"algorithm": "HS256"}, "token_algorithm", id="HS256 with the public key as the secret"),
    pytest.param({"header": {"alg": "RS256", "kid": KID, "jku": "https://evil.example/keys"},
                  "key": rsa_key("stranger")}, "token_signature", id="a key set named in the token"),
])
def test_bad_signatures_are_refused(lms: Registered, signing: dict[str, Any], code: str) -> None:
    assert_refused(lms.tab().launch(lms.login_path, **signing), code)
    assert launched(lms) == []


def test_n1_is_refused_before_any_key_is_fetched(lms: Registered) -> None:
    lms.tab().launch(lms.login_path, header={"alg": "RS256"})
    assert lms.platform.asked("/jwks") == []


def test_a_key_that_was_replaced_under_its_id_opens_at_once_and_the_old_one_no_more(lms: Registered) -> None:
    assert_opens(lms.tab().launch(lms.login_path))
    another = rsa_key("another")
    lms.platform.keys[:] = [jwk(another, KID, alg="RS256")]
    assert_opens(lms.tab().launch(lms.login_path, key=another))
    assert_refused(lms.tab().launch(lms.login_path), "token_signature")
    assert len(lms.platform.asked("/jwks")) == 2


def test_n2_asks_for_the_keys_once_more_and_no_oftener(lms: Registered) -> None:
    lms.tab().launch(lms.login_path)
    for _ in range(3):
        assert_refused(lms.tab().launch(lms.login_path, kid="nope"), "token_key_unknown")
    assert len(lms.platform.asked("/jwks")) == 2


@pytest.mark.parametrize("token, code", [
    pytest.param("bob", "token_malformed", id="N5 not a JWT, just a name"),
    pytest.param(None, "token_missing", id="no token"),
    pytest.param("a" * 70_000, "token_too_long", id="an over-long token"),
    pytest.param(".".join((part({"alg": "RS256", "kid": KID}), part(b'{"a":1,"a":2}'), "c2ln")), "token_malformed",
                 id="a name twice in the JSON"),
])
def test_what_is_no_token_is_refused(lms: Registered, token: str | None, code: str) -> None:
    tab = lms.tab()
    assert_refused(tab.post(tab.question(lms.login_path)["state"], token), code)


def test_a_megabyte_is_refused_unread(lms: Registered) -> None:
    tab = lms.tab()
    assert tab.post(tab.question(lms.login_path)["state"], "a" * 1_000_000).status_code == 413


def test_deep_linking_without_a_way_back_is_refused(lms: Registered) -> None:
    change = set_to(names.DEEP_LINKING_SETTINGS, {"accept_types": ["ltiResourceLink"]})
    assert_refused(lms.tab().launch(lms.login_path, change, payload=deep_linking_launch), "claim_deep_linking")


# state, browser and replay


def test_the_same_post_twice_opens_once(lms: Registered) -> None:
    tab = lms.tab()
    question = tab.question(lms.login_path)
    cookies = tab.browser.get_cookie
    token = lms.platform.sign(resource_launch(lms.platform, question["nonce"], TARGET))
    twin = lms.tab()
    name = next(cookie.key for cookie in tab.browser._cookies.values())  # type: ignore[union-attr]
    secret = cookies(name, "cairn.example", "/lti/launch")
    assert secret is not None
    twin.browser.set_cookie(name, secret.value, domain="cairn.example", path="/lti/launch")
    assert_opens(tab.post(question["state"], token))
    assert_refused(twin.post(question["state"], token), "replayed")
    assert len(launched(lms)) == 1


def test_a_first_page_loaded_again_without_script_says_that_it_was_used(lms: Registered) -> None:
    """The browser posts the launch once more; that its cookie is gone would be true, and no help."""
    tab = lms.tab()
    question = tab.question(lms.login_path)
    token = lms.platform.sign(resource_launch(lms.platform, question["nonce"], TARGET))
    assert_opens(tab.post(question["state"], token))
    assert_refused(tab.post(question["state"], token), "replayed")


def test_a_token_replayed_under_another_login_is_refused(lms: Registered) -> None:
    victim, thief = lms.tab(), lms.tab()
    question = victim.question(lms.login_path)
    token = lms.platform.sign(resource_launch(lms.platform, question["nonce"], TARGET))
    assert_opens(victim.post(question["state"], token))
    assert_refused(thief.post(thief.question(lms.login_path)["state"], token), "claim_nonce")


def test_two_threads_with_one_token_open_once(lms: Registered) -> None:
    tabs = [lms.tab(), lms.tab()]
    question = tabs[0].question(lms.login_path)
    [cookie] = tabs[0].browser._cookies.values()  # type: ignore[union-attr]
    tabs[1].browser.set_cookie(cookie.key, cookie.value, domain="cairn.example", path="/lti/launch")
    token = lms.platform.sign(resource_launch(lms.platform, question["nonce"], TARGET))
    start, answers = threading.Barrier(2), []

    def post(tab: Tab) -> None:
        start.wait()
        answers.append(tab.post(question["state"], token).status_code)

    threads = [threading.Thread(target=post, args=(tab,)) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 403]
    assert len(launched(lms)) == 1


def test_first_launches_of_one_course_at_once_all_open(lms: Registered) -> None:
    tabs = [lms.tab() for _ in range(4)]
    start, answers = threading.Barrier(4), []

    def launch(tab: Tab) -> None:
        question = tab.question(lms.login_path)
        token = lms.platform.sign(resource_launch(lms.platform, question["nonce"], TARGET))
        start.wait()
        answers.append(tab.post(question["state"], token).status_code)

    threads = [threading.Thread(target=launch, args=(tab,)) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    with lms.sessions() as session:
        assert [session.scalar(select(func.count()).select_from(model)) for model in (Context, LtiUser)] == [1, 1]


def test_a_launch_outlives_a_restart_of_the_database(lms: Registered) -> None:
    tab = lms.tab()
    question = tab.question(lms.login_path)
    token = lms.platform.sign(resource_launch(lms.platform, question["nonce"], TARGET))
    with lms.sessions() as session:
        held = session.connection().connection.driver_connection
    assert held is not None
    held.close()
    assert_opens(tab.post(question["state"], token))


def test_a_state_in_another_browser_is_refused(lms: Registered) -> None:
    question = lms.tab().question(lms.login_path)
    token = lms.platform.sign(resource_launch(lms.platform, question["nonce"], TARGET))
    assert_refused(lms.tab().post(question["state"], token), "state_cookie")


@pytest.mark.parametrize("state, code", [("", "state_missing"), ("state-forged", "state_forged")])
def test_no_state_and_a_made_up_one_are_refused(lms: Registered, state: str, code: str) -> None:
    tab = lms.tab()
    question = tab.question(lms.login_path)
    assert_refused(tab.post(state, lms.platform.sign(resource_launch(lms.platform, question["nonce"], TARGET))), code)


def test_an_expired_state_is_refused(lms: Registered) -> None:
    signer = lms.app.extensions["cairn"].rules.signer
    issued = signer.issue(lms.key, TARGET, utcnow() - LIFETIME - timedelta(seconds=2))
    tab = lms.tab()
    tab.browser.set_cookie(issued.cookie, issued.secret, domain="cairn.example", path="/lti/launch")
    token = lms.platform.sign(resource_launch(lms.platform, issued.nonce, TARGET))
    assert_refused(tab.post(issued.state, token), "state_expired")


def test_an_error_of_the_platform_is_shown(lms: Registered) -> None:
    tab = lms.tab()
    state = tab.question(lms.login_path)["state"]
    answer = tab.post(state, None, error="login_required", error_description="<b>Bob</b> is not signed in")
    assert_refused(answer, "platform_error")
    assert "login_required" in answer.text and "<b>" not in answer.text


def test_whatever_else_stands_in_an_error_is_not_repeated(lms: Registered) -> None:
    tab = lms.tab()
    answer = tab.post(tab.question(lms.login_path)["state"], None, error="Call 555-1234 now!")
    assert "555-1234" not in answer.text and "Call" not in answer.text


@pytest.mark.parametrize("path", ["/lti/launch", "/lti/c/abc"])
def test_opened_by_hand_it_says_where_to_go(lms: Registered, path: str) -> None:
    answer = lms.tab().open(path)
    assert answer.status_code == 405
    assert "Go to your course" in answer.text


# login initiation


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_login_takes_get_and_post(lms: Registered, method: str) -> None:
    form = {"iss": lms.platform.issuer, "login_hint": "h", "target_link_uri": TARGET}
    sent = {"query_string": form} if method == "GET" else {"data": form}
    answer = lms.tab().browser.open(lms.login_path, method=method, base_url=ADDRESS, **sent)
    assert answer.status_code == 302


def test_the_question_to_the_platform(lms: Registered) -> None:
    question = lms.tab().question(lms.login_path)
    assert {name: question[name] for name in question if name not in {"state", "nonce"}} == {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
        "client_id": "client-1", "redirect_uri": TARGET, "login_hint": "hint", "lti_message_hint": '{"cmid":4}',
    }


def test_the_state_cookie_lives_in_a_frame_and_in_the_launch_alone(lms: Registered) -> None:
    cookie = lms.tab().login(lms.login_path).headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/lti/launch"} <= set(cookie.split("; "))


@pytest.mark.parametrize("changes, code", [
    pytest.param({"iss": None}, "login_incomplete", id="no issuer"),
    pytest.param({"login_hint": None}, "login_incomplete", id="no hint"),
    pytest.param({"target_link_uri": None}, "login_incomplete", id="no target"),
    pytest.param({"target_link_uri": "https://evil.example/"}, "login_target", id="target on a foreign host"),
    pytest.param({"target_link_uri": "javascript:alert(1)"}, "login_target", id="target that is no web address"),
    pytest.param({"iss": "https://evil.example"}, "registration_mismatch", id="another issuer than registered"),
    pytest.param({"client_id": "other"}, "registration_mismatch", id="another client id than registered"),
])
def test_bad_logins_are_refused(lms: Registered, changes: dict[str, str | None], code: str) -> None:
    assert_refused(lms.tab().login(lms.login_path, **changes), code)


def test_an_unknown_login_address_is_refused(lms: Registered) -> None:
    assert_refused(lms.tab().login("/lti/login/unknown"), "registration_unknown")


def test_a_closed_registration_is_refused(lms: Registered) -> None:
    with lms.sessions.begin() as session:
        session.scalars(select(Registration)).one().is_active = False
    assert_refused(lms.tab().login(lms.login_path), "registration_unknown")


def test_the_plain_login_serves_while_it_names_one(lms: Registered) -> None:
    assert lms.tab().login("/lti/login").status_code == 302
    assert lms.tab().login("/lti/login", client_id=None).status_code == 302


def test_two_registrations_with_one_issuer_and_client_id_are_kept_apart(lms: Registered) -> None:
    """Self-hosted Canvas sites share both; each is told by its own login address, and verified with its own keys."""
    with running(keys=[jwk(rsa_key("other"), KID, alg="RS256")]) as other:
        key, institution_id = registered_with(lms.sessions, other, "elsewhere", utcnow())
        assert_refused(lms.tab().login("/lti/login"), "registration_ambiguous")
        assert_opens(lms.tab().launch(lms.login_path))
        assert_opens(Tab(lms.app, other).launch(f"/lti/login/{key}", key=rsa_key("other")))
        assert_refused(Tab(lms.app, other).launch(f"/lti/login/{key}"), "token_signature")
    assert [launch.institution_id for launch in launched(lms)] == [lms.institution_id, institution_id]


def test_a_deployment_of_another_registration_is_refused(lms: Registered) -> None:
    with running(issuer="https://other.example", client_id="client-2", deployment_id="2") as other:
        registered_with(lms.sessions, other, "elsewhere", utcnow())
    assert_refused(lms.tab().launch(lms.login_path, set_to(names.DEPLOYMENT_ID, "2")), "deployment_unknown")


@pytest.mark.parametrize("model", [Deployment, Registration])
def test_what_is_closed_between_login_and_launch_stays_shut(lms: Registered, model: Any) -> None:
    tab = lms.tab()
    question = tab.question(lms.login_path)
    with lms.sessions.begin() as session:
        session.scalars(select(model)).one().is_active = False
    token = lms.platform.sign(resource_launch(lms.platform, question["nonce"], TARGET))
    assert_refused(tab.post(question["state"], token), "deployment_unknown")


# two tabs


def test_two_tabs_of_one_browser_never_mix(lms: Registered) -> None:
    teaching = lms.tab()
    learning = Tab(lms.app, lms.platform, teaching.browser)
    first = teaching.launch(lms.login_path)
    second = learning.launch(
        lms.login_path, set_to(names.CONTEXT, {"id": "course-2"}), change_roles(LEARNER), set_to("sub", "dora"),
    )
    secrets = [_launch_secret(answer) for answer in (first, second)]
    assert _is_in(lms, Tab.address(first), secrets[0]) and _is_in(lms, Tab.address(second), secrets[1])
    assert not _is_in(lms, Tab.address(first), secrets[1]) and not _is_in(lms, Tab.address(second), secrets[0])
    assert not _is_in(lms, Tab.address(first), None)


def test_the_launch_cookie_goes_to_its_own_launch_only(lms: Registered) -> None:
    answer = lms.tab().launch(lms.login_path)
    [cookie] = [text for text in answer.headers.getlist("Set-Cookie") if text.startswith(LAUNCH_COOKIE)]
    path = Tab.address(answer).rpartition("/")[0]
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned", f"Path={path}"} <= set(cookie.split("; "))
    assert _launch_secret(answer) not in str([launch.__dict__ for launch in launched(lms)])


def _launch_secret(answer: TestResponse) -> str:
    found = re.search(rf"{LAUNCH_COOKIE}=([\w-]+)", ",".join(answer.headers.getlist("Set-Cookie")))
    assert found
    return found[1]


def _is_in(lms: Registered, location: str, secret: str | None) -> bool:
    browser = lms.app.test_client()
    if secret:
        browser.set_cookie(LAUNCH_COOKIE, secret, domain="cairn.example", path=location.rpartition("/")[0])
    return browser.get(location, base_url=ADDRESS).status_code == 200


# what a launch costs


def test_a_warm_launch_calls_nobody_and_writes_one_transaction(lms: Registered) -> None:
    lms.tab().launch(lms.login_path)
    tab = lms.tab()
    question = tab.question(lms.login_path)
    token = lms.platform.sign(resource_launch(lms.platform, question["nonce"], TARGET))
    calls, seen = len(lms.platform.calls), []
    engine = lms.sessions.kw["bind"]

    def note(word: str) -> Callable[..., None]:
        return lambda *_: seen.append(word)

    listeners = [("commit", note("commit")), ("before_cursor_execute", lambda _c, _k, text, *_: seen.append(text[:6]))]
    for name, listener in listeners:
        event.listen(engine, name, listener)
    assert_opens(tab.post(question["state"], token))
    for name, listener in listeners:
        event.remove(engine, name, listener)
    assert len(lms.platform.calls) == calls
    assert seen[:seen.index("commit")] == ["SELECT", "INSERT"], "one look, one row"
    assert seen.count("commit") == 1, "and what the page shows is only read"
    assert set(seen[seen.index("commit") + 1:]) == {"SELECT"}


def test_a_login_writes_nothing(lms: Registered) -> None:
    lms.tab().question(lms.login_path)
    with lms.sessions() as session:
        assert session.scalar(select(func.count()).select_from(LaunchSession)) == 0


# our keys, frames and logs


def test_our_key_set_is_published_and_may_be_kept(lms: Registered) -> None:
    answer = lms.tab().open("/lti/jwks")
    assert answer.json is not None
    assert [key["kid"] for key in answer.json["keys"]] == ["inverlea-active", "inverlea-next"]
    assert all(set(key) == {"kty", "n", "e", "use", "alg", "kid"} for key in answer.json["keys"])
    assert "max-age" in answer.headers["Cache-Control"]


def test_a_refusal_can_be_read_in_the_frame_it_came_in(lms: Registered) -> None:
    answer = lms.tab().launch(lms.login_path, set_to("sub", ""))
    ancestors = answer.headers["Content-Security-Policy"].rpartition("frame-ancestors ")[2]
    assert ancestors == f"https://lms.example {lms.platform.url}"


def test_a_refusal_is_logged_with_reason_and_registration_and_nothing_personal(
    lms: Registered, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "lti_tool")
    lms.tab().launch(lms.login_path, without(names.ROLES))
    assert f"code=claim_roles registration={lms.key}" in caplog.text
    assert not [word for word in (*PERSONAL, "eyJ") if word in caplog.text]


def test_the_address_of_a_launch_holds_nothing_of_the_token(lms: Registered) -> None:
    address = Tab.address(lms.tab().launch(lms.login_path))
    assert not urlsplit(address).query and not parse_qs(address)
