"""The main tasks of staff, done for real: without a mouse, without script, and with figures that move by themselves."""

import pyotp
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from lti_tool.clock import utcnow
from lti_tool.domain.ratification import Role
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.institution import Institution
from lti_tool.services import staff
from tests.browser.conftest import PASSWORD, Look, SignIn, Site, violations
from tests.web.university import Desks


def press_to(page: Page, text: str, most: int = 60) -> None:
    """Go on with the tabulator until what has the focus says this."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if text in page.evaluate("document.activeElement.innerText || document.activeElement.value || ''"):
            return
    raise AssertionError(f"{text} is not reached with the keyboard")


def test_an_invitation_and_a_sign_in(page: Page, site: Site, desks: Desks, look: Look) -> None:
    with site.sessions.begin() as session:
        home = session.scalars(select(Institution).where(Institution.code == "inverlea")).one()
        invited = staff.add(session, home, login="rosa", name="Rosa", roles=[Role.REGISTRY], now=utcnow())
    page.goto(f"{site.url}/staff/invitation/{invited.token}")
    look(page, "invitation")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_label("The code it shows now").fill(pyotp.TOTP(invited.totp_secret).at(utcnow()))
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("status")).to_contain_text("Your account is ready")
    look(page, "sign-in")
    page.get_by_label("Institution").select_option("inverlea")
    page.get_by_label("Login").fill("rosa")
    page.get_by_label("Password").fill("wrong")
    page.get_by_label("Code from your app").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("is not right")
    look(page, "sign-in-refused")


def test_a_chair_ratifies_with_the_keyboard_alone(page: Page, site: Site, desks: Desks, sign_in: SignIn) -> None:
    sign_in(page, "alice")
    page.goto(f"{site.url}/staff/boards/")
    for label in ("Data board", "Ratify 4 results", "Ratify these 4 results"):
        press_to(page, label)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("4 results are ratified")


def test_the_first_stop_of_the_keyboard_skips_the_bar(page: Page, site: Site, desks: Desks, sign_in: SignIn) -> None:
    sign_in(page, "dana")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("To the content")


def test_figures_of_the_queue_move_by_themselves(page: Page, site: Site, desks: Desks, sign_in: SignIn) -> None:
    sign_in(page, "dana")
    page.goto(f"{site.url}/staff/queue/")
    expect(page.locator('[data-figure="confirmed"]')).to_have_text("1")
    with site.sessions.begin() as session:
        waiting = session.scalars(select(OutboxMessage).where(OutboxMessage.key == desks.keys["waiting_message"])).one()
        waiting.state = "confirmed"
    expect(page.locator('[data-figure="confirmed"]')).to_have_text("2", timeout=10_000)
    expect(page.locator('[data-figure="sentence"]')).to_contain_text("2 of ")


def test_without_script_everything_works(browser: Browser, site: Site, desks: Desks, sign_in: SignIn) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "dana")
    page.goto(f"{site.url}/staff/queue/")
    page.get_by_role("link", name="Ravi").click()
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("status")).to_contain_text("It is sent again.")
    context.close()


def test_the_search_and_the_preview_have_screens_too(
    page: Page, site: Site, desks: Desks, sign_in: SignIn, look: Look,
) -> None:
    sign_in(page, "dana")
    page.goto(f"{site.url}/staff/people/")
    page.get_by_label("Student number, registration or name").fill("R00000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("table")).to_be_visible()
    look(page, "people-found")
    page.goto(f"{site.url}/staff/extracts/")
    content = (
        "student,registration,run,occurrence,period,component,scale,family_name,given_name\n"
        "S7001,S7001/1,IL5101,A1,2026/T2,,PC,Zeta,Zoe\nS7002,S7002/1,NOPE,A1,2026/T2,,PC,Bad,Row\n"
    )
    page.get_by_label("Extract (CSV)").set_input_files(
        {"name": "extract.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Show what it would do").click()
    look(page, "extract-preview")


def test_the_measure_itself_finds_what_is_wrong(page: Page) -> None:
    """A picture without words, in a page without a language."""
    page.set_content('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">')
    assert any(found.startswith("image-alt") for found in violations(page.main_frame))
