"""A record comes back from the outbox as it went in."""

from dataclasses import replace

from sqlalchemy.orm import Session

from lti_tool.services import record_documents, records
from tests.services import delivering


def test_a_ratified_one_to_the_last_place(session: Session) -> None:
    world = delivering.world(session)
    award = delivering.award(session, delivering.decision(session, delivering.learner(session, world), "49.50"))
    (record,) = records.records_for(session, award, world.destination)
    again = record_documents.from_json(record_documents.to_json(record))
    assert again == record
    assert str(again.mark) == "49.50"


def test_a_provisional_one_without_a_figure(session: Session) -> None:
    world = delivering.world(session)
    decision = delivering.decision(session, delivering.learner(session, world), None, kind="INCOMPLETE")
    (record,) = records.records_for(session, decision, world.destination)
    again = record_documents.from_json(record_documents.to_json(replace(record, changed_at=None, decided_on=None)))
    assert (again.mark, again.board, again.changed_at, again.decided_on) == (None, None, None, None)
