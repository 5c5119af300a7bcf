"""The audit log: paged, filtered, verified; and reading its details is an entry itself."""

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.audit import AuditEntry
from tests.web.conftest import Browser, text
from tests.web.university import Desks


def test_the_whole_chain_is_verified(signed_in: Browser) -> None:
    quinn = signed_in("quinn")
    assert "The chain is whole:" in text(quinn.post("/staff/audit/verification"))


def test_a_changed_entry_is_found(signed_in: Browser, desks: Desks) -> None:
    with desks.sessions.begin() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.number == 3)).first()
        assert entry is not None
        entry.subject = "board:another"
    page = text(signed_in("quinn").post("/staff/audit/verification"))
    assert "Something was changed past Cairn: entry 3 was changed." in page


def test_i21_reading_details_is_an_entry_itself(signed_in: Browser, desks: Desks) -> None:
    quinn = signed_in("quinn")
    page = text(quinn.get(f"/staff/audit/entries/{desks.keys['entry_hash']}"))
    assert "Chair&#39;s action 2026/07" in page
    with reading(desks.sessions) as session:
        newest = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert newest is not None
        assert newest.action == "read"
    assert "The chain is whole" in text(quinn.post("/staff/audit/verification"))


def test_entries_are_filtered_by_what_was_done_and_to_what(signed_in: Browser, desks: Desks) -> None:
    quinn = signed_in("quinn")
    rows = text(quinn.get("/staff/audit/", query_string={"action": "award.grant"})).split("<tbody>")[1]
    assert rows.count("<tr>") == 4
    subject = f"award:{desks.keys['award_key']}"
    rows = text(quinn.get("/staff/audit/", query_string={"subject": subject})).split("<tbody>")[1]
    assert rows.count("<tr>") == 1
    assert f"/staff/people/awards/{desks.keys['award_key']}" in rows
    assert "No entry like that." in text(quinn.get("/staff/audit/", query_string={"action": "nothing"}))


def test_older_entries_are_a_page_away(signed_in: Browser) -> None:
    quinn = signed_in("quinn")
    page = text(quinn.get("/staff/audit/", query_string={"before": 4}))
    assert page.split("<tbody>")[1].count("<tr>") == 3
