"""Registering LMSs, what their administrators type in, and our signing keys."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.lti import tool_keys
from lti_tool.models.audit import AuditEntry
from lti_tool.models.institution import Institution
from lti_tool.models.platform import Deployment, ToolKey
from lti_tool.seal import Sealer
from lti_tool.services import registrations
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.registrations import PUBLISHED_AFTER, NewPlatform
from tests import factories
from tests.platform.fixtures import made_key

MOODLE = NewPlatform(
    name="Moodle", issuer="https://moodle.inverlea.example", client_id="abc", profile="moodle",
    auth_url="https://moodle.inverlea.example/mod/lti/auth.php", jwks_url="https://moodle.inverlea.example/certs.php",
    token_url="https://moodle.inverlea.example/token.php", deployments=("1", "2"),
)


@pytest.fixture
def inverlea(session: Session) -> Institution:
    return factories.institution(session)


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making RSA keys is slow: take one that was made, under the new id."""
    sealer = Sealer([bytes(range(32))])
    der = sealer.open(made_key("any")[0], tool_keys.place("any"))

    def make(kid: str, ours: Sealer) -> tuple[bytes, dict[str, str]]:
        return ours.seal(der, tool_keys.place(kid)), {**made_key("any")[1], "kid": kid}

    monkeypatch.setattr(tool_keys, "make", make)


def keys(session: Session, institution: Institution) -> list[str]:
    found = select(ToolKey.state).where(ToolKey.institution_id == institution.id).order_by(ToolKey.id)
    return list(session.scalars(found))


def test_a_platform_comes_with_its_deployments_and_our_keys(
    session: Session, inverlea: Institution, now: datetime
) -> None:
    made = registrations.add_platform(session, inverlea.id, MOODLE, now)
    assert [one.deployment_id for one in made.deployments] == ["1", "2"]
    assert keys(session, inverlea) == ["active", "next"]
    assert session.scalars(select(AuditEntry.action)).all() == ["platform_added"]


def test_a_second_platform_needs_no_more_keys(session: Session, inverlea: Institution, now: datetime) -> None:
    for client_id in ("abc", "def"):
        registrations.add_platform(session, inverlea.id, replace(MOODLE, client_id=client_id), now)
    assert keys(session, inverlea) == ["active", "next"]
    assert len(registrations.listed(session, inverlea.id)) == 2


@pytest.mark.parametrize("change, code", [
    pytest.param({"issuer": ""}, "issuer", id="no issuer"),
    pytest.param({"client_id": "x" * 256}, "client_id", id="over-long client id"),
    pytest.param({"auth_url": "http://moodle.inverlea.example/"}, "auth_url", id="plain http"),
    pytest.param({"token_url": "moodle"}, "token_url", id="no address"),
    pytest.param({"jwks_url": "file:///etc/passwd"}, "jwks_url", id="a file"),
    pytest.param({"issuer": "moodle"}, "issuer", id="an issuer that is no address"),
    pytest.param({"issuer": "https://moodle inverlea.example"}, "issuer", id="an issuer of two words"),
    pytest.param({"issuer": "https://[x"}, "issuer", id="an issuer with an open bracket"),
    pytest.param({"auth_url": "http://[x"}, "auth_url", id="an open bracket"),
    pytest.param({"jwks_url": "https://moodle.inverlea.example:99999/"}, "jwks_url", id="no port has that number"),
    pytest.param({"auth_url": "https://moodle.inverlea.example/a#f"}, "auth_url", id="a fragment"),
    pytest.param({"token_url": "https://moodle.inverlea.example/ t"}, "token_url", id="a blank inside"),
    pytest.param({"profile": "webct"}, "profile", id="unknown profile"),
    pytest.param({"deployments": ("",)}, "deployment_id", id="empty deployment"),
    pytest.param({"deployments": ("é",)}, "deployment_id", id="deployment not ASCII"),
])
def test_odd_figures_are_refused_by_name(
    session: Session, inverlea: Institution, now: datetime, change: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        registrations.add_platform(session, inverlea.id, replace(MOODLE, **change), now)
    assert refused.value.code == code


def test_blanks_around_a_figure_are_not_the_lms_s(session: Session, inverlea: Institution, now: datetime) -> None:
    copied = replace(MOODLE, issuer=f" {MOODLE.issuer} ", client_id="abc\n", auth_url=f"{MOODLE.auth_url} ")
    made = registrations.add_platform(session, inverlea.id, copied, now)
    assert (made.issuer, made.client_id, made.auth_url) == (MOODLE.issuer, "abc", MOODLE.auth_url)


def test_the_very_same_platform_is_registered_once(session: Session, inverlea: Institution, now: datetime) -> None:
    made = registrations.add_platform(session, inverlea.id, MOODLE, now)
    with pytest.raises(Refused, match=f"registered already, as {made.key}.*cairn platforms deploy {made.key} ID"):
        registrations.add_platform(session, inverlea.id, replace(MOODLE, name="Again", deployments=["3"]), now)
    registrations.add_platform(session, inverlea.id, replace(MOODLE, jwks_url="https://other.example/jwks"), now)
    registrations.add_platform(session, factories.institution(session, "elsewhere").id, MOODLE, now)


def test_localhost_may_be_plain(session: Session, inverlea: Institution, now: datetime) -> None:
    local = replace(MOODLE, jwks_url="http://localhost:8100/certs.php")
    assert registrations.add_platform(session, inverlea.id, local, now).jwks_url == "http://localhost:8100/certs.php"


def test_a_closed_deployment_is_opened_again(session: Session, inverlea: Institution, now: datetime) -> None:
    made = registrations.add_platform(session, inverlea.id, MOODLE, now)
    made.deployments[0].is_active = False
    again = registrations.add_deployment(session, inverlea.id, made.key, "1", now)
    assert again is made.deployments[0] and again.is_active
    assert len(session.scalars(select(Deployment)).all()) == 2


def test_another_institutions_platform_is_not_here(session: Session, inverlea: Institution, now: datetime) -> None:
    made = registrations.add_platform(session, inverlea.id, MOODLE, now)
    stranger = factories.institution(session, "elsewhere")
    with pytest.raises(NotFound):
        registrations.find(session, stranger.id, made.key)
    with pytest.raises(NotFound):
        registrations.add_deployment(session, stranger.id, made.key, "9", now)
    assert registrations.listed(session, stranger.id) == []


def test_every_figure_for_the_lms_is_there(session: Session, inverlea: Institution, now: datetime) -> None:
    made = registrations.add_platform(session, inverlea.id, MOODLE, now)
    figures = registrations.figures(made, "https://cairn.example")
    assert figures["Initiate login URL"] == f"https://cairn.example/lti/login/{made.key}"
    assert figures["Redirection URI"] == "https://cairn.example/lti/launch"
    assert figures["Public key set URL (JWKS)"] == "https://cairn.example/lti/jwks"
    assert figures["Domain"] == "cairn.example"
    assert figures["Scopes"].count("https://") == 5


def test_rotation_signs_with_what_was_published_and_publishes_the_next(
    session: Session, inverlea: Institution, now: datetime
) -> None:
    registrations.ensure_keys(session, inverlea.id, now)
    following = session.scalars(select(ToolKey).where(ToolKey.state == "next")).one()
    assert registrations.rotate_keys(session, inverlea.id, now) is following
    assert keys(session, inverlea) == ["retired", "active", "next"]


def test_a_retired_key_stays_published_as_long_as_platforms_keep_it(
    session: Session, inverlea: Institution, now: datetime
) -> None:
    registrations.rotate_keys(session, inverlea.id, now)
    kids = [key["kid"] for key in registrations.published_keys(session, now)]
    assert len(kids) == 3
    later = registrations.published_keys(session, now + PUBLISHED_AFTER + timedelta(seconds=1))
    assert [key["kid"] for key in later] == kids[1:]


def test_keys_of_all_institutions_are_published_and_nothing_secret(
    session: Session, inverlea: Institution, now: datetime
) -> None:
    for institution in (inverlea, factories.institution(session, "elsewhere")):
        registrations.ensure_keys(session, institution.id, now)
    found = registrations.published_keys(session, now)
    assert len(found) == 4
    assert not [key for key in found if {"d", "p", "q", "dp", "dq", "qi"} & set(key)]
