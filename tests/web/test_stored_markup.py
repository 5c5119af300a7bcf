"""What an LMS, an extract or a record system calls people and things is text on every page, and never markup.

Every column that holds words from outside is filled with markup; then everybody opens every page.
"""

from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import Column, String, Text, select, update
from sqlalchemy.orm import Session

from lti_tool.db import Base, Sessions, reading
from lti_tool.models.audit import AuditEntry
from lti_tool.models.board import Decision
from lti_tool.models.catalogue import AchievementVersion
from lti_tool.models.outcome import CaptureRun, HeldResult
from lti_tool.models.platform import LineItem
from lti_tool.services import vault
from lti_tool.services.held import _place as place_of_held
from tests.web.classroom import Classroom
from tests.web.conftest import Browser, Client, hidden, text, told
from tests.web.test_extracts import HEADER
from tests.web.test_strangers import addresses
from tests.web.university import DESKS, Desks

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
SHORT = "\"'><img src=x onerror=a>"
NO_WORDS = {  # read by Cairn before anybody sees them
    "staff_account.password_hash", "decision.overall_exact", "regulation_set.text", "run_component.scale",
}
SHORT_WORDS = {"destination.name", "run.code", "run.occurrence", "run.period", "award.grade", "decision.grade"}
SEEN_BY_STAFF = {
    "achievement_version.title", "amendment.authority_reference", "amendment.reason", "context.label",
    "decision.figures", "exam_board.reference", "exam_board.title", "institution.name", "lti_user.email",
    "lti_user.name", "outbox_message.error_text", "outbox_message.error_words", "person.display_name",
    "person.family_name", "person_identifier.value", "ratification.reference", "reconciliation_run.problem",
    "registration.name", "registration.issuer", "run.title",
}
SEEN_IN_A_COURSE = {
    "achievement_version.title", "component.title", "context.title", "enrolment.category", "institution.name",
    "line_item.label", "person.display_name", "person_identifier.value", "run.title", "capture_run.problem",
}


class Page(HTMLParser):
    """Finds what a browser would run that Cairn has not written."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("src") == "x" or (tag == "script" and not str(given.get("src", "")).startswith("/static/")):
            self.faults.append(tag)
        self.faults += [name for name in given if name.startswith("on") or not name.replace("-", "").isalnum()]


def filled(session: Session) -> None:
    """Markup in everything that somebody outside worded, each column's with its own name behind it."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            word = f"{table.name}.{column.name}"
            if word in SHORT_WORDS:
                for (key,) in session.execute(select(table.c.id)).all():
                    session.execute(update(table).where(table.c.id == key).values({column.name: f"{SHORT}{key}"}))
            elif _holds_words(column) and word not in NO_WORDS:
                longer = column + f"{MARKUP}{word}"
                session.execute(update(table).where(column != "").values({column.name: longer}))
    _fill_documents(session)


def _holds_words(column: Column[Any]) -> bool:
    kind = column.type
    return isinstance(kind, Text) or (isinstance(kind, String) and (kind.length or 0) >= 255)


def _fill_documents(session: Session) -> None:
    """What is kept inside documents, and sealed."""
    for decision in session.scalars(select(Decision)).all():
        figures = [{**each, "title": f"{MARKUP}decision.figures"} for each in decision.figures]
        session.execute(update(Decision).where(Decision.id == decision.id).values(figures=figures))
    for version in session.scalars(select(AchievementVersion)):
        version.outcomes = [{**each, "text": MARKUP} if isinstance(each, dict) else each for each in version.outcomes]
    for held in session.scalars(select(HeldResult)):
        held.body = vault.seal_secret(session, {"result": {}, "hints": {"name": MARKUP}}, place_of_held(held))


def walked(app: Flask, desks: Desks, client: Client, prefix: str = "/") -> str:
    """All that this browser is shown, page after page; nothing in it may run."""
    shown, faults = [], []
    for method, path, rule in addresses(app, desks):
        if method == "GET" and rule.endpoint != "static" and rule.rule.startswith(prefix):
            with client.inner.get(path) as answer:
                page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
                faults += [(path, fault) for fault in Page(page).faults]
                faults += [(path, answer.status)] * (answer.status_code >= 500)
            shown.append(page)
    assert faults == []
    return "".join(shown)


def columns_in(pages: str) -> set[str]:
    """The columns whose words stand on these pages, as text."""
    return {
        f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns
        if f"alert(2)&gt;{table.name}.{column.name}" in pages
    }


def test_no_staff_page_runs_what_was_stored(app: Flask, desks: Desks, signed_in: Browser) -> None:
    with desks.sessions.begin() as session:
        filled(session)
    pages = "".join(walked(app, desks, signed_in(name)) for name in sorted(DESKS))
    pages += text(signed_in("dana").get(f"/staff/reconciliation/runs/{desks.keys['failed_key']}"))
    assert Page(pages).faults == []
    seen = columns_in(pages)
    assert seen >= SEEN_BY_STAFF, SEEN_BY_STAFF - seen


def test_nor_does_any_page_behind_a_launch(app: Flask, classroom: Classroom, sessions: Sessions) -> None:
    classroom.mark("Lena", "CRIT", "60")
    classroom.mark("Lena", "PORT", "62")
    with sessions.begin() as session:
        _read_once(session, classroom)
        filled(session)
    seen = set[str]()
    for name, (key, _secret) in classroom.launches.items():
        keys = {
            "launch_key": key, "component_key": classroom.keys["PORT"], "run_key": classroom.keys["run"],
            "enrolment_key": classroom.keys["Lena"],
        }
        desks = Desks(sessions=sessions, institution_id=0, other_id=0, keys=keys)
        seen |= columns_in(walked(app, desks, classroom.client(name), "/l/"))
    assert seen >= SEEN_IN_A_COURSE, SEEN_IN_A_COURSE - seen


def _read_once(session: Session, classroom: Classroom) -> None:
    """A column in the LMS, which could not be read."""
    of_course: dict[str, Any] = {
        "institution_id": classroom.ids["institution"], "run_component_id": classroom.ids["PORT"],
    }
    session.add(LineItem(
        **of_course, context_id=classroom.ids["context"], resource_id="r", url="https://lms.example/1",
        label="Portfolio", maximum=Decimal(100), is_ours_to_fill=True,
    ))
    session.add(CaptureRun(
        **of_course, source="ags", started_at=classroom.now, finished_at=classroom.now, problem="No answer.",
    ))
    session.flush()


def test_nor_what_a_member_of_staff_wrote_as_a_reason(app: Flask, desks: Desks, signed_in: Browser) -> None:
    dana = signed_in("dana")
    keys = desks.keys
    for path in (
        f"/staff/reconciliation/discrepancies/{keys['discrepancy_key']}/closure",
        f"/staff/queue/messages/{keys['message_key']}/closure", f"/staff/records/{keys['system_key']}/pause",
        f"/staff/amendments/{keys['amendment_key']}/refusal",
    ):
        for client in (dana, signed_in("iris"), signed_in("alice")):
            visit_with(client, path, reason=MARKUP, resolution=MARKUP, choice="keep_theirs", authority=MARKUP)
    assert "&gt;&lt;script&gt;alert(1)" in "".join(
        walked(app, desks, signed_in(name)) for name in ("dana", "iris", "alice")
    )
    with reading(desks.sessions) as session:
        hashes = session.scalars(select(AuditEntry.hash)).all()
    told_in_audit = "".join(text(signed_in("quinn").get(f"/staff/audit/entries/{each}")) for each in hashes)
    assert Page(told_in_audit).faults == []
    assert told_in_audit.count("&gt;&lt;script&gt;alert(1)") >= 2


def visit_with(client: Client, path: str, **fields: str) -> None:
    with client.post(path, **fields) as answer:
        assert answer.status_code < 500, path


def test_an_extract_is_shown_and_taken_as_text(app: Flask, desks: Desks, signed_in: Browser) -> None:
    dana = signed_in("dana")
    name = MARKUP.replace('"', '""')
    rows = f'S7001,S7001/1,IL5101,A1,2026/T2,,PC,"{name}","{name}"\nS7002,"{name}","{name}",A1,2026/T2,,PC,A,B\n'
    file = (BytesIO((HEADER + rows).encode()), "<img src=x onerror=a>.csv")
    page = text(dana.post("/staff/extracts/preview", file=file))
    assert Page(page).faults == [] and "&lt;script&gt;" in page
    carried = {field: hidden_text(page, field) for field in ("seen_digest", "file_name", "content")}
    assert Page(told(dana, dana.post("/staff/extracts/", **carried))).faults == []
    with dana.post("/staff/people/", name=MARKUP, number="S7001", text="S7001") as answer:
        assert Page(answer.get_data(as_text=True)).faults == []
    assert "&lt;script&gt;" in walked(app, desks, dana)


def hidden_text(page: str, name: str) -> str:
    return unescape(hidden(page, name)[0])


def test_a_gradebook_file_is_shown_as_text(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    name, column = MARKUP.replace('"', '""'), f"Assignment: {MARKUP} (Real)"
    heading = column.replace('"', '""')
    content = (
        f'First name,Surname,ID number,Email address,"{heading}",Last downloaded from this course\n'
        f'"{name}","{name}",S1,a@b.example,"{name}",1770000000\n'
    )
    page = text(bob.post(f"{path}/upload", files={"file": (BytesIO(content.encode()), "<img src=x onerror=a>.csv")}))
    assert Page(page).faults == [] and "&lt;script&gt;" in page
    shown = text(bob.post(
        f"{path}/upload/preview", content=hidden(page, "content")[0], column=column, maximum="100"
    ))
    assert Page(shown).faults == []
