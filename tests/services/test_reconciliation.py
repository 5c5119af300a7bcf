"""Reconciliation: totals that add up, missing ones queued again under the same key, nothing written over."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from connectors.contract import Receipt, Rejection, RemoteRecord, RemoteState
from connectors.errors import Unavailable
from connectors.memory import MemoryRecords
from lti_tool.db import Sessions
from lti_tool.models.delivery import Discrepancy, OutboxMessage, ReconciliationRun
from lti_tool.models.people import Person
from lti_tool.services import reconciliation
from lti_tool.services.errors import Refused
from lti_tool.services.reconciliation_runs import PARTS
from tests.services import delivering
from tests.services.delivering import RATIFIED
from tests.services.test_readback import Nightly


class Unloaded(Nightly):
    """A drop whose files nobody has loaded."""

    def read_back(self, since: object = None) -> list[RemoteRecord]:  # type: ignore[override]
        return []


def prepared(sessions: Sessions, count: int = 5) -> delivering.World:
    """So many results, sent."""
    with sessions.begin() as session:
        world = delivering.world(session)
        for number in range(1, count + 1):
            delivering.queued(session, world, number)
    delivering.drain(sessions, world.connectors)
    return world


def reconcile(sessions: Sessions, world: delivering.World) -> ReconciliationRun:
    return reconciliation.reconcile(sessions, world.connectors, world.destination.id, RATIFIED)


def test_all_equal_is_clean_and_confirmed(sessions: Sessions) -> None:
    run = reconcile(sessions, prepared(sessions))
    assert run.is_clean
    assert (run.totals["sent"], run.totals["equal"], run.totals["held"]) == (5, 5, 5)
    assert {message.state for message in delivering.messages(sessions)} == {"confirmed"}


def test_somebody_who_was_erased_does_not_keep_the_others_from_being_compared(sessions: Sessions) -> None:
    world = prepared(sessions, 2)
    reconcile(sessions, world)
    with sessions.begin() as session:
        person = session.get_one(Person, session.scalars(select(OutboxMessage.person_id)).first())
        person.data_key, person.erased_at = None, RATIFIED
    run = reconcile(sessions, world)
    assert (run.totals["sent"], run.totals["equal"], run.totals["waiting"]) == (1, 1, 1)
    assert run.is_clean
    assert {message.state for message in delivering.messages(sessions)} == {"confirmed"}


def test_the_totals_add_up(sessions: Sessions) -> None:
    world = prepared(sessions)
    rows = world.registry.rows
    equal, different, unreadable, missing, closed = list(rows)
    rows[different] = replace(rows[different], mark=Decimal(48))
    rows[unreadable] = replace(rows[unreadable], problem="its score cannot be read")
    del rows[missing], rows[closed]
    rows["k"] = RemoteRecord(key="k", remote_id="k", state=RemoteState.FINAL, mark=Decimal(70))
    run = reconcile(sessions, world)
    totals = run.totals
    assert not run.is_clean
    assert (totals["equal"], totals["different"], totals["unreadable"], totals["missing"]) == (1, 1, 1, 2)
    assert totals["sent"] == sum(totals[kind] for kind in PARTS)
    assert totals["unexpected"] == 1
    with sessions() as session:
        kinds = sorted(session.scalars(select(Discrepancy.kind)))
        assert kinds == ["record_differs", "record_unexpected", "record_unreadable"]


def test_the_missing_are_sent_again_under_the_same_key(sessions: Sessions) -> None:
    world = prepared(sessions)
    lost = next(iter(world.registry.rows))
    del world.registry.rows[lost]
    reconcile(sessions, world)
    (again,) = delivering.drain(sessions, world.connectors)
    assert (again.message.record_key, again.message.is_uncertain) == (lost, True)
    assert set(world.registry.rows) >= {lost}
    assert reconcile(sessions, world).is_clean


def test_what_differs_is_not_written_over(sessions: Sessions) -> None:
    world = prepared(sessions, 1)
    (key,) = world.registry.rows
    world.registry.rows[key] = replace(world.registry.rows[key], mark=Decimal(48))
    reconcile(sessions, world)
    assert delivering.drain(sessions, world.connectors) == []
    assert world.registry.rows[key].mark == 48


def test_one_that_a_list_leaves_out_is_asked_for_by_its_key(sessions: Sessions) -> None:
    class Forgetful(MemoryRecords):
        def read_back(self, since: object = None) -> list[RemoteRecord]:  # type: ignore[override]
            return list(super().read_back())[1:]

    world = prepared(sessions, 2)
    system = Forgetful(world.registry)
    run = reconciliation.reconcile(sessions, {world.destination.id: system}, world.destination.id, RATIFIED)
    assert (run.totals["equal"], run.totals["missing"]) == (2, 0)


def test_what_was_not_sent_yet_is_not_missing(sessions: Sessions) -> None:
    world = prepared(sessions, 1)
    with sessions.begin() as session:
        delivering.queued(session, world, 2)
    assert reconcile(sessions, world).is_clean


def test_what_arrived_unnoticed_is_confirmed_and_not_called_unexpected(sessions: Sessions) -> None:
    """Written there, and the answer lost: it waits to be looked up when the reconciliation finds it."""
    world = prepared(sessions, 2)
    with sessions.begin() as session:
        lost = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).first()
        assert lost is not None
        lost.state, lost.is_uncertain, lost.sent_at = "ready", True, None
    run = reconcile(sessions, world)
    assert (run.totals["sent"], run.totals["equal"], run.totals["arrived"], run.totals["unexpected"]) == (1, 1, 1, 0)
    assert run.is_clean
    with sessions() as session:
        assert {message.state for message in session.scalars(select(OutboxMessage))} == {"confirmed"}


def test_what_only_a_receipt_vouches_for_is_not_called_equal(sessions: Sessions) -> None:
    """The file was loaded; which figure they hold, nobody has seen."""
    world = prepared(sessions)
    rows = world.registry.rows
    for key in list(rows)[:2]:
        rows[key] = replace(rows[key], is_our_word=True)
    run = reconcile(sessions, world)
    assert (run.totals["equal"], run.totals["loaded"], run.totals["sent"]) == (3, 2, 5)
    assert run.is_clean, "nothing is left to explain"


def test_a_reconciliation_is_frozen_with_its_digest_and_signed_once(sessions: Sessions) -> None:
    world = prepared(sessions, 1)
    first, second = reconcile(sessions, world), reconcile(sessions, world)
    assert first.digest == second.digest != ""
    with sessions.begin() as session:
        person = delivering.factories.person(session, world.institution, "Dana")
        run = session.get_one(ReconciliationRun, first.id)
        reconciliation.sign(session, run, person.id, RATIFIED)
        with pytest.raises(Refused, match="once"):
            reconciliation.sign(session, run, person.id, RATIFIED)


def test_a_file_that_nobody_has_loaded_is_neither_missing_nor_confirmed(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        delivering.queued(session, world)
    connectors = {world.destination.id: Unloaded(world.registry)}
    delivering.drain(sessions, connectors)
    run = reconciliation.reconcile(sessions, connectors, world.destination.id, RATIFIED)
    assert (run.totals["not_loaded"], run.totals["missing"], run.totals["sent"]) == (1, 0, 1)
    assert delivering.message(sessions).state == "sent"


def test_a_file_that_nobody_loads_is_overdue_after_three_days(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        delivering.queued(session, world)
    connectors = {world.destination.id: Unloaded(world.registry)}
    delivering.drain(sessions, connectors)
    with sessions.begin() as session:
        session.scalars(select(OutboxMessage)).one().sent_at -= timedelta(days=4)
    run = reconciliation.reconcile(sessions, connectors, world.destination.id, RATIFIED)
    assert (run.totals["not_loaded"], run.totals["overdue"], run.is_clean) == (1, 1, False)


def test_what_they_were_never_told_is_counted(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        held, late, waiting, passed = [delivering.queued(session, world, number) for number in range(1, 5)]
        held.state, late.created_at = "on_hold", late.created_at - timedelta(days=4)
        passed.state = "superseded"
    run = reconcile(sessions, world)
    assert {word: run.totals[word] for word in ("sent", "on_hold", "on_the_way", "overdue")} == {
        "sent": 0, "on_hold": 1, "on_the_way": 2, "overdue": 1,
    }
    assert not run.is_clean
    with sessions.begin() as session:
        for number in (held.id, late.id):
            session.get_one(OutboxMessage, number).state = "failed"  # a person closed it, with a reason
    assert reconcile(sessions, world).is_clean, "what is on its way since yesterday is no fault"


def test_lines_refused_in_the_night_are_rejected_and_not_missing(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        key = delivering.queued(session, world).record_key
    system = Nightly(world.registry)
    connectors = {world.destination.id: system}
    delivering.drain(sessions, connectors)
    world.registry.rows.clear()
    system.refused = (Rejection(key=key, code="E7", words="no such student"),)
    run = reconciliation.reconcile(sessions, connectors, world.destination.id, RATIFIED)
    assert (run.totals["rejected"], run.totals["missing"], run.is_clean) == (1, 0, False)
    assert delivering.message(sessions).error_words == "no such student"


def test_a_system_that_cannot_be_read_back_says_so(sessions: Sessions) -> None:
    class Mute(MemoryRecords):
        capabilities = frozenset()

        def push(self, record: object) -> Receipt:  # type: ignore[override]
            return Receipt(key="")

    world = prepared(sessions, 1)
    with pytest.raises(Refused, match="cannot be read back"):
        reconciliation.reconcile(sessions, {world.destination.id: Mute()}, world.destination.id, RATIFIED)


def test_a_system_that_is_away_leaves_everything_as_it_was_and_the_run_says_why(sessions: Sessions) -> None:
    world = prepared(sessions, 2)
    world.registry.trouble = Unavailable("down", code="unreachable")
    with pytest.raises(Unavailable):
        reconcile(sessions, world)
    with sessions() as session:
        run = session.scalars(select(ReconciliationRun)).one()
        assert (run.problem, run.is_over, run.is_clean, run.finished_at) == ("down", True, False, None)
        assert {message.state for message in session.query(OutboxMessage)} == {"sent"}
