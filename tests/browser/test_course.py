"""The course's screens where they live: in the iframe of an LMS on another site, launched for real by its people.

Chromium blocks third-party cookies here, so that only a cookie partitioned to the LMS opens a launch.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Frame, FrameLocator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.board import Ratification
from lti_tool.models.catalogue import Enrolment, Run
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.institution import Institution
from lti_tool.models.people import LtiUser
from lti_tool.models.platform import Context, ResourceLink, TeachingRequest
from lti_tool.services import (
    awards,
    catalogue,
    columns,
    decisions,
    descriptors,
    extracts,
    larger_awards,
    marksheet_lines,
    outbox,
    outcomes,
    overrides,
    registrations,
    regulation_files,
    run_descriptors,
)
from lti_tool.services.actors import Actor
from lti_tool.services.outcome_values import AGS, NewOutcome
from tests import factories
from tests.browser.conftest import SCREENS, WIDTHS, Site, fits, violations
from tests.demo.lms import STORY, running_lms, tool_at
from tests.demo.lms.site import Site as Lms

MAY = datetime(2026, 5, 22, 12, 0, tzinfo=UTC)
IFRAME = "document.querySelector('iframe')"
TAUGHT = ("IL5101", "IL0001")  # enough to choose from
TEACHER, LEARNER = "4001", "1001"


@pytest.fixture
def lms(site: Site) -> Iterator[Lms]:
    """The demo LMS beside Cairn, each knowing the other, with two of the micro-credentials and registrations."""
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
    for mapping in _story()["achievements"]:  # type: ignore[attr-defined]
        if mapping["code"] not in TAUGHT:
            continue
        version = catalogue.create_draft(session, institution.id, descriptors.read(mapping))
        catalogue.publish(session, version, actor, MAY)
        catalogue.open_run(session, version, run_descriptors.read(mapping))
    heading, *lines = (STORY / "extract.csv").read_bytes().splitlines(keepends=True)
    content = heading + b"".join(line for line in lines if any(code.encode() in line for code in TAUGHT))
    shown = extracts.preview(session, institution.id, content)
    extracts.apply(session, actor, content, shown.digest, MAY)


@cache
def _story() -> Mapping[str, object]:
    return regulation_files.parse((STORY / "achievements.yaml").read_text(encoding="utf-8"))


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


def seen(page: Page, name: str) -> None:
    """Look at the tool at each width: the frame as tall as its page, as many LMSs make it, measured by axe."""
    frame = tool_frame(page)
    expect(frame.locator("h1")).to_have_count(1)
    SCREENS.mkdir(parents=True, exist_ok=True)
    for width, pixels in WIDTHS.items():
        page.set_viewport_size({"width": pixels, "height": 900})
        frame.wait_for_function("wide => innerWidth === wide", arg=page.evaluate(IFRAME + ".clientWidth"))
        tall = frame.evaluate("document.body.scrollHeight")
        page.set_viewport_size({"width": pixels, "height": tall + 260})
        page.evaluate(f"tall => {{ {IFRAME}.style.height = `${{tall}}px` }}", tall)
        frame.wait_for_function("tall => innerHeight >= tall - 4", arg=tall)
        frame.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        page.screenshot(path=SCREENS / f"{name}-{width}.png")
        assert violations(frame) == [], (name, width)
        assert fits(frame), f"{name} is wider than the screen at {pixels} px"


def test_the_instructor_s_screens(page: Page, site: Site, lms: Lms, tmp_path: Path) -> None:
    sign_in(page, lms, TEACHER)
    tool = opened(page, lms)
    expect(tool.get_by_role("radio", name="Seeing the Evidence")).to_be_checked()
    seen(page, "course-join")
    tool.get_by_role("button", name="Join this course").click()
    expect(tool.get_by_text("now teaches IL5101")).to_be_visible()
    tool.get_by_role("button", name="Read the roster now").click()
    expect(tool.get_by_text("Roster read:")).to_be_visible()
    expect(tool.get_by_text("24 learners", exact=True)).to_be_visible()
    expect(tool.get_by_text("6 degree students not included")).to_be_visible()
    seen(page, "course-home")

    _pick(page, lms, "Portfolio of three visuals")
    column = next(column for column in lms.state.columns_of("IL5101") if column.label == "Portfolio of three visuals")
    marks = {f"mark:{column.id}:{user.id}": "61.5" for user in lms.state.members("IL5101", "Learner")[:14]}
    requests.post(f"{lms.issuer}/courses/IL5101/gradebook?user={TEACHER}", data=marks, timeout=10)

    tool = opened(page, lms)
    tool.get_by_role("link", name="Portfolio of three visuals").click()
    tool.get_by_role("button", name="Read the LMS column now").click()
    expect(tool.get_by_text("Column read.")).to_be_visible()
    seen(page, "component")
    tool.get_by_role("link", name="Hand-in times and extensions").click()
    expect(tool.locator("h1")).to_contain_text("hand-in times")
    seen(page, "facts")
    tool.get_by_role("link", name="Portfolio of three visuals").click()
    tool.get_by_role("link", name="Isla Abernethy").click()
    expect(tool.locator("h1")).to_have_text("Isla Abernethy")
    seen(page, "learner")
    tool.get_by_role("link", name="Learners").click()
    expect(tool.locator("h1")).to_contain_text("Seeing the Evidence")
    seen(page, "learners")
    tool.get_by_role("link", name="Sent back").click()
    expect(tool.locator("h1")).to_have_text("Sent back to the LMS")
    seen(page, "passback-none")
    _upload(page, lms, tmp_path)


def _pick(page: Page, lms: Lms, part: str) -> None:
    """Deep linking as the teacher sees it; the answer sends itself."""
    page.goto(f"{lms.issuer}/courses/IL5101/add")
    tool = page.frame_locator("iframe[name=tool]")
    expect(tool.get_by_role("heading", name="Add from Cairn")).to_be_visible()
    seen(page, "pick")
    tool.get_by_role("radio", name=part).check()
    tool.get_by_role("button", name="Add to the course").click()
    expect(tool.get_by_role("heading", name="Added to IL5101")).to_be_visible()
    expect(tool.get_by_text(part)).to_be_visible()


def _upload(page: Page, lms: Lms, folder: Path) -> None:
    export = folder / "grades.csv"
    answer = requests.get(f"{lms.issuer}/courses/IL5101/export/moodle.csv?user={TEACHER}", timeout=10)
    export.write_bytes(answer.content.replace(b"61.5", b"62.5", 3).replace(b"61.5", b"sixty", 1))
    tool = opened(page, lms)
    tool.get_by_role("link", name="Portfolio of three visuals").click()
    tool.get_by_role("link", name="Upload a gradebook export").click()
    expect(tool.locator("h1")).to_have_text("Upload a gradebook export")
    seen(page, "upload")
    tool.get_by_label("The export").set_input_files(export)
    tool.get_by_role("button", name="Read the file").click()
    expect(tool.get_by_role("heading", name="Which column?")).to_be_visible()
    seen(page, "upload-column")
    tool.get_by_role("button", name="Show what it would do").click()
    expect(tool.get_by_role("heading", name="Look before you take it")).to_be_visible()
    seen(page, "upload-preview")
    tool.get_by_role("button", name="Take these").click()
    expect(tool.get_by_text("Export taken.")).to_be_visible()
    first = export.read_bytes()
    for content in (first.replace(b"62.5", b"64.5"), first):
        export.write_bytes(content)
        tool.get_by_role("link", name="Upload a gradebook export").click()
        tool.get_by_label("The export").set_input_files(export)
        tool.get_by_role("button", name="Read the file").click()
        tool.get_by_role("button", name="Show what it would do").click()
        if content != first:
            tool.get_by_role("button", name="Take these").click()
            expect(tool.get_by_text("Export taken.")).to_be_visible()
    expect(tool.get_by_text("already; newer marks came since")).to_be_visible()
    seen(page, "upload-again")
    tool.get_by_label("This file is what should stand.").check()
    tool.get_by_role("button", name="Take it").click()
    expect(tool.get_by_text("Export taken.")).to_be_visible()


def test_the_marksheet_needs_no_mouse(page: Page, site: Site, lms: Lms) -> None:
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
    seen(page, "marksheet")
    tool.get_by_role("button", name="Look at the changes").press("Enter")
    expect(tool.get_by_text("4 changes to")).to_be_visible()
    expect(tool.get_by_text("are made in the LMS")).to_be_visible()
    seen(page, "marksheet-preview")
    tool.get_by_role("button", name="Save 4 lines").press("Enter")
    expect(tool.get_by_text("Saved: 4 lines.")).to_be_visible()


def test_a_word_over_a_mark_of_the_lms_is_taken_back(page: Page, site: Site, lms: Lms) -> None:
    sign_in(page, lms, TEACHER)
    tool = opened(page, lms)
    tool.get_by_role("button", name="Join this course").click()
    tool.get_by_role("link", name="Critique of a published visual").click()
    with site.sessions.begin() as session:
        run = session.scalars(select(Run).where(Run.code == "IL5101")).one()
        part = next(part for part in run.components if "Critique" in columns.label_of(part))
        for raw, enrolment in zip(("60", "71.5"), marksheet_lines.enrolments_on(session, part), strict=False):
            shown = NewOutcome(source=AGS, status="marked", read_at=MAY, raw=Decimal(raw), out_of=Decimal(100))
            outcomes.append(session, enrolment, part, shown, MAY)
    tool.get_by_role("link", name="Open the marksheet").click()
    lines = tool.locator("input[data-column=mark]")
    lines.nth(0).fill("absent")
    tool.get_by_role("button", name="Look at the changes").click()
    tool.get_by_role("button", name="Save 1 line").click()
    tool.get_by_role("link", name="Open the marksheet").click()
    expect(tool.get_by_text("In the LMS: 60")).to_have_count(1)
    seen(page, "marksheet-as-in-lms")
    lines.nth(0).fill("as in the LMS")
    tool.get_by_role("button", name="Look at the changes").click()
    expect(tool.get_by_text("1 change to")).to_be_visible()
    seen(page, "marksheet-as-in-lms-preview")
    tool.get_by_role("button", name="Save 1 line").click()
    tool.get_by_role("link", name="Open the marksheet").click()
    expect(lines.nth(0)).to_have_value("60")
    expect(tool.get_by_text("In the LMS:")).to_have_count(0)


def teach(page: Page, lms: Lms) -> None:
    """The teacher has joined the course and read its roster."""
    sign_in(page, lms, TEACHER)
    tool = opened(page, lms)
    tool.get_by_role("button", name="Join this course").click()
    tool.get_by_role("button", name="Read the roster now").click()
    expect(tool.get_by_text("Roster read:")).to_be_visible()


def test_the_learner_s_screens(page: Page, site: Site, lms: Lms) -> None:
    teach(page, lms)
    sign_in(page, lms, LEARNER)
    tool = opened(page, lms)
    expect(tool.get_by_text("You are registered")).to_be_visible()
    expect(tool.get_by_text("That is not a zero").first).to_be_visible()
    seen(page, "story-start")
    with site.sessions.begin() as session:
        isla = _registration(session, "20260101/1")
        _mark(session, isla, "critique", "55")
        _mark(session, isla, "portfolio", "65")
    tool = opened(page, lms)
    expect(tool.get_by_text("As it stands, this is a pass.")).to_be_visible()
    seen(page, "story-provisional")
    with site.sessions.begin() as session:
        _ratify(session, _registration(session, "20260101/1"))
        larger_awards.keep(session, session.scalars(select(Institution)).one(), [_pgcert()])
    tool = opened(page, lms)
    expect(tool.get_by_role("heading", name="Confirmed")).to_be_visible()
    seen(page, "story-confirmed")
    tool.get_by_role("link", name="What could this count towards?").click()
    expect(tool.get_by_role("heading", name="What could this count towards?")).to_be_visible()
    seen(page, "towards")
    tool.get_by_role("button", name="Add it up").press("Enter")
    expect(tool.get_by_text("These do not add up yet.")).to_be_visible()
    seen(page, "towards-result")


def test_a_resit_is_explained(page: Page, site: Site, lms: Lms) -> None:
    """Not passed, another attempt; then the second sitting, capped, with the first decision still readable."""
    teach(page, lms)
    with site.sessions.begin() as session:
        isla = _registration(session, "20260101/1")
        _mark(session, isla, "critique", "45")
        _mark(session, isla, "portfolio", "36")
        _ratify(session, isla)
    sign_in(page, lms, LEARNER)
    tool = opened(page, lms)
    expect(tool.get_by_text("you have another attempt")).to_be_visible()
    seen(page, "story-resit")
    with site.sessions.begin() as session:
        isla = _registration(session, "20260101/1")
        isla.run.board_number = isla.run.sitting = 2
        _mark(session, isla, "portfolio", "62")
    tool = opened(page, lms)
    expect(tool.get_by_text("As it stands")).to_be_visible()
    seen(page, "story-second-sitting")


def test_a_decision_of_their_own_board_is_explained(page: Page, site: Site, lms: Lms) -> None:
    teach(page, lms)
    with site.sessions.begin() as session:
        isla = _registration(session, "20260101/1")
        _mark(session, isla, "critique", "55")
        _mark(session, isla, "portfolio", "65")
        _agreed_otherwise(session, isla)
    sign_in(page, lms, LEARNER)
    tool = opened(page, lms)
    expect(tool.get_by_role("heading", name="Decided in the university’s record")).to_be_visible()
    seen(page, "story-decided-otherwise")
    with site.sessions.begin() as session:
        _keep_theirs(session)
    tool = opened(page, lms)
    expect(tool.get_by_role("heading", name="Another figure is in the university’s record")).to_be_visible()
    seen(page, "story-theirs-kept")
    sign_in(page, lms, TEACHER)
    tool = opened(page, lms)
    tool.get_by_role("link", name=re.compile(r"All \d+ learners")).click()
    expect(tool.get_by_text("Figure in the record kept")).to_be_visible()
    seen(page, "learners-theirs-kept")


def test_a_run_that_is_taught_elsewhere_is_asked_for(page: Page, site: Site, lms: Lms) -> None:
    sign_in(page, lms, TEACHER)
    opened(page, lms)
    with site.sessions.begin() as session:
        run = session.scalars(select(Run).where(Run.code == "IL5101")).one()
        here = session.scalars(select(Context)).one()
        other = Context(
            institution_id=run.institution_id, deployment_id=here.deployment_id, context_id="other",
            label="IL5101-B", title="The evening group",
        )
        session.add(other)
        session.flush()
        session.add(ResourceLink(
            institution_id=run.institution_id, context_id=other.id, resource_link_id="theirs", title="Cairn",
            run_component_id=next(part.id for part in run.components if part.component_id is None),
        ))
    tool = opened(page, lms)
    seen(page, "course-ask")
    tool.get_by_role("button", name="Ask to teach it too").first.click()
    expect(tool.get_by_text("Asked, not answered yet")).to_be_visible()
    seen(page, "course-asked")
    with site.sessions.begin() as session:
        asked = session.scalars(select(TeachingRequest)).one()
        asked.state = "let_in"
    tool = opened(page, lms)
    tool.get_by_role("button", name="Join this course").click()
    expect(tool.get_by_text("Read the roster now")).to_be_visible()
    with site.sessions.begin() as session:
        third = Context(
            institution_id=asked.institution_id, deployment_id=here.deployment_id, context_id="third",
            label="IL5101-C", title="The summer group",
        )
        session.add(third)
        session.flush()
        session.add(TeachingRequest(
            institution_id=asked.institution_id, context_id=third.id, run_id=asked.run_id, state="asked",
            asked_at=MAY, created_at=MAY,
        ))
    tool = opened(page, lms)
    expect(tool.get_by_text("The summer group").first).to_be_visible()
    tool.get_by_text("Let in", exact=True).click()
    seen(page, "course-answers")


def test_a_result_that_was_taken_back(page: Page, site: Site, lms: Lms) -> None:
    teach(page, lms)
    with site.sessions.begin() as session:
        isla = _registration(session, "20260101/1")
        _mark(session, isla, "critique", "55")
        _mark(session, isla, "portfolio", "65")
        _ratify(session, isla)
        _mark(session, isla, "portfolio", None)
        award, decision = awards.current(session, isla), decisions.newest_for(session, isla, 1)
        act = Ratification(
            institution_id=isla.institution_id, authority="cairn", reference="Chair's action 2026/09",
            held_on=date(2026, 6, 20), ratified_at=MAY,
        )
        assert award is not None
        assert decision is not None
        awards.revoke(session, act, decision, "Another's work.", MAY)
        decisions.decide(session, isla, MAY)
    sign_in(page, lms, LEARNER)
    tool = opened(page, lms)
    expect(tool.get_by_text("does not stand any more")).to_be_visible()
    expect(tool.get_by_role("heading", name="Confirmed")).to_have_count(0)
    seen(page, "story-taken-back")


def _registration(session: Session, registration: str) -> Enrolment:
    wanted = select(Enrolment).join(Run).where(Enrolment.registration == registration, Run.code == "IL5101")
    return session.scalars(wanted).one()


def _mark(session: Session, enrolment: Enrolment, code: str, raw: str | None) -> None:
    part = next(part for part in enrolment.run.components if part.component and part.component.code == code)
    result = NewOutcome(
        source=AGS, status="marked" if raw else "pending", read_at=MAY, raw=Decimal(raw) if raw else None,
        out_of=Decimal(100) if raw else None,
    )
    assert outcomes.append(session, enrolment, part, result, MAY) is not None
    decisions.decide(session, enrolment, MAY)


def _agreed_otherwise(session: Session, enrolment: Enrolment) -> None:
    """The record system is the authority, and agreed another figure than the marks add up to."""
    version = enrolment.run.version
    version.authority = "record_system"
    factories.destination(
        session, session.scalars(select(Institution)).one(), version, name="student records", takes_provisional=True
    )
    decision = decisions.present(session, enrolment)
    assert decision is not None
    [message] = outbox.enqueue_provisional(session, decision, MAY)
    message.state, message.theirs_state, message.theirs_mark = "sent", "agreed", Decimal(58)


def _keep_theirs(session: Session) -> None:
    """Not agreed there after all, and registry lets theirs stand."""
    message = session.scalars(select(OutboxMessage)).one()
    overrides.open_discrepancy(session, overrides.RECORD_DIFFERS, message, ours="60", theirs="58", now=MAY)
    message.state, message.theirs_state = "failed", "provisional"


def _ratify(session: Session, enrolment: Enrolment) -> None:
    act = Ratification(
        institution_id=enrolment.institution_id, authority="cairn", reference="INV-DATA/2026/1",
        held_on=date(2026, 6, 17), ratified_at=MAY,
    )
    session.add(act)
    session.flush()
    awards.grant(session, act, decisions.decide(session, enrolment, MAY), MAY)


def _pgcert() -> dict[str, object]:
    return dict(_story()["stack_award"])  # type: ignore[call-overload]


def test_a_launch_that_is_over_says_so_in_its_frame(page: Page, site: Site, lms: Lms) -> None:
    sign_in(page, lms, TEACHER)
    opened(page, lms)
    page.context.clear_cookies(name="cairn-launch")
    tool_frame(page).evaluate("location.reload()")
    tool = page.frame_locator("iframe[name=tool]")
    expect(tool.get_by_role("heading", name="Please come in through your course")).to_be_visible()
    seen(page, "launch-over")


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
