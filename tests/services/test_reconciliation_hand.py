"""A reconciliation in hand: its lease is kept while it lasts, and whoever has lost it writes nothing more."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import event, select

from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.delivery import ReconciliationRun
from lti_tool.services import reconciliation_hand
from lti_tool.services import reconciliation_turns as turns
from lti_tool.services.reconciliation_hand import InHand, Lost, quiet
from tests.services import delivering

SHORT = timedelta(milliseconds=60)


def taken(sessions: Sessions, lease: timedelta = turns.LEASE) -> turns.Turn:
    """One that was asked for, taken up by a worker."""
    with sessions.begin() as session:
        world = delivering.world(session)
        turns.ask(session, world.institution.id, world.destination.key, utcnow())
        turn = turns.claim(session, "one", utcnow(), lease)
    assert turn is not None
    return turn


def taken_over(sessions: Sessions, turn: turns.Turn) -> turns.Turn:
    with sessions.begin() as session:
        again = turns.claim(session, "two", utcnow() + 2 * turn.lease)
    assert again is not None
    return again


def the_run(sessions: Sessions) -> ReconciliationRun:
    with sessions() as session:
        return session.scalars(select(ReconciliationRun)).one()


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciliation_hand, "REPORTED_EVERY", 0.0)


def test_progress_is_told_and_written_down(sessions: Sessions, often: None) -> None:
    told: list[Mapping[str, int]] = []
    hand = InHand(sessions, taken(sessions), lambda figures: told.append(dict(figures)))
    hand.report(sent=3)
    assert list(hand.counting("read", "ab")) == ["a", "b"]
    assert told == [{"sent": 3}, {"sent": 3, "read": 1}, {"sent": 3, "read": 2}]
    assert the_run(sessions).totals == {"sent": 3, "read": 2}


def test_progress_is_written_down_about_every_second_only(sessions: Sessions) -> None:
    told: list[Mapping[str, int]] = []
    hand = InHand(sessions, taken(sessions), lambda figures: told.append(dict(figures)))
    assert len(list(hand.counting("read", range(100)))) == 100
    assert told == [{"read": 1}]


def test_whoever_was_taken_over_writes_nothing_more(sessions: Sessions, often: None) -> None:
    first = taken(sessions)
    late = InHand(sessions, first, quiet)
    now_theirs = InHand(sessions, taken_over(sessions, first), quiet)
    with pytest.raises(Lost), late.writing():
        pytest.fail("it is another's")
    with pytest.raises(Lost):
        late.report(read=5)
    late.fail("we cannot say")
    late.give_back()
    with now_theirs.writing():
        pass
    run = the_run(sessions)
    assert (run.lease_owner, run.problem, run.totals) == ("two", "", {})


def test_one_that_is_over_is_nobodys(sessions: Sessions) -> None:
    hand = InHand(sessions, taken(sessions), quiet)
    hand.fail("away")
    assert (the_run(sessions).problem, the_run(sessions).lease_until) == ("away", None)
    with pytest.raises(Lost), hand.writing():
        pytest.fail("it is over")


def test_one_that_is_given_back_is_taken_up_at_once_and_no_try_is_counted(sessions: Sessions) -> None:
    InHand(sessions, taken(sessions), quiet).give_back()
    assert the_run(sessions).tries == 0
    with sessions.begin() as session:
        assert turns.claim(session, "two", utcnow()) is not None


@pytest.fixture
def renewed(sessions: Sessions) -> Iterator[Event]:
    """Set once a lease has been written."""
    happened = Event()
    with sessions() as session:
        engine = session.get_bind()

    def seen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE reconciliation_run SET lease_until"):
            happened.set()

    event.listen(engine, "after_cursor_execute", seen)
    yield happened
    event.remove(engine, "after_cursor_execute", seen)


def test_the_lease_outlasts_an_answer_that_takes_longer(sessions: Sessions, renewed: Event) -> None:
    turn = taken(sessions, SHORT)
    ended = the_run(sessions).lease_until
    with InHand(sessions, turn, quiet).kept():
        renewed.clear()
        assert renewed.wait(10)
    after = the_run(sessions).lease_until
    assert ended is not None
    assert after is not None
    assert after > ended


def test_keeping_ends_quietly_once_it_is_lost(sessions: Sessions, renewed: Event) -> None:
    turn = taken(sessions, SHORT)
    second = taken_over(sessions, turn)
    with InHand(sessions, turn, quiet).kept():
        renewed.clear()
        assert renewed.wait(10)
    assert the_run(sessions).lease_owner == second.worker
