"""Plain values of what came of sending."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from connectors.classes import classify
from connectors.contract import Receipt, RemoteRecord, RemoteState
from connectors.errors import ErrorClass
from lti_tool.services import bodies
from lti_tool.services.results import Delivered, Differs, Stale
from tests.services import delivering


@pytest.mark.parametrize(("was_there", "is_telling", "confirmed"), [
    pytest.param(False, True, False, id="an answer says sent, no more"),
    pytest.param(True, True, True, id="an equal record that was there is confirmed"),
    pytest.param(True, False, False, id="a file that lies in a drop confirms nothing"),
])
def test_what_a_receipt_confirms(session: Session, was_there: bool, is_telling: bool, confirmed: bool) -> None:
    world = delivering.world(session)
    body = bodies.record_of(session, delivering.queued(session, world))
    receipt = Receipt(key=body.key, remote_id="r", state=RemoteState.FINAL, was_there=was_there)
    found = Delivered.by_receipt(receipt, body, is_telling=is_telling)
    assert (found.is_confirmed, found.mark) == (confirmed, Decimal(62) if confirmed else None)
    assert found.state == ("final" if is_telling else ""), "what lies in a drop is not their word"


def test_a_look_up_shows_theirs() -> None:
    remote = RemoteRecord(key="k", remote_id="r", state=RemoteState.AGREED, mark=Decimal(62), grade="Merit")
    found = Delivered.by_look_up(remote, is_telling=True)
    assert (found.is_found, found.is_confirmed, found.state, found.grade) == (True, True, "agreed", "Merit")


def test_a_line_in_a_drop_is_our_own_word() -> None:
    lying = RemoteRecord(key="k", remote_id="r", state=RemoteState.FINAL, mark=Decimal(62), is_our_word=True)
    found = Delivered.by_look_up(lying, is_telling=False)
    assert (found.is_found, found.is_confirmed, found.state, found.mark) == (True, False, "", None)


def test_what_differs_is_for_a_registrar_and_what_is_stale_heals() -> None:
    assert classify(Differs("x", code="exists_different")) is ErrorClass.DECIDE
    assert classify(Stale("x", code="stale")) is ErrorClass.RETRY
