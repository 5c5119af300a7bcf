"""Claiming: a batch under a lease, fair, in order, and safe from two workers at once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import sessionmaker

from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.delivery import DeliveryAttempt, OutboxMessage
from lti_tool.models.people import Person
from lti_tool.seal import Sealer
from lti_tool.services import claims, outbox
from lti_tool.services.results import Claimed, Delivered, Settled
from tests import factories
from tests.services import delivering
from tests.services.delivering import LEASE, RATIFIED


def prepare(sessions: Sessions, count: int = 3) -> delivering.World:
    with sessions.begin() as session:
        world = delivering.world(session)
        for number in range(1, count + 1):
            delivering.queued(session, world, number)
        return world


def attempts(sessions: Sessions) -> list[tuple[int, str, str]]:
    with sessions() as session:
        found = session.scalars(select(DeliveryAttempt).order_by(DeliveryAttempt.id)).all()
        return [(each.number, each.result, each.code) for each in found]


def test_what_is_claimed_is_leased_and_its_attempt_is_written_first(sessions: Sessions) -> None:
    prepare(sessions)
    claimed = delivering.claim(sessions, limit=2)
    assert [each.attempt for each in claimed] == [1, 1]
    assert not any(each.is_uncertain for each in claimed)
    assert attempts(sessions) == [(1, "sending", ""), (1, "sending", "")]
    assert len(delivering.claim(sessions, "w2")) == 1, "the others are taken"
    assert delivering.claim(sessions, "w3") == []


def test_the_longest_due_goes_first(sessions: Sessions) -> None:
    prepare(sessions)
    with sessions.begin() as session:
        last = session.get_one(OutboxMessage, 3)
        last.due_at -= timedelta(hours=1)
        session.get_one(OutboxMessage, 1).due_at += timedelta(hours=1)
    assert [each.id for each in delivering.claim(sessions)] == [3, 2]


def test_a_lease_that_ran_out_comes_back_uncertain(sessions: Sessions) -> None:
    prepare(sessions, 1)
    delivering.claim(sessions)
    later = utcnow() + LEASE * 2
    (again,) = delivering.claim(sessions, "w2", now=later)
    assert (again.is_uncertain, again.attempt) == (True, 2)
    assert attempts(sessions) == [(1, "unknown_outcome", "lease_expired"), (2, "sending", "")]


def test_a_lease_can_be_renewed(sessions: Sessions) -> None:
    prepare(sessions, 1)
    delivering.claim(sessions)
    later = utcnow() + LEASE * 2
    with sessions.begin() as session:
        claims.renew(session, "w1", later + LEASE)
    assert delivering.claim(sessions, "w2", now=later) == []


def test_a_version_that_a_newer_one_passed_is_not_taken_up_again(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        enrolment = delivering.learner(session, world)
        first = delivering.award(session, delivering.decision(session, enrolment, "49"))
        outbox.enqueue_award(session, first, RATIFIED)
    delivering.claim(sessions)
    with sessions.begin() as session:
        amended = delivering.decision(session, session.merge(enrolment), "51", number=2)
        outbox.enqueue_award(session, delivering.award(session, amended, version=2), RATIFIED)
    (only,) = delivering.claim(sessions, "w2", now=utcnow() + LEASE * 2)
    assert only.version == 2


def test_a_paused_destination_is_passed_over(sessions: Sessions) -> None:
    world = prepare(sessions)
    with sessions.begin() as session:
        session.merge(world.destination).is_paused = True
    assert delivering.claim(sessions) == []
    with sessions() as session:
        assert not claims.has_due(session, utcnow())


def test_a_message_waits_until_the_one_before_it_is_confirmed(sessions: Sessions) -> None:
    prepare(sessions, 2)
    with sessions.begin() as session:
        session.get_one(OutboxMessage, 2).after_id = 1
    (first,) = delivering.claim(sessions)
    delivering.settle(sessions, Settled(message=first, result=Delivered()))
    assert delivering.claim(sessions) == [], "sent is not confirmed"
    with sessions.begin() as session:
        session.get_one(OutboxMessage, 1).state = "confirmed"
    assert [each.id for each in delivering.claim(sessions)] == [2]


def test_no_destination_starves_another(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        for number in range(1, 9):
            delivering.queued(session, world, number)
        factories.destination(session, world.institution, world.version, name="archive")
        delivering.queued(session, world, 9)
    by_destination = [each.destination for each in delivering.claim(sessions, limit=4)]
    assert len(set(by_destination)) == 2


def test_what_was_erased_is_closed_and_not_sent(sessions: Sessions) -> None:
    prepare(sessions, 1)
    with sessions.begin() as session:
        session.scalars(select(Person)).one().data_key = None
    assert delivering.claim(sessions) == []
    message = delivering.message(sessions)
    assert (message.state, message.error_code) == ("failed", "unreadable")


def test_what_only_another_key_opens_waits_for_it(sessions: Sessions, caplog: pytest.LogCaptureFixture) -> None:
    prepare(sessions, 2)
    others = sessionmaker(sessions.kw["bind"], info={"sealer": Sealer([bytes(32)])})
    assert delivering.claim(others) == []
    with sessions() as session:
        waiting = session.scalars(select(OutboxMessage)).all()
    assert {(row.state, row.error_code, row.lease_owner, row.tries) for row in waiting} == {("ready", "sealed", "", 0)}
    assert "2 messages wait" in caplog.text
    assert delivering.claim(sessions) == [], "not at once"
    with sessions.begin() as session:
        session.execute(update(OutboxMessage).values(due_at=utcnow()))
    assert len(delivering.claim(sessions)) == 2, "nothing is lost"


@pytest.mark.parametrize("workers", [4])
def test_no_message_is_claimed_twice_at_once(sessions: Sessions, workers: int) -> None:
    prepare(sessions, 40)
    start, found = Barrier(workers), [list[Claimed]() for _ in range(workers)]

    def work(number: int) -> None:
        start.wait()
        while claimed := delivering.claim(sessions, f"w{number}", limit=7):
            found[number] += claimed

    threads = [Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rest = delivering.claim(sessions, "last")  # who found all others locked has stopped
    ids = [each.id for each in (*sum(found, []), *rest)]
    assert sorted(ids) == list(range(1, 41))
