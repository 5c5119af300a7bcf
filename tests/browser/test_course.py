"""The course's screens where they live: in the iframe of an LMS on another site, launched for real by its people.

Chromium blocks third-party cookies here, so that only a cookie partitioned to the LMS opens a launch.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Frame, FrameLocator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.institution import Institution
from lti_tool.models.people import LtiUser
from lti_tool.services import catalogue, descriptors, extracts, registrations, regulation_files, run_descriptors
from lti_tool.services.actors import Actor
from tests import factories
from tests.browser.conftest import Look, Site
from tests.demo.lms import STORY, running_lms, tool_at
from tests.demo.lms.site import Site as Lms

MAY = datetime(2026, 5, 22, 12, 0, tzinfo=UTC)
TEACHER, LEARNER = "4001", "1001"


@pytest.fixture
def lms(site: Site) -> Iterator[Lms]:
    """The demo LMS beside Cairn, each knowing the other, with the story's catalogue and registrations."""
    site.app.extensions["cairn"].clock = lambda: MAY
    with running_lms() as here, site.sessions.begin() as session:
        institution = factories.institution(session, "inverlea")
        figures = here.figures()
        platform = registrations.add_platform(session, institution.id, registrations.NewPlatform(
            name="Inverlea Learning", issuer=figures["issuer"], client_id=figures["client_id"],
            auth_url=figures["auth_url"], token_url=figures["token_url"], jwks_url=figures["jwks_url"],
            deployments=[figures["deployment_id"]],
        ), MAY)
        here.set_tool(tool_at(site.url, platform.key))
        _furnish(session, institution)
        session.commit()
        yield here


def _furnish(session: Session, institution: Institution) -> None:
    text = Path("config/regulations/inverlea-2026.yaml").read_text(encoding="utf-8")
    catalogue.load_regulations(session, institution.id, text, MAY)
    institution.words = {"student_number_pattern": r"\d{8}"}
    for name in ("records", "drop"):
        factories.destination(session, institution, name=name)
    actor = Actor(institution_id=institution.id, roles=frozenset({Role.REGISTRY, Role.IT_ADMIN}))
    document = regulation_files.parse((STORY / "achievements.yaml").read_text(encoding="utf-8"))
    for mapping in document["achievements"]:  # type: ignore[attr-defined]
        version = catalogue.create_draft(session, institution.id, descriptors.read(mapping))
        catalogue.publish(session, version, actor, MAY)
        catalogue.open_run(session, version, run_descriptors.read(mapping))
    content = (STORY / "extract.csv").read_bytes()
    shown = extracts.preview(session, institution.id, content)
    extracts.apply(session, actor, content, shown.digest, MAY)


def sign_in(page: Page, lms: Lms, user: str) -> None:
    page.goto(f"{lms.issuer}/signin")
    page.locator(f"button[value='{user}']").click()
    page.wait_for_url(f"{lms.issuer}/")


def opened(page: Page, lms: Lms, link: str = "tile-IL5101") -> FrameLocator:
    """The course's link, open in its frame."""
    page.goto(f"{lms.issuer}/courses/IL5101/activity/{link}")
    tool = page.frame_locator("iframe[name=tool]")
    tool.locator("h1").wait_for()
    return tool


def tool_frame(page: Page) -> Frame:
    frame = page.frame("tool")
    assert frame is not None
    return frame


def seen(page: Page, look: Look, name: str) -> None:
    """The frame made as tall as its page, as many LMSs do, then looked at."""
    frame = tool_frame(page)
    expect(frame.locator("h1")).to_have_count(1)
    page.set_viewport_size({"width": 390, "height": 900})
    tall = frame.evaluate("document.documentElement.scrollHeight")
    page.evaluate("tall => { document.querySelector('iframe').style.height = `${tall}px` }", tall)
    look(page, name, frame)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_the_instructor_s_screens(page: Page, site: Site, lms: Lms, look: Look, tmp_path: Path) -> None:
    sign_in(page, lms, TEACHER)
    tool = opened(page, lms)
    expect(tool.get_by_role("radio", name="Seeing the Evidence")).to_be_checked()
    seen(page, look, "course-join")
    tool.get_by_role("button", name="Join this course").click()
    expect(tool.get_by_text("now teaches IL5101")).to_be_visible()
    tool.get_by_role("button", name="Read the roster now").click()
    expect(tool.get_by_text("Roster read:")).to_be_visible()
    expect(tool.get_by_text("24 learners", exact=True)).to_be_visible()
    expect(tool.get_by_text("6 degree students not included")).to_be_visible()
    seen(page, look, "course-home")

    _pick(page, lms, look, "Portfolio of three visuals")
    column = next(column for column in lms.state.columns_of("IL5101") if column.label == "Portfolio of three visuals")
    marks = {f"mark:{column.id}:{user.id}": "61.5" for user in lms.state.members("IL5101", "Learner")[:14]}
    requests.post(f"{lms.issuer}/courses/IL5101/gradebook?user={TEACHER}", data=marks, timeout=10)

    tool = opened(page, lms)
    tool.get_by_role("link", name="Portfolio of three visuals").click()
    tool.get_by_role("button", name="Read the LMS column now").click()
    expect(tool.get_by_text("Column read.")).to_be_visible()
    seen(page, look, "component")
    tool.get_by_role("link", name="Hand-in times and extensions").click()
    expect(tool.locator("h1")).to_contain_text("hand-in times")
    seen(page, look, "facts")
    tool.get_by_role("link", name="Portfolio of three visuals").click()
    tool.get_by_role("link", name="Isla Abernethy").click()
    expect(tool.locator("h1")).to_have_text("Isla Abernethy")
    seen(page, look, "learner")
    tool.get_by_role("link", name="Learners").click()
    expect(tool.locator("h1")).to_contain_text("Seeing the Evidence")
    seen(page, look, "learners")
    tool.get_by_role("link", name="Sent back").click()
    expect(tool.locator("h1")).to_have_text("Sent back to the LMS")
    seen(page, look, "passback-none")
    _upload(page, lms, look, tmp_path)


def _pick(page: Page, lms: Lms, look: Look, part: str) -> None:
    """Deep linking as the teacher sees it; the answer sends itself."""
    page.goto(f"{lms.issuer}/courses/IL5101/add")
    tool = page.frame_locator("iframe[name=tool]")
    expect(tool.get_by_role("heading", name="Add from Cairn")).to_be_visible()
    seen(page, look, "pick")
    tool.get_by_role("radio", name=part).check()
    tool.get_by_role("button", name="Add to the course").click()
    expect(tool.get_by_role("heading", name="Added to IL5101")).to_be_visible()
    expect(tool.get_by_text(part)).to_be_visible()


def _upload(page: Page, lms: Lms, look: Look, folder: Path) -> None:
    export = folder / "grades.csv"
    answer = requests.get(f"{lms.issuer}/courses/IL5101/export/moodle.csv?user={TEACHER}", timeout=10)
    export.write_bytes(answer.content.replace(b"61.5", b"62.5", 3).replace(b"61.5", b"sixty", 1))
    tool = opened(page, lms)
    tool.get_by_role("link", name="Portfolio of three visuals").click()
    tool.get_by_role("link", name="Upload a gradebook export").click()
    expect(tool.locator("h1")).to_have_text("Upload a gradebook export")
    seen(page, look, "upload")
    tool.get_by_label("The export").set_input_files(export)
    tool.get_by_role("button", name="Read the file").click()
    expect(tool.get_by_role("heading", name="Which column?")).to_be_visible()
    seen(page, look, "upload-column")
    tool.get_by_role("button", name="Show what it would do").click()
    expect(tool.get_by_role("heading", name="Look before you take it")).to_be_visible()
    seen(page, look, "upload-preview")
    tool.get_by_role("button", name="Take these").click()
    expect(tool.get_by_text("Export taken.")).to_be_visible()


def test_the_marksheet_needs_no_mouse(page: Page, site: Site, lms: Lms, look: Look) -> None:
    """Down the column with Enter and arrows, a pasted column, then save: all with the keyboard."""
    sign_in(page, lms, TEACHER)
    tool = opened(page, lms)
    tool.get_by_role("button", name="Join this course").press("Enter")
    tool.get_by_role("link", name="Critique of a published visual").press("Enter")
    tool.get_by_role("link", name="Open the marksheet").press("Enter")
    lines = tool.locator("input[data-column=mark]")
    expect(lines).to_have_count(24)
    lines.nth(0).focus()
    page.keyboard.type("absent")
    page.keyboard.press("Enter")
    page.keyboard.type("deferred")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("61")
    page.keyboard.press("ArrowUp")
    expect(lines.nth(1)).to_be_focused()
    lines.nth(3).evaluate(
        "cell => { const data = new DataTransfer(); data.setData('text', 'exempt\\r\\npending\\r\\n');"
        " cell.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})) }"
    )
    expect(lines.nth(4)).to_have_value("pending")
    seen(page, look, "marksheet")
    tool.get_by_role("button", name="Look at the changes").press("Enter")
    expect(tool.get_by_text("4 changes to")).to_be_visible()
    expect(tool.get_by_text("are made in the LMS")).to_be_visible()
    seen(page, look, "marksheet-preview")
    tool.get_by_role("button", name="Save 4 lines").press("Enter")
    expect(tool.get_by_text("Saved: 4 lines.")).to_be_visible()


def test_the_learner_s_screens(page: Page, site: Site, lms: Lms, look: Look) -> None:
    sign_in(page, lms, TEACHER)
    tool = opened(page, lms)
    tool.get_by_role("button", name="Join this course").click()
    tool.get_by_role("button", name="Read the roster now").click()
    expect(tool.get_by_text("Roster read:")).to_be_visible()
    sign_in(page, lms, LEARNER)
    tool = opened(page, lms)
    expect(tool.get_by_text("You are registered")).to_be_visible()
    expect(tool.get_by_text("That is not a zero").first).to_be_visible()
    seen(page, look, "story-start")


def test_a_launch_that_is_over_says_so_in_its_frame(page: Page, site: Site, lms: Lms, look: Look) -> None:
    sign_in(page, lms, TEACHER)
    opened(page, lms)
    page.context.clear_cookies(name="cairn-launch")
    tool_frame(page).evaluate("location.reload()")
    tool = page.frame_locator("iframe[name=tool]")
    expect(tool.get_by_role("heading", name="Please come in through your course")).to_be_visible()
    seen(page, look, "launch-over")


def test_two_tabs_with_two_people_never_mix(page: Page, site: Site, lms: Lms) -> None:
    """Each launch has its own address and its own cookie: going back in one tab shows what it showed before."""
    sign_in(page, lms, TEACHER)
    opened(page, lms)
    other = page.context.new_page()
    sign_in(other, lms, LEARNER)
    opened(other, lms)
    tool_frame(page).evaluate("location.reload()")
    expect(page.frame_locator("iframe[name=tool]").get_by_text("Which run does this course teach?")).to_be_visible()
    with site.sessions() as session:
        assert session.scalar(select(LtiUser.id).where(LtiUser.sub == LEARNER)) is not None
