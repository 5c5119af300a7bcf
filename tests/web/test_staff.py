"""Sign-in with password and code, sign-out, and the invitation that works once."""

from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.domain.ratification import Role
from lti_tool.models.institution import Institution
from lti_tool.services import staff
from tests import factories
from tests.web.conftest import Client, text, told

PASSWORD = "three small stones"


@pytest.fixture
def invited(sessions: Sessions) -> staff.Invitation:
    """Dana at Inverlea, invited a moment ago; Elsewhere is another university in the same installation."""
    with sessions.begin() as session:
        factories.institution(session, "elsewhere")
        home = factories.institution(session)
        return staff.add(session, home, login="dana", name="Dana", roles=[Role.REGISTRY], now=utcnow())


@pytest.fixture
def nobody(app: Flask) -> Client:
    return Client(app.test_client())


def code(invited: staff.Invitation, ago: int = 0) -> str:
    return pyotp.TOTP(invited.totp_secret).at(utcnow() - timedelta(seconds=30 * ago))


def accept(client: Client, invited: staff.Invitation, **fields: str):
    given = {"password": PASSWORD, "again": PASSWORD, "code": code(invited, ago=1), **fields}
    return client.post(f"/staff/invitation/{invited.token}", **given)


def sign_in(client: Client, invited: staff.Invitation, **fields: str):
    given = {"institution": "inverlea", "login": "dana", "password": PASSWORD, "code": code(invited), **fields}
    return client.post("/staff/sign-in", **given)


def test_an_invitation_sets_the_account_up_once(nobody: Client, invited: staff.Invitation) -> None:
    page = text(nobody.get(f"/staff/invitation/{invited.token}"))
    assert invited.totp_secret in page
    assert "<svg" in page
    assert "Your account is ready." in told(nobody, accept(nobody, invited))
    with nobody.get(f"/staff/invitation/{invited.token}") as again:
        assert again.status_code == 404


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"again": "another"}, "The two passwords differ."),
    ({"password": "short", "again": "short"}, "12 characters or more"),
    ({"code": "000000"}, "not the one your app shows now"),
])
def test_an_invitation_refuses_in_a_sentence_and_stays_good(
    nobody: Client, invited: staff.Invitation, fields: dict[str, str], sentence: str,
) -> None:
    with accept(nobody, invited, **fields) as answer:
        assert answer.status_code == 422
        assert sentence in answer.get_data(as_text=True)
    assert "Your account is ready." in told(nobody, accept(nobody, invited))


def test_sign_in_opens_the_desk_and_sign_out_closes_it(nobody: Client, invited: staff.Invitation) -> None:
    accept(nobody, invited).close()
    with sign_in(nobody, invited) as answer:
        assert (answer.status_code, answer.location) == (303, "/staff/")
        cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("cairn-staff"))
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
    held = nobody.inner.get_cookie("cairn-staff")
    assert held is not None
    nobody.secret = held.value
    assert "Good day, Dana" in text(nobody.get("/staff/"))
    nobody.post("/staff/sign-out").close()
    nobody.inner.set_cookie("cairn-staff", held.value)  # kept by somebody: it opens nothing any more
    assert nobody.get("/staff/").status_code == 303


@pytest.mark.parametrize("fields", [
    pytest.param({"password": "three small stone"}, id="password"),
    pytest.param({"code": "000000"}, id="code"),
    pytest.param({"login": "nobody"}, id="login"),
    pytest.param({"institution": "elsewhere"}, id="another institution"),
    pytest.param({"institution": "nowhere"}, id="no institution"),
])
def test_whatever_is_not_right_is_told_alike(nobody: Client, invited: staff.Invitation, fields: dict[str, str]) -> None:
    accept(nobody, invited).close()
    with sign_in(nobody, invited, **fields) as answer:
        assert answer.status_code == 422
        assert "Login, password or code is not right." in answer.get_data(as_text=True)
        assert not any("cairn-staff=" in line for line in answer.headers.getlist("Set-Cookie"))


def test_a_code_opens_once(app: Flask, nobody: Client, invited: staff.Invitation) -> None:
    accept(nobody, invited).close()
    same = code(invited)
    with sign_in(nobody, invited, code=same) as first:
        assert first.status_code == 303
    with sign_in(Client(app.test_client()), invited, code=same) as again:
        assert again.status_code == 422


def test_without_an_institution_the_page_says_what_to_run(nobody: Client) -> None:
    assert "cairn init" in text(nobody.get("/staff/sign-in"))


def test_the_flash_cookie_lives_in_a_frame_too(nobody: Client, invited: staff.Invitation) -> None:
    with accept(nobody, invited) as answer:
        cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("cairn-flash"))
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= set(cookie.split("; "))


def test_one_institution_is_not_asked_for(nobody: Client, sessions: Sessions) -> None:
    with sessions.begin() as session:
        factories.institution(session)
        assert session.scalars(select(Institution)).one()
    assert "<select" not in text(nobody.get("/staff/sign-in"))
