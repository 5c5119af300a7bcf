"""Login initiation: the address that the browser is sent to."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from lti_tool.lti.login import answer, is_ours
from lti_tool.lti.state import StateSigner
from lti_tool.lti.tool_config import ToolConfig
from lti_tool.models.platform import Registration
from tests.platform.fixtures import Registered

HINT = '{"cmid":4,"launchid":"ltilaunch2_229463028"}'
FORM = {
    "iss": "https://lms.example", "login_hint": "a b&c", "target_link_uri": "https://cairn.example/lti/c/KEY",
    "lti_message_hint": HINT,
}


def location(lms: Registered, now: datetime, form: dict[str, str]) -> str:
    return answer(
        form, lms.key, config=ToolConfig(lms.sessions), signer=StateSigner([bytes(32)]),
        public_url="https://cairn.example", now=now,
    ).location


def test_hints_come_back_as_they_came(lms: Registered, now: datetime) -> None:
    query = parse_qs(urlsplit(location(lms, now, FORM)).query, strict_parsing=True)
    assert (query["lti_message_hint"], query["login_hint"]) == ([HINT], ["a b&c"])


def test_no_message_hint_is_invented(lms: Registered, now: datetime) -> None:
    without = {name: value for name, value in FORM.items() if name != "lti_message_hint"}
    assert "lti_message_hint" not in location(lms, now, without)


def test_the_redirect_address_is_one_registered_value_whatever_the_target(lms: Registered, now: datetime) -> None:
    assert parse_qs(urlsplit(location(lms, now, FORM)).query)["redirect_uri"] == ["https://cairn.example/lti/launch"]


def test_an_address_with_a_query_of_its_own_is_joined(lms: Registered, now: datetime) -> None:
    with lms.sessions.begin() as session:
        session.scalars(select(Registration)).one().auth_url = "https://lms.example/auth?site=2"
    found = urlsplit(location(lms, now, FORM))
    assert (found.path, parse_qs(found.query)["site"], found.query.count("?")) == ("/auth", ["2"], 0)


@pytest.mark.parametrize("target, expected", [
    pytest.param("https://cairn.example/lti/launch", True, id="ours"),
    pytest.param("https://CAIRN.example/", True, id="host in capitals"),
    pytest.param("http://cairn.example/", False, id="another scheme"),
    pytest.param("https://cairn.example:8443/", False, id="another port"),
    pytest.param("https://cairn.example.evil.example/", False, id="ours as a beginning"),
    pytest.param("https://cairn.example@evil.example/", False, id="ours as a user name"),
    pytest.param("//cairn.example/", False, id="no scheme"),
])
def test_whose_address_it_is(target: str, expected: bool) -> None:
    assert is_ours(target, "https://cairn.example") is expected
