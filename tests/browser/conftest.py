"""A real browser at a real server: Chromium through Playwright, Cairn on localhost, every page looked at and measured.

The server runs in a thread of the test, on a database of its own. Cairn is ``http://localhost``, so that browsers keep
its Secure cookies; an LMS of a test is ``http://127.0.0.1``, which is another site.
"""

import logging
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread

import axe_playwright_python
import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from lti_tool.app import create_app
from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.people import StaffAccount
from lti_tool.services import staff
from lti_tool.settings import Settings
from tests.conftest import KEY
from tests.web.university import Desks

SCREENS = Path("var/screens")
WIDTHS = {"phone": 390, "desk": 1280}
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
MEASURE = f"""axe.run({{runOnly: {RULES}, resultTypes: ['violations']}}).then(
    found => found.violations.map(each => `${{each.id}}: ${{each.help}} at ${{each.nodes[0].target}}`))"""
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
REPORT = """document.addEventListener('securitypolicyviolation', event =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} in ${event.sourceFile}`))"""
PASSWORD = "three small stones"

Look = Callable[..., None]
SignIn = Callable[[Page, str], None]


@dataclass
class Site:
    """A served application."""

    url: str
    app: Flask
    sessions: Sessions


@pytest.fixture
def site(sessions: Sessions) -> Iterator[Site]:
    """Cairn, served on localhost until the test ends."""
    port = free_port()
    url = f"http://localhost:{port}"
    app = create_app(Settings(secret_keys=(KEY,), public_url=url), sessions=sessions)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", port, app, threaded=True)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="cairn-site")
    thread.start()
    yield Site(url=url, app=app, sessions=sessions)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["cairn"].http.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, started once."""
    path = shutil.which("chromium")
    assert path, "The browser tests need Chromium. On Debian: apt install chromium"
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window in a fresh profile. Whatever a page complains of fails the test."""
    context = browser.new_context(viewport={"width": WIDTHS["desk"], "height": 900}, locale="en-GB")
    complaints = watch(context)
    yield context.new_page()
    context.close()
    assert not complaints, complaints


@pytest.fixture
def look() -> Look:
    """Look at a page: a picture at each width, in ``var/screens``, and what axe finds fails the test.

    ``frame`` is measured instead of the page where the screen stands inside an LMS, since axe sees into no other site.
    """

    def look_at(page: Page, name: str, frame: Frame | None = None) -> None:
        SCREENS.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        for width, pixels in WIDTHS.items():
            page.set_viewport_size({"width": pixels, "height": 900})
            page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=True)
            seen = frame or page.main_frame
            assert violations(seen) == [], (name, width)
            assert fits(seen), f"{name} is wider than the screen at {pixels} px"
        if before:
            page.set_viewport_size(before)

    return look_at


@pytest.fixture
def sign_in(site: Site, desks: Desks) -> SignIn:
    """Sign in for real, through the form, with password and code; the account is set up first."""

    def come_in(page: Page, login: str) -> None:
        secret = set_up(site.sessions, login)
        page.goto(f"{site.url}/staff/sign-in")
        if page.get_by_label("Institution").count():
            page.get_by_label("Institution").select_option("inverlea")
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Code from your app").fill(code(secret))
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Good day").wait_for()

    return come_in


def watch(context: BrowserContext) -> list[str]:
    """What goes wrong in any page or frame from now on: script errors, console errors, breaches of the policy.

    A page that is itself refused (403, 404) is no fault: somebody asked for it, and it has a sentence for them.
    """
    complaints: list[str] = []

    def console(message: ConsoleMessage) -> None:
        is_page = message.page is not None and message.location["url"] in {each.url for each in message.page.frames}
        if message.type == "error" and not (is_page and message.text.startswith("Failed to load resource")):
            complaints.append(f"{message.text} at {message.location['url']}")

    context.add_init_script(REPORT)
    context.on("console", console)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    return complaints


def set_up(sessions: Sessions, login: str) -> str:
    """Accept a fresh invitation with the code of half a minute ago; the present code of its secret is still unused."""
    with sessions.begin() as session:
        account = session.scalars(select(StaffAccount).where(StaffAccount.login == login)).one()
        invited = staff.invite(session, account, utcnow())
        earlier = pyotp.TOTP(invited.totp_secret).at(utcnow() - timedelta(seconds=staff.STEP_SECONDS))
        staff.accept(session, invited.token, PASSWORD, earlier, utcnow())
    return invited.totp_secret


def code(secret: str) -> str:
    return pyotp.TOTP(secret).at(utcnow())


def violations(frame: Frame) -> list[str]:
    """What axe finds, each with where."""
    if not frame.evaluate("typeof axe === 'object'"):
        frame.evaluate(f"{AXE}; null")  # no script element: the page's own policy would refuse it
    return list(frame.evaluate(MEASURE))  # sentences only: to hand over all that passed takes ten times as long


def fits(frame: Frame) -> bool:
    """Nobody has to scroll sideways."""
    return bool(frame.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
