"""Whose turn it is: one worker at a time, and a worker that was killed keeps nobody waiting for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.delivery import ReconciliationRun
from lti_tool.services import reconciliation_turns as turns
from lti_tool.services.errors import NotFound
from tests import factories
from tests.services import delivering

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
LATER = NOON + turns.LEASE


@pytest.fixture
def world(session: Session) -> delivering.World:
    return delivering.world(session)


def ask(session: Session, world: delivering.World) -> ReconciliationRun:
    return turns.ask(session, world.institution.id, world.destination.key, NOON)


def test_asking_only_writes_that_it_is_wanted(session: Session, world: delivering.World) -> None:
    run = ask(session, world)
    assert (run.finished_at, run.lease_until, run.problem, run.totals) == (None, None, "", {})


def test_who_asks_again_before_it_is_over_gets_the_same_one(session: Session, world: delivering.World) -> None:
    first = ask(session, world)
    assert ask(session, world) is first
    first.finished_at = NOON
    session.flush()
    second = ask(session, world)
    assert second is not first
    second.problem = "away"
    session.flush()
    assert ask(session, world) not in (first, second)


def test_nobody_asks_for_the_system_of_another_institution(session: Session, world: delivering.World) -> None:
    away = factories.institution(session, "elsewhere")
    with pytest.raises(NotFound):
        turns.ask(session, away.id, world.destination.key, NOON)


def test_one_worker_takes_it_up_and_no_other(session: Session, world: delivering.World) -> None:
    run = ask(session, world)
    turn = turns.claim(session, "one", NOON)
    assert turn is not None
    assert (turn.run_id, turn.destination_id, turn.worker) == (run.id, world.destination.id, "one")
    assert not turns.has_due(session, NOON)
    assert turns.claim(session, "two", NOON) is None


def test_one_that_a_killed_worker_left_is_taken_up_when_its_lease_is_over(
    session: Session, world: delivering.World
) -> None:
    run = ask(session, world)
    turns.claim(session, "killed", NOON)
    assert not turns.has_due(session, LATER - timedelta(seconds=1))
    assert turns.has_due(session, LATER)
    again = turns.claim(session, "two", LATER)
    assert again is not None
    assert (again.run_id, again.started_at) == (run.id, LATER), "it begins anew"


def test_one_in_the_foreground_is_no_workers_until_its_lease_is_over(
    session: Session, world: delivering.World
) -> None:
    turn = turns.begin(session, world.destination.id, NOON)
    assert turns.claim(session, "worker", NOON) is None
    taken = turns.claim(session, "worker", LATER)
    assert taken is not None
    assert taken.run_id == turn.run_id


def test_one_that_ends_every_worker_is_given_up_and_says_so(session: Session, world: delivering.World) -> None:
    run = ask(session, world)
    for number in range(turns.MOST_TRIES):
        assert turns.claim(session, f"killed {number}", NOON + number * turns.LEASE) is not None
    assert turns.claim(session, "next", NOON + turns.MOST_TRIES * turns.LEASE) is None
    session.refresh(run)
    assert (run.problem, run.is_over) == (turns.GIVEN_UP, True)


def test_the_oldest_comes_first(session: Session, world: delivering.World) -> None:
    other = factories.destination(session, world.institution, name="other")
    first = turns.ask(session, world.institution.id, other.key, NOON)
    ask(session, world)
    turn = turns.claim(session, "one", NOON)
    assert turn is not None
    assert turn.run_id == first.id


def test_no_two_workers_have_one_name() -> None:
    assert turns.a_name() != turns.a_name()
    assert len(turns.a_name()) <= 60
