"""Reconciliation: run by registry, totals that add up, discrepancies closed with a reason, signed by a person."""

from datetime import timedelta
from types import SimpleNamespace

from flask import Flask
from sqlalchemy import select

from connectors.errors import Unavailable
from connectors.memory import MemoryRecords, MemoryRegistry
from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.models.delivery import Destination, OutboxMessage, ReconciliationRun
from lti_tool.services import bodies
from lti_tool.services.connecting import Connectors
from lti_tool.services.reconciler import Reconciler
from lti_tool.settings import Settings
from tests.web.conftest import Browser, Client, text, told
from tests.web.university import Desks


def test_the_totals_of_what_was_sent_add_up(signed_in: Browser, desks: Desks) -> None:
    page = text(signed_in("quinn").get(f"/staff/reconciliation/runs/{desks.keys['run_key']}"))
    table = page.split("What we sent")[1].split("</table>")[0]
    figures = [int(cell.split("<")[0].strip() or 0) for cell in table.replace("<strong>", "").split('class="num">')[1:]]
    assert sum(figures[:-1]) == figures[-1] == 4
    assert "nobody has read what they hold" in page


def test_one_made_before_receipts_were_told_apart_says_what_its_equal_holds(signed_in: Browser, desks: Desks) -> None:
    with desks.sessions.begin() as session:
        run = session.scalars(select(ReconciliationRun).where(ReconciliationRun.key == desks.keys["run_key"])).one()
        run.totals = {"sent": 3, "held": 3, "equal": 3}
    page = text(signed_in("quinn").get(f"/staff/reconciliation/runs/{desks.keys['run_key']}"))
    assert "also counts what only a receipt vouched for" in page
    assert "nobody has read what they hold" not in page


def test_it_is_signed_once_everything_is_explained(signed_in: Browser, desks: Desks) -> None:
    dana, address = signed_in("dana"), f"/staff/reconciliation/runs/{desks.keys['run_key']}"
    assert "1 discrepancies of this reconciliation are open" in told(dana, dana.post(f"{address}/signature"))
    closing = f"/staff/reconciliation/discrepancies/{desks.keys['discrepancy_key']}/closure"
    assert "Say what was found" in told(dana, dana.post(closing, reason=""))
    assert "closed, with your reason" in told(dana, dana.post(closing, reason="Typed wrongly there; put right."))
    page = told(dana, dana.post(f"{address}/signature"))
    assert "Signed by <bdi>Dana</bdi>" in page
    assert "Typed wrongly there" in page
    assert "can be signed, and once" in told(dana, dana.post(f"{address}/signature"))


def ask(browser: Client, desks: Desks) -> str:
    """The address of the page of one that was asked for."""
    with browser.post("/staff/reconciliation/runs", system=desks.keys["system_key"]) as answer:
        assert answer.status_code == 303
        return answer.location


def work(desks: Desks, remote: MemoryRecords) -> None:
    """What a worker does with what was asked for."""
    with reading(desks.sessions) as session:
        system = session.scalars(select(Destination).where(Destination.key == desks.keys["system_key"])).one()
    connectors = Connectors(desks.sessions, {system.id: remote})
    Reconciler(desks.sessions, connectors, Settings(), utcnow).do()
    connectors.close()


def test_asking_calls_no_other_machine_and_wakes_the_worker(
    signed_in: Browser, desks: Desks, app: Flask
) -> None:
    woken: list[bool] = []
    app.extensions["cairn"].dispatcher = SimpleNamespace(wake=lambda: woken.append(True))
    dana = signed_in("dana")
    address = ask(dana, desks)
    assert woken == [True]
    page = text(dana.get(address))
    assert "Waiting to be taken up." in page
    assert f'data-live="{address}/progress.json"' in page
    assert "live.js" in page
    assert "cairn worker" in page, "nobody is there to take it up, and the page says so"
    assert ask(dana, desks) == address, "who asks twice gets one"
    assert ">waiting</span>" in text(dana.get("/staff/reconciliation/"))


def test_once_it_is_done_the_page_shows_the_totals(signed_in: Browser, desks: Desks) -> None:
    """What was sent and is not there is missing, and queued again under the same key."""
    dana = signed_in("dana")
    address = ask(dana, desks)
    with dana.get(f"{address}/progress.json") as answer:
        assert answer.get_json() == {
            "counts": {}, "total": 0, "done": 0, "sentence": "Waiting to be taken up.", "is_over": False,
        }
    work(desks, MemoryRecords(MemoryRegistry()))
    with dana.get(f"{address}/progress.json") as answer:
        assert answer.get_json()["is_over"] is True
    page = text(dana.get(address))
    assert "2 that were missing are queued again" in page
    assert "data-live" not in page
    with reading(desks.sessions) as session:
        again = session.scalars(select(OutboxMessage).where(OutboxMessage.is_uncertain.is_(True))).all()
        assert [message.state for message in again] == ["ready", "ready"]
        assert all(message.record_key == bodies.record_of(session, message).key for message in again)


def test_how_far_it_is_is_said_in_words(signed_in: Browser, desks: Desks) -> None:
    dana = signed_in("dana")
    address = ask(dana, desks)
    with desks.sessions.begin() as session:
        run = session.scalars(select(ReconciliationRun).order_by(ReconciliationRun.id.desc())).first()
        assert run is not None
        run.lease_until, run.totals = utcnow() + timedelta(minutes=1), {"sent": 200, "read": 120}
    assert "Reading back: 120 read so far; we sent 200." in text(dana.get(address))
    with desks.sessions.begin() as session:
        session.get_one(ReconciliationRun, run.id).totals = {"sent": 200, "read": 210, "compared": 90}
    assert "All is read. Comparing: 90 of 210." in text(dana.get(address))


def test_one_that_failed_says_why_and_is_asked_for_again(signed_in: Browser, desks: Desks) -> None:
    dana = signed_in("dana")
    address = ask(dana, desks)
    registry = MemoryRegistry()
    registry.trouble = Unavailable("records.example cannot be reached.")
    work(desks, MemoryRecords(registry))
    page = text(dana.get(address))
    assert "was not finished. records.example cannot be reached." in page
    assert "Compare again" in page
    assert ">not finished</span>" in text(dana.get("/staff/reconciliation/"))
    assert ask(dana, desks) != address


def test_an_auditor_watches_and_does_not_ask(signed_in: Browser, desks: Desks) -> None:
    address = ask(signed_in("dana"), desks)
    quinn = signed_in("quinn")
    with quinn.get(f"{address}/progress.json") as answer:
        assert answer.status_code == 200
    with quinn.post("/staff/reconciliation/runs", system=desks.keys["system_key"]) as answer:
        assert answer.status_code == 403


def test_a_system_that_is_not_there_is_not_found(signed_in: Browser) -> None:
    with signed_in("dana").post("/staff/reconciliation/runs", system="no-such-system") as answer:
        assert answer.status_code == 404
