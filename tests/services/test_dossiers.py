"""Dossiers: what decisions rest on, the same whether read for one learner or for many."""

from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from lti_tool.models.award import Revocation
from lti_tool.services import decisions, dossiers, standing, verdicts
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    return University(session, now)


def test_each_has_its_own_facts_awards_and_decisions(session: Session, home: University) -> None:
    run = home.run()
    lena, moss = home.marked(run, "60", "30"), home.marked(run, "70", "80", name="Moss")
    home.ratify(run)
    home.mark(lena, "PORT", "80", attempt=2)
    decisions.decide(session, lena, home.later())
    first, second = dossiers.of(session, [lena, moss])
    assert [dossier.enrolment for dossier in (first, second)] == [lena, moss]
    assert [len(first.facts), len(second.facts)] == [3, 2]
    assert [first.current, second.current] == [standing.current(session, lena), standing.current(session, moss)]
    assert sorted(first.decisions) == [1, 2]
    assert first.newest is decisions.present(session, lena)
    assert second.facts == verdicts.known(session, moss)


def test_what_was_revoked_settles_nothing(session: Session, home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "60")
    home.ratify(run)
    award = standing.current(session, lena)
    assert award is not None
    session.add(Revocation(
        institution_id=award.institution_id, award_id=award.id, ratification_id=award.ratification_id, reason="r",
        revoked_at=home.now,
    ))
    session.flush()
    [dossier] = dossiers.of(session, [lena])
    assert (dossier.current, list(dossier.awards)) == (None, [])
    assert standing.current(session, lena) is None


def test_somebody_of_whom_nothing_is_known(session: Session, home: University) -> None:
    [dossier] = dossiers.of(session, [home.learner(home.run())])
    assert (list(dossier.facts), list(dossier.awards), dossier.current, dossier.newest) == ([], [], None, None)


def test_many_are_decided_as_one_by_one_and_with_no_statement_for_each(session: Session, home: University) -> None:
    run = home.run()
    few = [home.learner(run, f"A{number}") for number in range(2)]
    many = [home.learner(run, f"B{number}") for number in range(12)]
    for enrolment in (*few, *many):
        home.mark(enrolment, "CRIT", "60")
        home.mark(enrolment, "PORT", "50")
    said: list[str] = []
    engine = session.get_bind()

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(engine, "after_cursor_execute", count)
    decisions.decide_all(session, few, home.now)
    for_few = [statement for statement in said if statement.startswith("SELECT")]
    said.clear()
    found = decisions.decide_all(session, many, home.now)
    for_many = [statement for statement in said if statement.startswith("SELECT")]
    event.remove(engine, "after_cursor_execute", count)
    assert len(for_many) <= len(for_few)
    assert {(decision.kind, decision.overall) for decision in found} == {("PASS", Decimal(53))}
    assert decisions.decide_all(session, many, home.later()) == found, "nothing has changed"
