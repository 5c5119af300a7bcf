"""Every route of the address map, as nobody, as another university's staff, and in every wrong role."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award
from lti_tool.models.board import ExamBoard
from lti_tool.models.delivery import OutboxMessage
from tests.web.conftest import Browser, Client
from tests.web.university import DESKS, MARKERS_OF_DATA, Desks

MONITORED = {"health.healthz", "health.readyz"}  # no data, no sign-in; their own tests say what they answer
OPEN = {
    "static", "staff.sign_in", "staff.sign_in_posted", "staff.sign_out", "staff.invitation", "staff.accept",
    "lti.login", "lti.login_plain", "lti.launch", "lti.opened_directly", "lti.jwks",
}
REFUSALS = {301, 302, 303, 400, 401, 403, 404, 405, 409, 415, 422}


def addresses(app: Flask, desks: Desks) -> list[tuple[str, str, Rule]]:
    """Every route with keys of the populated university: method, path, rule."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in MONITORED:
            continue
        path = re.sub(r"<(?:[^:>]*:)?([^>]+)>", lambda match: desks.keys.get(match[1], "unknown-key"), rule.rule)
        found += [(method, path, rule) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def visit(client: Client, method: str, path: str) -> tuple[int, str]:
    with client.get(path) if method == "GET" else client.post(path) as answer:
        return answer.status_code, answer.get_data(as_text=True)


def counted(desks: Desks) -> tuple[object, ...]:
    """What a stranger must not move."""
    with reading(desks.sessions) as session:
        written = select(func.count(AuditEntry.id)).where(AuditEntry.institution_id == desks.institution_id)
        return (
            session.scalar(written), session.scalar(select(func.count(Award.id))),
            list(session.execute(select(OutboxMessage.key, OutboxMessage.state).order_by(OutboxMessage.id)).tuples()),
            list(session.execute(select(ExamBoard.key, ExamBoard.state).order_by(ExamBoard.id)).tuples()),
        )


def no_data(page: str) -> None:
    shown = [word for word in MARKERS_OF_DATA if word in page]
    assert not shown, shown


def test_nobody_sees_nothing(app: Flask, desks: Desks, signed_in: Browser) -> None:
    before = counted(desks)
    for method, path, rule in addresses(app, desks):
        status, page = visit(signed_in(""), method, path)
        assert status < 500, (method, path)
        no_data(page)
        if rule.endpoint not in OPEN:
            assert status in REFUSALS, (method, path, status)
    assert counted(desks) == before


def test_another_university_sees_nothing_with_keys_of_this_one(app: Flask, desks: Desks, signed_in: Browser) -> None:
    charlie, before = signed_in("charlie"), counted(desks)
    for method, path, rule in addresses(app, desks):
        if rule.endpoint == "staff.sign_out":
            continue
        status, page = visit(charlie, method, path)
        assert status < 500, (method, path)
        no_data(page)
        if rule.arguments and rule.endpoint not in OPEN:
            assert status in REFUSALS, (method, path, status)
    assert counted(desks) == before


@pytest.mark.parametrize("name", sorted(DESKS))
def test_a_role_opens_its_own_pages_only(app: Flask, desks: Desks, signed_in: Browser, name: str) -> None:
    client = signed_in(name)
    for method, path, rule in addresses(app, desks):
        roles = getattr(app.view_functions[rule.endpoint], "roles", None)
        if roles is None or not roles or DESKS[name] & set(roles):
            continue
        assert visit(client, method, path)[0] == 403, (method, path)


def test_every_staff_page_says_whose_it_is(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/staff") and rule.endpoint not in OPEN:
            assert hasattr(app.view_functions[rule.endpoint], "roles"), rule.endpoint


def test_it_sees_no_academic_data(app: Flask, desks: Desks, signed_in: Browser) -> None:
    iris = signed_in("iris")
    for method, path, rule in addresses(app, desks):
        if rule.endpoint != "staff.sign_out":
            no_data(visit(iris, method, path)[1])


def test_an_external_examiner_writes_nothing_but_a_conflict(app: Flask) -> None:
    written = {
        rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())
        and Role.EXTERNAL in getattr(app.view_functions[rule.endpoint], "roles", ())
    }
    assert written == {"boards.declare_conflict"}


def test_every_page_of_a_role_opens(app: Flask, desks: Desks, signed_in: Browser) -> None:
    """The other side of the walls: nobody meets one where the door is theirs."""
    for name, mine in DESKS.items():
        client = signed_in(name)
        for method, path, rule in addresses(app, desks):
            roles = getattr(app.view_functions[rule.endpoint], "roles", None)
            if method == "GET" and roles is not None and (not roles or mine & set(roles)):
                assert visit(client, method, path)[0] in (200, 303), (name, path)


def test_a_form_without_its_token_is_refused(app: Flask, desks: Desks, signed_in: Browser) -> None:
    for method, path, rule in addresses(app, desks):
        if method == "POST" and rule.rule.startswith("/staff"):
            assert signed_in("dana").inner.post(path).status_code == 400, path
