"""Delivery: one message per record and version at one destination, one row per attempt."""

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.delivery import (
    DeliveryAttempt,
    Destination,
    Feed,
    OutboxMessage,
    ReconciliationRun,
)
from lti_tool.web.words import TABLES
from tests.models.conftest import Refuses
from tests.services import delivering


def test_a_record_has_one_message_of_each_version(
    session: Session, world: delivering.World, refuses: Refuses
) -> None:
    message = delivering.queued(session, world)
    refuses(OutboxMessage(
        institution_id=message.institution_id, destination_id=message.destination_id, kind="record",
        record_key=message.record_key, version=message.version, body=b"", due_at=delivering.RATIFIED,
        created_at=delivering.RATIFIED,
    ))


def test_an_attempt_has_a_number_of_its_own(session: Session, world: delivering.World, refuses: Refuses) -> None:
    message = delivering.queued(session, world)

    def attempt() -> DeliveryAttempt:
        return DeliveryAttempt(
            institution_id=message.institution_id, message_id=message.id, number=1, started_at=delivering.RATIFIED,
        )

    session.add(attempt())
    session.flush()
    refuses(attempt())


def test_names_and_feeds_are_there_once(session: Session, world: delivering.World, refuses: Refuses) -> None:
    ours = world.institution.id
    refuses(Destination(institution_id=ours, name="records", connector="memory"))
    refuses(Feed(institution_id=ours, version_id=world.version.id, destination_id=world.destination.id))


@pytest.mark.parametrize(("kind", "state", "is_final", "theirs", "standing"), [
    pytest.param("record", "confirmed", True, "final", "confirmed", id="they hold it as final"),
    pytest.param("record", "confirmed", True, "loaded", "loaded", id="a receipt, and no more"),
    pytest.param("record", "confirmed", False, "loaded", "loaded_undecided", id="a receipt is no decision"),
    pytest.param("record", "confirmed", False, "provisional", "undecided", id="in their waiting room"),
    pytest.param("record", "confirmed", False, "agreed", "confirmed", id="agreed by their board"),
    pytest.param("record", "sent", False, "agreed", "sent", id="agreed otherwise"),
    pytest.param("record", "on_hold", False, "", "on_hold", id="for a person"),
    pytest.param("score", "sent", True, "", "unseen", id="a score that the LMS took"),
    pytest.param("score", "confirmed", True, "", "shown", id="a score in its column"),
    pytest.param("score", "ready", True, "", "ready", id="a score on its way"),
])
def test_i14_how_a_message_stands(kind: str, state: str, is_final: bool, theirs: str, standing: str) -> None:
    message = OutboxMessage(kind=kind, state=state, is_final=is_final, theirs_state=theirs)
    assert message.standing == standing
    assert standing in TABLES["state"]


def test_a_reconciliation_is_clean_only_when_it_ended_with_nothing_to_explain() -> None:
    run = ReconciliationRun(totals={"equal": 5})
    assert not run.is_clean, "it has not ended"
    run.finished_at = delivering.RATIFIED
    assert run.is_clean
    for kind in ("different", "missing", "unreadable", "unreadable_files", "unexpected", "rejected"):
        assert not ReconciliationRun(totals={kind: 1}, finished_at=delivering.RATIFIED).is_clean
