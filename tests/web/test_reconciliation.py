"""Reconciliation: run by registry, totals that add up, discrepancies closed with a reason, signed by a person."""

import pytest
from sqlalchemy import select

from connectors.memory import MemoryRecords, MemoryRegistry
from lti_tool.db import reading
from lti_tool.models.delivery import Destination, OutboxMessage, ReconciliationRun
from lti_tool.services import bodies
from lti_tool.web import reconciliation as view
from tests.web.conftest import Browser, text, told
from tests.web.university import Desks


def test_the_totals_of_what_was_sent_add_up(signed_in: Browser, desks: Desks) -> None:
    page = text(signed_in("quinn").get(f"/staff/reconciliation/runs/{desks.keys['run_key']}"))
    table = page.split("What we sent")[1].split("</table>")[0]
    figures = [int(cell.split("<")[0].strip() or 0) for cell in table.replace("<strong>", "").split('class="num">')[1:]]
    assert sum(figures[:-1]) == figures[-1] == 3


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


def test_registry_compares_now(signed_in: Browser, desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sent and is not there is missing, and queued again under the same key."""
    remote = MemoryRecords(MemoryRegistry())
    monkeypatch.setattr(view.destinations, "Connectors", lambda sessions: Given(remote))
    dana = signed_in("dana")
    page = told(dana, dana.post("/staff/reconciliation/runs", system=desks.keys["system_key"]))
    assert "2 that were missing are queued again" in page
    with reading(desks.sessions) as session:
        system = session.scalars(select(Destination).where(Destination.key == desks.keys["system_key"])).one()
        again = session.scalars(select(OutboxMessage).where(
            OutboxMessage.destination_id == system.id, OutboxMessage.is_uncertain.is_(True)
        )).all()
        assert [message.state for message in again] == ["ready", "ready"]
        assert all(message.record_key == bodies.record_of(session, message).key for message in again)
        newest = session.scalars(select(ReconciliationRun).order_by(ReconciliationRun.id.desc())).first()
        assert newest is not None
        assert newest.totals["missing"] == 2


class Given:
    """One connector, whichever destination is asked for."""

    def __init__(self, connector: MemoryRecords) -> None:
        self.connector = connector

    def __getitem__(self, destination: int) -> MemoryRecords:
        return self.connector

    def close(self) -> None:
        """Nothing is open."""


def test_a_system_that_is_not_there_is_not_found(signed_in: Browser) -> None:
    with signed_in("dana").post("/staff/reconciliation/runs", system="no-such-system") as answer:
        assert answer.status_code == 404
