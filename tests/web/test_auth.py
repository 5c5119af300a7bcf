"""Who is behind a request, and CSRF: a form is ours only with the token of its own browser's cookie."""

import hashlib
import hmac
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lti_tool.app import create_app
from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.domain.ratification import Role
from lti_tool.models.people import StaffAccount, StaffRole, StaffSession
from lti_tool.settings import Settings
from lti_tool.web.auth import FORM_COOKIE, STAFF_COOKIE
from tests.conftest import KEY
from tests.web.conftest import Browser, Client, text, token_of
from tests.web.university import Desks


def test_a_session_that_has_ended_leads_to_the_sign_in(signed_in: Browser, desks: Desks) -> None:
    with desks.sessions.begin() as session:
        session.execute(update(StaffSession).values(expires_at=utcnow() - timedelta(seconds=1)))
    answer = signed_in("dana").get("/staff/queue/")
    assert (answer.status_code, answer.location) == (303, "/staff/sign-in")


def test_a_role_that_was_taken_away_is_gone_at_the_next_click(signed_in: Browser, desks: Desks) -> None:
    dana = signed_in("dana")
    text(dana.get("/staff/queue/"))
    with desks.sessions.begin() as session:
        account = session.scalars(select(StaffAccount).where(StaffAccount.login == "dana")).one()
        session.execute(update(StaffRole).where(StaffRole.account_id == account.id).values(role=Role.CHAIR))
    with dana.get("/staff/queue/") as answer:
        assert answer.status_code == 403
        assert "Your role does not open this page." in answer.get_data(as_text=True)


@pytest.mark.parametrize("token", ["", "wrong", "0" * 64, "é"])
def test_a_form_without_the_token_of_its_cookie_changes_nothing(signed_in: Browser, desks: Desks, token: str) -> None:
    address = f"/staff/queue/messages/{desks.keys['message_key']}/retry"
    with signed_in("dana").inner.post(address, data={"csrf": token}) as answer:
        assert answer.status_code == 400
        assert "reload the page and send it again" in answer.get_data(as_text=True)


def test_the_token_of_another_browser_is_refused(signed_in: Browser, desks: Desks) -> None:
    address = f"/staff/queue/messages/{desks.keys['message_key']}/retry"
    with signed_in("dana").inner.post(address, data={"csrf": signed_in("erin").token}) as answer:
        assert answer.status_code == 400


def test_a_form_cookie_vouches_for_nobody_who_is_signed_in(signed_in: Browser, desks: Desks) -> None:
    """A neighbour in the domain can set one, and has had its token from the sign-in page (cookie tossing)."""
    address, dana = f"/staff/queue/messages/{desks.keys['message_key']}/retry", signed_in("dana")
    dana.inner.set_cookie("cairn-form", "tossed", path="/staff")
    with dana.inner.post(address, data={"csrf": token_of("tossed")}) as answer:
        assert answer.status_code == 400
    with dana.post(address) as answer:
        assert answer.status_code == 303


@pytest.mark.parametrize("key", [b"", b"k" * 32])
def test_the_token_of_a_cookie_is_made_with_our_key(app: Flask, desks: Desks, key: bytes) -> None:
    nobody = app.test_client()
    nobody.set_cookie("cairn-form", "tossed", path="/staff")
    unkeyed = hmac.new(b"tossed", b"cairn form", hashlib.sha256).hexdigest()
    given = token_of("tossed", key) if key else unkeyed
    with nobody.post("/staff/sign-in", data={"csrf": given, "login": "dana"}) as answer:
        assert answer.status_code == 400


def test_a_form_goes_through_while_the_key_is_renewed(desks: Desks, sessions: Sessions) -> None:
    renewed = create_app(Settings(secret_keys=(b"n" * 32, KEY), public_url="http://localhost:8400"), sessions=sessions)
    nobody = renewed.test_client()
    nobody.set_cookie("cairn-form", "own", path="/staff")
    for key in (KEY, b"n" * 32):
        with nobody.post("/staff/sign-in", data={"csrf": token_of("own", key), "login": "dana"}) as answer:
            assert answer.status_code == 422  # read, and not right
    renewed.extensions["cairn"].http.close()


def test_on_https_no_neighbour_in_the_domain_sets_our_cookies(desks: Desks, sessions: Sessions) -> None:
    secure = create_app(Settings(secret_keys=(KEY,), public_url="https://cairn.example"), sessions=sessions)
    browser = secure.test_client()
    with browser.get("/staff/sign-in") as answer:
        own = next(line for line in answer.headers.getlist("Set-Cookie") if FORM_COOKIE in line)
    assert own.startswith("__Host-cairn-form=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(own.split("; "))
    assert "Domain" not in own
    browser.set_cookie("cairn-staff", desks.secrets["dana"])  # as any host of the domain could
    assert browser.get("/staff/queue/").status_code == 303
    browser.set_cookie("__Host-cairn-staff", desks.secrets["dana"])
    assert browser.get("/staff/queue/").status_code == 200
    with browser.post("/staff/sign-out", data={"csrf": token_of(desks.secrets["dana"])}) as answer:
        gone = next(line for line in answer.headers.getlist("Set-Cookie") if STAFF_COOKIE in line)
    assert gone.startswith("__Host-cairn-staff=;")
    assert {"Secure", "Path=/"} <= set(gone.split("; "))  # or a browser would not take the name
    assert secure.config["SESSION_COOKIE_NAME"] == "__Host-cairn-flash"
    secure.extensions["cairn"].http.close()


def test_a_launch_cookie_vouches_for_no_staff_form(app: Flask, desks: Desks) -> None:
    inner = app.test_client()
    inner.set_cookie("cairn-launch", "a secret of somebody's own")
    client = Client(inner, "a secret of somebody's own")
    with client.post("/staff/sign-in", institution="inverlea", login="dana") as answer:
        assert answer.status_code == 400


def test_before_sign_in_the_form_has_a_cookie_of_its_own(app: Flask, desks: Desks) -> None:
    with app.test_client().get("/staff/sign-in") as answer:
        set_cookies = answer.headers.getlist("Set-Cookie")
    own = next(line for line in set_cookies if line.startswith(FORM_COOKIE))
    assert {"Secure", "HttpOnly", "Path=/staff"} <= set(own.split("; "))
    assert not any(line.startswith(STAFF_COOKIE) for line in set_cookies)
