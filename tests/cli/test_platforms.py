"""LMSs from the command line, checked against a forged one that serves keys and tokens."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from lti_tool.db import Sessions
from lti_tool.lti.service import SCOPES
from lti_tool.models.platform import ToolKey
from tests.cli.conftest import Cairn
from tests.platform.forged import ForgedPlatform, running


@pytest.fixture
def platform() -> Iterator[ForgedPlatform]:
    with running() as platform:
        yield platform


def add(cairn: Cairn, platform: ForgedPlatform, *more: str, code: int = 0, **other: str) -> str:
    figures = {
        "name": "Moodle", "issuer": platform.issuer, "client-id": platform.client_id, "auth-url": platform.auth_url,
        "token-url": platform.token_url, "jwks-url": platform.jwks_url, **other,
    }
    return cairn("platforms", "add", *(word for name, value in figures.items() for word in (f"--{name}", value)), *more,
                 code=code)


def key_of(told: str) -> str:
    found = re.search(r"/lti/login/(\S+)", told)
    assert found is not None
    return found.group(1)


def test_adding_shows_what_to_type_into_the_lms(cairn: Cairn, platform: ForgedPlatform) -> None:
    told = add(cairn, platform)
    key = key_of(told)
    for figure in ("https://cairn.example/lti/launch", "https://cairn.example/lti/jwks"):
        assert figure in told
    assert f"cairn platforms deploy {key} ID" in told
    shown = cairn("platforms", "show", key)
    assert shown.strip() in told
    assert all(scope in shown for scope in SCOPES)


def test_a_custom_field_counts_once_it_is_named_and_is_warned_of(cairn: Cairn, platform: ForgedPlatform) -> None:
    key = key_of(add(cairn, platform))
    assert "$Person.sourcedId" not in cairn("platforms", "show", key)
    assert "lets no teacher write custom fields" in cairn("platforms", "student-field", key, "matrikel")
    assert "matrikel=$Person.sourcedId" in cairn("platforms", "show", key)
    assert "by LIS alone" in cairn("platforms", "student-field", key, "--none")
    assert "$Person.sourcedId" not in cairn("platforms", "show", key)
    assert "one name of up to 60" in cairn("platforms", "student-field", key, "a b", code=2)
    assert "Name the custom field" in cairn("platforms", "student-field", key, code=2)


def test_a_custom_field_is_named_with_the_lms(cairn: Cairn, platform: ForgedPlatform) -> None:
    told = add(cairn, platform, "--student-field", "matrikel")
    assert "matrikel=$Person.sourcedId" in told and "lets no teacher write custom fields" in told


def test_a_deployment_is_let_in_later(cairn: Cairn, platform: ForgedPlatform) -> None:
    key = key_of(add(cairn, platform))
    assert "deployments none yet" in cairn("platforms", "list")
    cairn("platforms", "deploy", key, "7")
    assert "deployments 7" in cairn("platforms", "list")


@pytest.mark.parametrize(("other", "said"), [
    pytest.param({"auth-url": "http://lms.example/auth"}, "must be an https address", id="an address without TLS"),
    pytest.param({"auth-url": "http://[x"}, "must be an https address", id="an address with an open bracket"),
    pytest.param({"auth-url": "https://lms.example/auth#f"}, "must end before the #", id="an address with a fragment"),
    pytest.param({"issuer": "moodle"}, "The issuer must be an address", id="an issuer that is no address"),
    pytest.param({"client-id": " "}, "The client id is missing", id="no client id"),
    pytest.param({"profile": "blackbird"}, "'blackbird' is not one of", id="an unknown profile"),
])
def test_odd_figures_are_refused_by_name(
    cairn: Cairn, platform: ForgedPlatform, other: dict[str, str], said: str
) -> None:
    assert said in add(cairn, platform, code=2, **other)
    assert cairn("platforms", "list") == ""


def test_an_unknown_platform_is_a_sentence(cairn: Cairn) -> None:
    for words in (("show", "nope"), ("deploy", "nope", "1"), ("check", "nope")):
        assert "There is no platform nope here; `cairn platforms list`" in cairn("platforms", *words, code=2)


def test_a_check_of_a_healthy_lms_ends_with_0(cairn: Cairn, platform: ForgedPlatform) -> None:
    platform.grants(*SCOPES)
    told = cairn("platforms", "check", key_of(add(cairn, platform, "--deployment", "1")))
    assert "NOT" not in told
    assert "ok   Key set of the LMS: 1 usable keys" in told
    assert "ok   Scores: send: allowed" in told


def test_a_check_ends_with_1_and_says_what_is_not_right(cairn: Cairn, platform: ForgedPlatform) -> None:
    told = cairn("platforms", "check", key_of(add(cairn, platform)), code=1)
    assert "NOT  Deployments: none yet; `cairn platforms deploy" in told
    assert "NOT  Scores: send: " in told


def test_the_key_published_ahead_takes_over(cairn: Cairn, platform: ForgedPlatform, sessions: Sessions) -> None:
    add(cairn, platform)
    with sessions() as session:
        ahead = session.scalars(select(ToolKey.kid).where(ToolKey.state == "next")).one()
    assert ahead in cairn("platforms", "rotate-keys")
    with sessions() as session:
        states = {key.kid: key.state for key in session.scalars(select(ToolKey))}
    assert states[ahead] == "active"
    assert sorted(states.values()) == ["active", "next", "retired"]
