"""Every page with rubbish in every field, from somebody who may open it: a sentence, never a fault of ours."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.web.conftest import Browser, Client
from tests.web.test_strangers import addresses
from tests.web.university import DESKS, LAUNCH_SECRET, Desks

FIELDS = (
    "action", "again", "attempt-x", "authority", "authority_reference", "award", "before", "choice", "code", "column",
    "content", "enrolment", "evidence", "file_name", "held_on", "institution", "login", "mark-x", "maximum", "member",
    "number", "page", "part-x", "password", "pasted", "person", "present", "reason", "reference", "release", "run",
    "seen", "seen-x", "seen_digest", "state", "subject", "system", "text", "title",
)


@pytest.mark.parametrize("rubbish", [
    pytest.param("é١٢٣", id="no ASCII"),
    pytest.param("a\x00b", id="a NUL"),
    pytest.param("9" * 40, id="a number beyond every column"),
    pytest.param("1e999999999", id="an exponent without end"),
    pytest.param("<script>alert(1)</script>" * 40, id="markup, and long"),
])
def test_rubbish_is_answered_with_a_sentence(
    app: Flask, desks: Desks, signed_in: Browser, classroom_seat: Client, rubbish: str
) -> None:
    fields, faults = dict.fromkeys(FIELDS, rubbish), []
    for method, path, rule in addresses(app, desks):
        client = classroom_seat if rule.rule.startswith("/l/") else signed_in(somebody(app, rule))
        answer = client.get(path, query_string=fields) if method == "GET" else client.post(path, **fields)
        with answer:
            if answer.status_code >= 500 or "<script>alert" in answer.get_data(as_text=True):
                faults.append((method, rule.rule, answer.status_code))
    assert faults == []


def somebody(app: Flask, rule: Rule) -> str:
    """The first at a desk whom this page is for."""
    roles: Any = getattr(app.view_functions[rule.endpoint], "roles", ())
    return next((name for name, mine in DESKS.items() if mine & set(roles)), "")


@pytest.fixture
def classroom_seat(app: Flask, desks: Desks) -> Client:
    """The browser of the instructor whose launch the keys are of."""
    inner = app.test_client()
    inner.set_cookie("cairn-launch", LAUNCH_SECRET, path=f"/l/{desks.keys['launch_key']}")
    return Client(inner, LAUNCH_SECRET)
