"""Reconciliations listed, found and signed."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.delivery import Discrepancy, ReconciliationRun
from lti_tool.services import reconciliation_runs
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    made = University(session, now)
    system = factories.destination(session, made.institution)
    factories.destination(session, made.institution, name="lms x", connector="lti_scores")
    session.add(ReconciliationRun(
        institution_id=made.institution.id, destination_id=system.id, started_at=now, finished_at=now, digest="d",
    ))
    session.flush()
    return made


def run_of(home: University) -> ReconciliationRun:
    return home.session.scalars(select(ReconciliationRun)).one()


def test_record_systems_are_compared_and_lmss_are_not(home: University) -> None:
    assert [row.name for row in reconciliation_runs.comparable(home.session, home.institution.id)] == ["records"]


def test_registry_signs_and_is_named(home: University) -> None:
    run = reconciliation_runs.sign(home.session, home.actor("dana"), run_of(home).key, home.now)
    assert reconciliation_runs.signer_of(home.session, run) == "Dana"
    assert list(reconciliation_runs.recent(home.session, home.institution.id)) == [run]


def test_nothing_is_signed_while_something_is_unexplained(home: University) -> None:
    home.session.add(Discrepancy(
        institution_id=home.institution.id, kind="record_unexpected", reconciliation_id=run_of(home).id,
        opened_at=home.now,
    ))
    home.session.flush()
    with pytest.raises(Refused, match="1 discrepancies"):
        reconciliation_runs.sign(home.session, home.actor("dana"), run_of(home).key, home.now)


def test_an_auditor_does_not_sign(home: University) -> None:
    with pytest.raises(Refused, match="Only registry"):
        reconciliation_runs.sign(home.session, home.actor("charlie"), run_of(home).key, home.now)


def test_another_institution_finds_nothing(home: University) -> None:
    away = factories.institution(home.session, "elsewhere")
    with pytest.raises(NotFound):
        reconciliation_runs.find(home.session, away.id, run_of(home).key)
    assert list(reconciliation_runs.recent(home.session, away.id)) == []
    assert reconciliation_runs.signer_of(home.session, run_of(home)) == ""


@pytest.mark.parametrize(("run", "state", "done", "total"), [
    pytest.param({}, "waiting", 0, 0, id="asked for"),
    pytest.param({"lease_until": True}, "reading", 0, 0, id="just taken up"),
    pytest.param({"lease_until": True, "totals": {"sent": 10, "read": 4}}, "reading", 4, 20, id="being read"),
    pytest.param({"lease_until": True, "totals": {"sent": 10, "read": 15}}, "reading", 15, 30, id="more than we sent"),
    pytest.param(
        {"lease_until": True, "totals": {"sent": 10, "read": 12, "compared": 6}}, "comparing", 18, 24, id="compared",
    ),
    pytest.param({"problem": "away"}, "failed", 0, 0, id="not finished"),
    pytest.param({"finished_at": True, "totals": {"sent": 10}}, "finished", 0, 0, id="finished"),
])
def test_progress_says_how_far_it_is(now: datetime, run: dict[str, Any], state: str, done: int, total: int) -> None:
    values = {"totals": {}, "problem": "", **{word: now if value is True else value for word, value in run.items()}}
    found = reconciliation_runs.progress(ReconciliationRun(**values))
    assert (found.state, found.done, found.total) == (state, done, total)
