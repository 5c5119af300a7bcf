"""The registry's queue: counts, order, filters, and exactly the rejected as a file."""

import csv
import io
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from connectors.contract import AwardRecord
from connectors.errors import ErrorClass, Rejected
from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.delivery import OutboxMessage, WorkerBeat
from lti_tool.models.people import Person
from lti_tool.services import queue
from lti_tool.services.errors import NotFound
from lti_tool.services.results import Delivered, Differs, Settled
from tests import factories
from tests.services import delivering


@pytest.fixture
def world(sessions: Sessions) -> delivering.World:
    """One sent, one refused, one that differs, one waiting."""
    with sessions.begin() as session:
        made = delivering.world(session)
        delivering.fill(session, made, range(1, 5))
        session.get_one(OutboxMessage, 4).due_at = utcnow().replace(year=2999)
    first, second, third = delivering.claim(sessions)
    refused = Rejected("Not registered there.", code="unknown_learner", words="=cmd no such student",
                       error_class=ErrorClass.FIX_THERE)
    different = Differs("Something else.", code="exists_different", state="final", grade="Fail")
    results = zip((first, second, third), (Delivered(), refused, different), strict=True)
    delivering.settle(sessions, *(Settled(message=message, result=result) for message, result in results))
    return made


def test_counts_by_state_class_and_destination(session: Session, world: delivering.World) -> None:
    found = queue.counts(session, world.institution.id)
    assert found.states == {"on_hold": 2, "sending": 0, "ready": 1, "sent": 1, "confirmed": 0, "failed": 0}
    assert found.classes == {"fix_there": 1, "decide": 1}
    assert found.destinations == {"records": {"on_hold": 2, "ready": 1, "sent": 1}}
    assert found.total == 4


def test_those_that_wait_for_a_person_come_first(session: Session, world: delivering.World) -> None:
    page = queue.page(session, world.institution.id)
    assert [entry.state for entry in page.entries] == ["on_hold", "on_hold", "ready", "sent"]


def test_each_says_whose_it_is_what_is_so_and_who_acts(session: Session, world: delivering.World) -> None:
    refused, different, *_ = queue.page(session, world.institution.id).entries
    assert (refused.student, refused.run, refused.ours) == ("S0000002", "IL5101", "62 Merit")
    assert (refused.label, refused.owner, refused.words) == ("Fix there", "registry", "=cmd no such student")
    assert (different.ours, different.theirs, different.owner) == ("62 Merit", "Fail final", "registrar")


def test_filters_and_pages(session: Session, world: delivering.World) -> None:
    only = queue.page(session, world.institution.id, queue.Filter(error_class="decide"))
    assert (only.total, only.pages) == (1, 1)
    there = queue.page(session, world.institution.id, queue.Filter(destination=world.destination.key), size=3, number=2)
    assert (len(there.entries), there.total, there.pages) == (1, 4, 2)
    assert queue.page(session, world.institution.id, queue.Filter(state="confirmed")).entries == []


def test_progress_and_who_is_at_work(session: Session, world: delivering.World) -> None:
    session.add(WorkerBeat(name="w1", seen_at=utcnow()))
    session.flush()
    found = queue.progress(session, world.institution.id, utcnow())
    assert (found.total, found.on_hold, found.sent, found.workers) == (4, 2, 1, 1)


def test_the_file_holds_exactly_the_rejected_and_no_formula(session: Session, world: delivering.World) -> None:
    rows = list(csv.DictReader(io.StringIO(queue.rejected_csv(session, world.institution.id))))
    assert [row["student"] for row in rows] == ["S0000002", "S0000003"]
    assert rows[0]["their words"] == "'=cmd no such student"
    assert (rows[0]["mark"], rows[0]["registration"], rows[0]["who acts"]) == ("62", "S0000002/1", "registry")


def test_a_request_is_ready_to_be_sent(session: Session, world: delivering.World) -> None:
    refused = queue.page(session, world.institution.id).entries[0]
    text = queue.ticket(session, world.institution.id, refused.key)
    assert "To: registry" in text
    assert "S0000002" in text
    assert refused.key in text


def test_every_try_is_shown(session: Session, world: delivering.World) -> None:
    refused = queue.page(session, world.institution.id).entries[0]
    (attempt,) = queue.attempts(session, world.institution.id, refused.key)
    assert (attempt.number, attempt.result, attempt.code) == (1, "fix_there", "unknown_learner")
    assert queue.one(session, world.institution.id, refused.key) == refused


def test_who_was_erased_leaves_an_empty_place(session: Session, world: delivering.World) -> None:
    for person in session.query(Person):
        person.data_key = None
    session.flush()
    assert {entry.student for entry in queue.page(session, world.institution.id).entries} == {""}


def test_another_institution_sees_nothing(session: Session, world: delivering.World) -> None:
    elsewhere = factories.institution(session, "elsewhere").id
    assert queue.page(session, elsewhere).total == 0
    assert queue.counts(session, elsewhere).total == 0
    assert queue.rejected_csv(session, elsewhere).count("\n") == 1
    with pytest.raises(NotFound):
        queue.one(session, elsewhere, queue.page(session, world.institution.id).entries[0].key)


def test_an_entry_is_a_value(session: Session, world: delivering.World) -> None:
    first = queue.page(session, world.institution.id).entries[0]
    assert replace(first, learner="") != first


def test_a_pass_without_a_figure_is_said_by_its_word_alone(session: Session, world: delivering.World) -> None:
    message = session.get_one(OutboxMessage, 1)
    body = queue._body(session, message)
    assert isinstance(body, AwardRecord)
    assert queue._subject(replace(body, mark=None, status="marked", grade="Pass"))["ours"] == "Pass"
    assert queue._subject(replace(body, mark=None, status="absent", grade=""))["ours"] == "absent"
