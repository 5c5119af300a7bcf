"""Boards: convened, attended, seen clause by clause, ratified over exactly what was shown, or not at all."""

from datetime import datetime

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award
from lti_tool.models.board import ExamBoard
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.outcome import Outcome
from lti_tool.models.people import Person
from lti_tool.services import decisions
from tests.web.conftest import Browser, hidden, text, told
from tests.web.university import Desks


def ratification(desks: Desks) -> str:
    return f"/staff/boards/{desks.keys['board_key']}/ratification"


def shown(page: str) -> dict[str, object]:
    """What the confirming form carries."""
    return {"seen_digest": hidden(page, "seen_digest")[0], "seen": hidden(page, "seen")}


def test_the_pack_groups_what_is_plain_and_what_is_not(signed_in: Browser, desks: Desks) -> None:
    page = text(signed_in("alice").get(f"/staff/boards/{desks.keys['board_key']}"))
    assert "Quorate: 2 of 2 internal members present" in page
    assert "To discuss (2)" in page
    assert "Plain passes (2)" in page
    assert "Left out (1)" in page
    assert "A mark is still missing." in page
    assert "Just below a pass." in page
    assert "3.1: A micro-credential is passed" in page  # the clause is quoted with the case
    assert "pass 50" in page  # the line in the picture


def test_i28_the_exact_list_and_its_count_come_before_the_act(signed_in: Browser, desks: Desks) -> None:
    page = text(signed_in("alice").get(ratification(desks)))
    assert "Ratify these 4 results" in page
    assert page.count('name="seen"') == 4
    assert "Pat Twin" not in page


def test_the_chair_ratifies_what_was_seen(signed_in: Browser, desks: Desks) -> None:
    alice = signed_in("alice")
    page = told(alice, alice.post(ratification(desks), **shown(text(alice.get(ratification(desks))))))
    assert "4 results are ratified" in page
    assert "Ratified (4)" in page
    assert "Left for the next board (1)" in page


def test_what_changed_since_it_was_seen_is_refused_and_said(
    signed_in: Browser, desks: Desks, now: datetime,
) -> None:
    alice = signed_in("alice")
    seen = shown(text(alice.get(ratification(desks))))
    with desks.sessions.begin() as session:
        mo = session.scalars(select(Enrolment).join(Person).where(Person.display_name == "Mo O'Neil")).one()
        old = session.scalars(select(Outcome).where(Outcome.enrolment_id == mo.id)).first()
        assert old is not None
        old.raw = old.raw + 20
        decisions.decide(session, mo, now)
    with alice.post(ratification(desks), **seen) as answer:
        page = answer.get_data(as_text=True)
        assert answer.status_code == 409
    assert "Something changed since you saw this list" in page
    assert "Mo O&#39;Neil: Something changed since this list was made" in page
    with reading(desks.sessions) as session:
        board = session.scalars(select(ExamBoard).where(ExamBoard.key == desks.keys["board_key"])).one()
        assert board.state == "open"


def test_a_change_that_nobody_took_note_of_yet_is_found(signed_in: Browser, desks: Desks) -> None:
    """An outcome that came in a moment ago, and on which nothing was decided yet."""
    alice = signed_in("alice")
    seen = shown(text(alice.get(ratification(desks))))
    with desks.sessions.begin() as session:
        mo = session.scalars(select(Enrolment).join(Person).where(Person.display_name == "Mo O'Neil")).one()
        mo.status = "withdrawn"
    with alice.post(ratification(desks), **seen) as answer:
        assert answer.status_code == 409
        assert "Mo O&#39;Neil" in answer.get_data(as_text=True).split("</ul>")[0]


def test_a_double_click_ratifies_once(signed_in: Browser, desks: Desks) -> None:
    alice = signed_in("alice")
    seen = shown(text(alice.get(ratification(desks))))
    alice.post(ratification(desks), **seen).close()
    with alice.post(ratification(desks), **seen) as again:
        assert again.status_code == 409
    with reading(desks.sessions) as session:
        assert len(session.scalars(select(Award).where(Award.version == 1)).all()) == 8


def test_without_a_quorum_nothing_is_ratified(signed_in: Browser, desks: Desks) -> None:
    alice, gwen = signed_in("alice"), signed_in("gwen")
    seen = shown(text(alice.get(ratification(desks))))
    page = told(gwen, gwen.post(f"/staff/boards/{desks.keys['board_key']}/attendance"))
    assert "not met" in page
    with alice.post(ratification(desks), **seen) as answer:
        assert answer.status_code == 409
        assert "not recorded as present" in answer.get_data(as_text=True)


def test_a_board_is_convened_with_runs_and_members(signed_in: Browser, desks: Desks) -> None:
    gwen = signed_in("gwen")
    free_the_run(desks)
    page = text(gwen.get("/staff/boards/new"))
    run = hidden(page, "run")[0]
    with reading(desks.sessions) as session:
        keys = {person.display_name: person.key for person in session.scalars(select(Person))}
    fields = {
        f"part-{keys[name]}": part for name, part in {"Alice": "chair", "Hari": "internal", "Femi": "external"}.items()
    }
    page = told(gwen, gwen.post(
        "/staff/boards/", run=run, title="Second board", reference="INV-DATA 2026/2", held_on="2026-06-17", **fields,
    ))
    assert "Second board" in page
    assert "17 June 2026" in page


def test_a_board_without_a_chair_is_refused_with_what_was_typed(signed_in: Browser, desks: Desks) -> None:
    gwen = signed_in("gwen")
    free_the_run(desks)
    run = hidden(text(gwen.get("/staff/boards/new")), "run")[0]
    with gwen.post("/staff/boards/", run=run, title="T", reference="INV-DATA 2026/2", held_on="2026-06-17") as answer:
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
    assert "A board has one chair" in page
    assert 'value="INV-DATA 2026/2"' in page


def test_the_derivation_is_shown_clause_by_clause_and_i21_its_reading_noted(signed_in: Browser, desks: Desks) -> None:
    page = text(signed_in("femi").get(f"/staff/boards/{desks.keys['board_key']}/cases/{desks.keys['case_key']}"))
    assert "Weighted mean: 30 % of 70 + 70 % of 62" in page
    with reading(desks.sessions) as session:
        newest = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert newest is not None
        assert (newest.action, newest.subject) == ("read", f"board_case:{desks.keys['case_key']}")


def test_i17_a_member_declares_a_conflict(signed_in: Browser, desks: Desks) -> None:
    femi = signed_in("femi")
    case = f"/staff/boards/{desks.keys['board_key']}/cases/{desks.keys['case_key']}"
    with reading(desks.sessions) as session:
        key = session.scalars(select(Person.key).where(Person.display_name == "Femi")).one()
    assert "takes no part in this decision" in told(femi, femi.post(f"{case}/conflicts", member=key))


def test_who_does_not_sit_on_a_board_does_not_find_it(signed_in: Browser, desks: Desks) -> None:
    with desks.sessions.begin() as session:
        board = session.scalars(select(ExamBoard).where(ExamBoard.key == desks.keys["board_key"])).one()
        session.delete(next(member for member in board.members if member.part == "external"))
    with signed_in("femi").get(f"/staff/boards/{desks.keys['board_key']}") as answer:
        assert answer.status_code == 404


def free_the_run(desks: Desks) -> None:
    """Put the open board away, so that its run can go before another."""
    with desks.sessions.begin() as session:
        session.scalars(select(ExamBoard).where(ExamBoard.key == desks.keys["board_key"])).one().state = "refused"


def test_a_board_is_put_away_with_its_reason(signed_in: Browser, desks: Desks) -> None:
    gwen, board = signed_in("gwen"), f"/staff/boards/{desks.keys['board_key']}"
    assert "Put this board away" in text(gwen.get(board))
    assert "Say why" in told(gwen, gwen.post(f"{board}/putting-away", reason=""))
    assert "its runs are free for another" in told(gwen, gwen.post(f"{board}/putting-away", reason="The chair is ill"))
    assert "Put away: The chair is ill." in text(gwen.get(board))
