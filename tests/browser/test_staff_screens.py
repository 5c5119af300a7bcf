"""Every staff screen as those see it who work there, at both widths, measured by axe."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lti_tool.clock import utcnow
from lti_tool.models.institution import Institution
from lti_tool.models.people import StaffAccount, StaffRole
from lti_tool.services import reconciliation_runs
from tests.browser.conftest import Look, SignIn, Site
from tests.web.university import Desks

SCREENS = {
    "alice": (
        ("desk-chair", "/staff/"), ("boards", "/staff/boards/"), ("board-new", "/staff/boards/new"),
        ("board", "/staff/boards/{board_key}"), ("board-ratify", "/staff/boards/{board_key}/ratification"),
        ("board-decided", "/staff/boards/{decided_board}"), ("case", "/staff/boards/{board_key}/cases/{case_key}"),
        ("amendments-chair", "/staff/amendments/"),
    ),
    "dana": (
        ("desk-registry", "/staff/"), ("amendments", "/staff/amendments/"),
        ("amendment-new", "/staff/amendments/new/{differing_enrolment}"), ("minutes", "/staff/minutes/"),
        ("minute-own", "/staff/minutes/{minute_key}"), ("queue", "/staff/queue/"),
        ("queue-none", "/staff/queue/?state=sending"), ("message", "/staff/queue/messages/{message_key}"),
        ("reconciliation", "/staff/reconciliation/"), ("reconciliation-run", "/staff/reconciliation/runs/{run_key}"),
        ("reconciliation-failed", "/staff/reconciliation/runs/{failed_key}"),
        ("people", "/staff/people/"), ("quarantine", "/staff/people/quarantine"),
        ("person", "/staff/people/{person_key}"), ("award", "/staff/people/awards/{award_key}"),
        ("extracts", "/staff/extracts/"), ("records", "/staff/records/"), ("teaching", "/staff/teaching/"),
    ),
    "erin": (("minute", "/staff/minutes/{minute_key}"),),
    "quinn": (
        ("desk-auditor", "/staff/"), ("audit", "/staff/audit/"), ("audit-entry", "/staff/audit/entries/{entry_hash}"),
    ),
    "iris": (
        ("desk-it", "/staff/"), ("platforms", "/staff/platforms/"), ("platform", "/staff/platforms/{platform_key}"),
        ("not-allowed", "/staff/queue/"),
    ),
    "femi": (("board-external", "/staff/boards/{board_key}"),),
}


@pytest.mark.parametrize("login", sorted(SCREENS))
def test_screens(page: Page, site: Site, desks: Desks, sign_in: SignIn, look: Look, login: str) -> None:
    sign_in(page, login)
    for name, path in SCREENS[login]:
        answer = page.goto(site.url + path.format(**desks.keys))
        assert answer is not None
        assert answer.status == (403 if name == "not-allowed" else 200), name
        expect(page.locator("h1")).to_have_count(1)
        look(page, name)


def test_a_reconciliation_shows_how_far_it_is_and_then_its_totals(
    page: Page, site: Site, desks: Desks, sign_in: SignIn, look: Look
) -> None:
    with site.sessions.begin() as session:
        found = reconciliation_runs.find(session, desks.institution_id, desks.keys["failed_key"])
        found.problem, found.lease_until = "", utcnow() + timedelta(minutes=1)
        found.totals = {"sent": 200, "read": 120}
    sign_in(page, "dana")
    page.goto(site.url + "/staff/reconciliation/runs/" + found.key)
    expect(page.get_by_text("Reading back: 120 read so far")).to_be_visible()
    look(page, "reconciliation-running")
    with site.sessions.begin() as session:
        run = reconciliation_runs.find(session, desks.institution_id, found.key)
        run.totals, run.finished_at = {"sent": 200, "held": 200, "equal": 200}, utcnow()
    expect(page.get_by_text("Sign these totals")).to_be_visible(timeout=10_000)


def test_all_places_stand_in_one_line_however_long_the_name_beside_them(
    page: Page, site: Site, desks: Desks, sign_in: SignIn, look: Look
) -> None:
    with site.sessions.begin() as session:
        session.get_one(Institution, desks.institution_id).name = "University of the Highlands and Islands at Inverlea"
        account = session.scalars(select(StaffAccount).where(StaffAccount.login == "dana")).one()
        for role in ("chair", "auditor", "it_admin"):
            session.add(StaffRole(institution_id=desks.institution_id, account_id=account.id, role=role))
    sign_in(page, "dana")
    places = page.get_by_role("navigation", name="Main").get_by_role("link")
    heights = {round(box["y"]) for box in (place.bounding_box() for place in places.all()) if box}
    assert (places.count(), len(heights)) == (12, 1)
    look(page, "desk-everything")
