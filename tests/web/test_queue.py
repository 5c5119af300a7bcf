"""The queue: failed first, ours beside theirs, a person's few decisions, figures that move by themselves."""

from decimal import Decimal

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.delivery import OutboxMessage
from lti_tool.services import bodies
from tests.web.conftest import Browser, text, told
from tests.web.university import Desks


def state_of(desks: Desks, key: str) -> str:
    with reading(desks.sessions) as session:
        return session.scalars(select(OutboxMessage.state).where(OutboxMessage.key == key)).one()


def test_what_waits_for_a_person_comes_first(signed_in: Browser) -> None:
    body = text(signed_in("dana").get("/staff/queue/")).split("<tbody>")[-1]
    assert "On hold for a person" in body.split("</tr>")[0]
    assert "Fix there:" in body.split("</tr>")[0]


def test_the_filter_shows_one_state(signed_in: Browser) -> None:
    page = text(signed_in("dana").get("/staff/queue/", query_string={"state": "confirmed"}))
    assert "1 message;" in page
    assert "No message like that." in text(signed_in("dana").get("/staff/queue/", query_string={"state": "sending"}))


def test_figures_for_the_moving_page(signed_in: Browser) -> None:
    with signed_in("dana").get("/staff/queue/progress.json") as answer:
        found = answer.get_json()
    assert found["counts"]["on_hold"] == 1
    assert found["done"] == 1
    assert found["sentence"].startswith(f"1 of {found['total']} confirmed.")
    assert "2 on the way" in found["sentence"], "sent and not yet read back is still on the way"


def test_a_rejection_shows_their_words_the_owner_and_a_request_to_send(signed_in: Browser, desks: Desks) -> None:
    page = text(signed_in("dana").get(f"/staff/queue/messages/{desks.keys['message_key']}"))
    assert "MAV not found" in page
    assert "For: department." in page
    assert "To: department" in page
    assert desks.keys["message_key"] in page


def test_registry_sends_again(signed_in: Browser, desks: Desks) -> None:
    dana, key = signed_in("dana"), desks.keys["message_key"]
    assert "It is sent again." in told(dana, dana.post(f"/staff/queue/messages/{key}/retry"))
    assert state_of(desks, key) == "ready"


def test_i14_closing_needs_a_reason(signed_in: Browser, desks: Desks) -> None:
    dana, key = signed_in("dana"), desks.keys["message_key"]
    assert "Say why" in told(dana, dana.post(f"/staff/queue/messages/{key}/closure", reason=""))
    assert state_of(desks, key) == "on_hold"
    page = told(dana, dana.post(f"/staff/queue/messages/{key}/closure", reason="Entered by hand"))
    assert "Closed: Entered by hand" in page
    assert state_of(desks, key) == "failed"


def test_registry_keeps_one_back(signed_in: Browser, desks: Desks) -> None:
    dana, key = signed_in("dana"), desks.keys["waiting_message"]
    assert "kept back" in told(dana, dana.post(f"/staff/queue/messages/{key}/hold", reason="Appeal open"))
    assert state_of(desks, key) == "on_hold"


def test_the_file_holds_just_the_rejected(signed_in: Browser) -> None:
    with signed_in("dana").get("/staff/queue/rejected.csv") as answer:
        lines = answer.get_data(as_text=True).strip().splitlines()
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(lines) == 2
    assert "MAV not found" in lines[1]


def test_the_auditor_reads_and_decides_nothing(signed_in: Browser, desks: Desks) -> None:
    page = text(signed_in("quinn").get(f"/staff/queue/messages/{desks.keys['message_key']}"))
    assert "/retry" not in page
    assert signed_in("quinn").post(f"/staff/queue/messages/{desks.keys['message_key']}/retry").status_code == 403


def test_a_mark_in_the_waiting_room_is_not_called_confirmed(signed_in: Browser, desks: Desks) -> None:
    with desks.sessions.begin() as session:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.state == "confirmed")).one()
        message.is_final, message.theirs_state, message.theirs_mark, message.theirs_grade = False, "loaded", None, ""
    dana = signed_in("dana")
    page = text(dana.get("/staff/queue/", query_string={"state": "confirmed"}))
    assert "Loaded, waiting for the record system’s decision" in page
    assert ", 1 of them for the record system to decide." in page
    assert "Loaded, by its receipt" in text(dana.get(f"/staff/queue/messages/{message.key}"))


def test_a_score_on_hold_says_what_to_do_and_can_be_sent_again(signed_in: Browser, desks: Desks) -> None:
    with desks.sessions.begin() as session:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.key == desks.keys["message_key"])).one()
        score = bodies.ScoreMessage(
            line_item_url="https://lms.example/1", user="u1", timestamp=message.created_at,
            figure=bodies.ScoreFigure(value=Decimal(62), maximum=Decimal(100)),
        )
        message.body = bodies.seal(session, message, score, bodies.person_of(session, message))
        message.kind, message.error_code = "score", "not_shown"
        message.error_text = "The LMS took the score, and a day later its column does not show it."
    dana = signed_in("dana")
    page = text(dana.get(f"/staff/queue/messages/{message.key}"))
    assert page.count("a day later its column does not show it") == 1
    assert "For: department." in page
    assert "those who keep the record system" not in page
    assert "It is sent again." in told(dana, dana.post(f"/staff/queue/messages/{message.key}/retry"))
