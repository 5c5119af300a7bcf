"""No page breaks its own security policy, and none has an error in the browser's console.

Every window of the browser tests is watched for that (``watch`` in conftest); here all that no other test opens.
"""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, watch
from tests.web.test_strangers import addresses
from tests.web.university import DESKS, LAUNCH_SECRET, Desks


@pytest.mark.parametrize("login", ["alice", "dana", "gwen", "iris", "quinn"])
def test_no_staff_page_complains(page: Page, site: Site, desks: Desks, login: str) -> None:
    page.context.add_cookies([{"name": "cairn-staff", "value": desks.secrets[login], "url": f"{site.url}/staff/"}])
    walk(page, site, desks, "/staff/", login)


def test_no_page_behind_a_launch_complains(page: Page, site: Site, desks: Desks) -> None:
    address = f"{site.url}/l/{desks.keys['launch_key']}"
    page.context.add_cookies([{"name": "cairn-launch", "value": LAUNCH_SECRET, "url": address}])
    walk(page, site, desks, "/l/", "")


def walk(page: Page, site: Site, desks: Desks, start: str, login: str) -> None:
    """Open every page below this address that this desk may open."""
    opened = 0
    for method, path, rule in addresses(site.app, desks):
        roles = set(getattr(site.app.view_functions[rule.endpoint], "roles", ()))
        is_theirs = not roles or bool(roles & DESKS.get(login, set()))
        if method == "GET" and rule.rule.startswith(start) and is_theirs and "." not in rule.rule:
            answer = page.goto(site.url + path)
            expect(page.locator("h1")).to_have_count(1)
            opened += answer is not None and answer.ok
    assert opened > 3


@pytest.mark.parametrize("breach", [
    pytest.param("document.body.insertAdjacentHTML('beforeend', '<img src=https://elsewhere.invalid/x>')", id="image"),
    pytest.param("document.head.append(Object.assign(document.createElement('script'), {text: '1'}))", id="script"),
    pytest.param("console.error('oh')", id="console"),
    pytest.param("setTimeout(() => { throw new Error('oh') })", id="error"),
    pytest.param("fetch('/static/missing.css').then(answer => answer.text())", id="something missing"),
])
def test_a_complaint_is_heard(browser: Browser, site: Site, desks: Desks, breach: str) -> None:
    context = browser.new_context()
    complaints, opened = watch(context), context.new_page()
    opened.goto(f"{site.url}/staff/sign-in")
    assert complaints == []
    with context.expect_event("weberror" if "Error" in breach else "console"):
        opened.evaluate(f"{breach}; null")
    context.close()
    assert complaints
