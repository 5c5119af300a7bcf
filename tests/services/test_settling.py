"""What becomes of a message once something has come of it: acknowledged, with an owner, or waiting with a time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from connectors.errors import ErrorClass, Misconfigured, Rejected, Unavailable, Uncertain
from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.audit import AuditEntry
from lti_tool.models.delivery import DeliveryAttempt, Destination, Discrepancy, OutboxMessage
from lti_tool.services.results import Claimed, Delivered, Differs, Result, Settled, Unsent
from tests.services import delivering
from tests.services.delivering import LEASE


def claimed(sessions: Sessions, count: int = 1) -> list[Claimed]:
    with sessions.begin() as session:
        world = delivering.world(session)
        for number in range(1, count + 1):
            delivering.queued(session, world, number)
    return delivering.claim(sessions)


def settle(sessions: Sessions, message: Claimed, result: Result, **more: bool) -> OutboxMessage:
    delivering.settle(sessions, Settled(message=message, result=result, **more))
    with sessions() as session:
        return session.get_one(OutboxMessage, message.id)


def test_an_answer_is_sent_and_only_a_look_is_confirmed(sessions: Sessions) -> None:
    first, second = claimed(sessions, 2)
    sent = settle(sessions, first, Delivered(remote_id="r1"))
    assert (sent.state, sent.remote_id, sent.confirmed_at, sent.lease_owner) == ("sent", "r1", None, "")
    found = settle(sessions, second, Delivered(is_found=True, is_confirmed=True, state="final"))
    assert (found.state, found.theirs_state) == ("confirmed", "final")
    assert found.confirmed_at is not None
    with sessions() as session:
        results = session.scalars(select(DeliveryAttempt.result).order_by(DeliveryAttempt.id)).all()
        assert results == ["delivered", "found"]


def test_unavailable_waits_and_no_sooner_than_it_was_told(sessions: Sessions) -> None:
    (message,) = claimed(sessions)
    waiting = settle(sessions, message, Unavailable("busy", retry_after=900, code="429"))
    assert (waiting.state, waiting.tries, waiting.error_class) == ("ready", 1, "retry")
    assert waiting.due_at >= utcnow() + timedelta(seconds=890)


def test_an_uncertain_one_is_asked_after_soon(sessions: Sessions) -> None:
    (message,) = claimed(sessions)
    waiting = settle(sessions, message, Uncertain("cut", code="dropped"), is_uncertain=True)
    assert (waiting.state, waiting.is_uncertain) == ("ready", True)
    assert waiting.due_at <= utcnow() + timedelta(seconds=2)


@pytest.mark.parametrize(
    ("code", "error_class"),
    [("invaliddata", "fix_here"), ("unknown_learner", "fix_there"), ("window_closed", "window"), ("", "permanent")],
)
def test_a_refusal_waits_for_a_person_with_a_class(sessions: Sessions, code: str, error_class: str) -> None:
    (message,) = claimed(sessions)
    error = Rejected("no", code=code, words="their words", error_class=ErrorClass.PERMANENT)
    held = settle(sessions, message, error)
    assert (held.state, held.error_class, held.error_words) == ("on_hold", error_class, "their words")


def test_what_differs_shows_theirs_and_opens_one_discrepancy(sessions: Sessions) -> None:
    (message,) = claimed(sessions)
    held = settle(sessions, message, Differs("another", code="exists_different", state="final", grade="Fail"))
    assert (held.state, held.error_class, held.theirs_state) == ("on_hold", "decide", "final")
    with sessions() as session:
        discrepancy = session.scalars(select(Discrepancy)).one()
        assert (discrepancy.kind, discrepancy.ours, discrepancy.theirs) == ("record_differs", "62", "Fail final")


def test_a_wrong_setting_pauses_the_destination_and_burns_no_student(sessions: Sessions) -> None:
    messages = claimed(sessions, 3)
    error = Misconfigured("the credentials are not accepted", code="401")
    results = [Settled(message=message, result=error) for message in messages[:2]]
    results.append(Settled(message=messages[2], result=Unsent()))
    delivering.settle(sessions, *results)
    with sessions() as session:
        destination = session.scalars(select(Destination)).one()
        assert destination.is_paused
        assert "credentials" in destination.pause_reason
        assert session.scalars(select(AuditEntry.action)).all() == ["destination.pause"]
    assert [(each.state, each.tries) for each in delivering.messages(sessions)] == [("ready", 0)] * 3


def test_a_result_that_comes_after_its_lease_changes_nothing_but_its_attempt(sessions: Sessions) -> None:
    (old,) = claimed(sessions)
    (new,) = delivering.claim(sessions, "w2", now=utcnow() + LEASE * 2)
    late = settle(sessions, old, Rejected("no"))
    assert (late.state, late.lease_owner) == ("sending", "w2")
    assert settle(sessions, new, Delivered()).state == "sent"
    with sessions() as session:
        numbers = select(DeliveryAttempt.number, DeliveryAttempt.result).order_by(DeliveryAttempt.number)
        assert session.execute(numbers).all() == [(1, "fix_there"), (2, "delivered")]


def test_the_same_worker_is_fenced_from_its_own_earlier_attempt(sessions: Sessions) -> None:
    (old,) = claimed(sessions)
    delivering.claim(sessions, "w1", now=utcnow() + LEASE * 2)
    assert settle(sessions, old, Delivered()).state == "sending"


def test_what_was_not_tried_is_due_again_at_once(sessions: Sessions) -> None:
    (message,) = claimed(sessions)
    returned = settle(sessions, message, Unsent())
    assert (returned.state, returned.tries, returned.is_uncertain) == ("ready", 0, False)
    assert len(delivering.claim(sessions)) == 1


def test_once_a_system_answers_again_those_who_waited_for_it_are_due(sessions: Sessions) -> None:
    messages = claimed(sessions, 3)
    down, busy = Unavailable("down", code="unreachable"), Unavailable("slow down", code="429", retry_after=600)
    errors = zip(messages, (down, down, busy), strict=True)
    delivering.settle(sessions, *(Settled(message=message, result=error) for message, error in errors))
    later = utcnow() + timedelta(seconds=31)
    (first, *_) = delivering.claim(sessions, now=later, limit=1)
    delivering.settle(sessions, Settled(message=first, result=Delivered()), now=later - timedelta(seconds=20))
    due = [each.id for each in delivering.claim(sessions, now=later - timedelta(seconds=20))]
    assert len(due) == 1, "the other that could not be reached is due; the one that was told to wait is not"


def test_one_that_goes_on_failing_is_put_on_hold_in_the_end(sessions: Sessions) -> None:
    (message,) = claimed(sessions)
    with sessions.begin() as session:
        session.get_one(OutboxMessage, message.id).tries = 10_000
    held = settle(sessions, message, Unavailable("down"))
    assert held.state == "on_hold"
