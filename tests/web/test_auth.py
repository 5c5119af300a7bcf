"""Who is behind a request, and CSRF: a form is ours only with the token of its own browser's cookie."""

import hashlib
import hmac
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lti_tool.clock import utcnow
from lti_tool.domain.ratification import Role
from lti_tool.models.people import StaffAccount, StaffRole, StaffSession
from lti_tool.web.auth import FORM_COOKIE, STAFF_COOKIE
from tests.web.conftest import Browser, Client, text
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


def test_a_form_cookie_that_a_neighbour_has_set_vouches_for_nothing_of_the_staff_s(
    signed_in: Browser, desks: Desks
) -> None:
    client = signed_in("dana")
    client.inner.set_cookie(FORM_COOKIE, "known to the neighbour", path="/staff")
    token = hmac.new(b"known to the neighbour", b"cairn form", hashlib.sha256).hexdigest()
    address = f"/staff/queue/messages/{desks.keys['message_key']}/closure"
    with client.inner.post(address, data={"csrf": token, "reason": "theirs"}) as answer:
        assert answer.status_code == 400


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
