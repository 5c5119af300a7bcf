"""The queue: failed first, ours beside theirs, a person's few decisions, figures that move by themselves."""

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.delivery import OutboxMessage
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
