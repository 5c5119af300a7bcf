"""One learner for the teacher: the derivation, and every result with what it did."""

from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.services import decisions, derivations
from tests.services.ratifying import University


def test_before_anything_came_there_is_nothing_to_derive(session: Session, now: datetime) -> None:
    home = University(session, now)
    found = derivations.of(session, home.learner(home.run()))
    assert (found.kind, found.overall, found.findings, found.history, found.is_provisional) == ("", "", (), (), False)


def test_a_result_is_provisional_until_it_is_ratified_and_both_versions_stay(session: Session, now: datetime) -> None:
    home = University(session, now)
    run = home.run()
    lena = home.marked(run, "60", "62")
    found = derivations.of(session, lena)
    assert (found.is_provisional, found.overall, found.overall_exact) == (True, "61", "307/5")
    assert any(finding["ref"] for finding in found.findings)
    home.ratify(run)
    found = derivations.of(session, lena)
    assert not found.is_provisional
    assert [(row.version, row.mark, row.is_standing) for row in found.confirmed] == [(1, "61", True)]


def test_an_earlier_result_of_the_same_attempt_was_replaced(session: Session, now: datetime) -> None:
    home = University(session, now)
    lena = home.learner(home.run())
    for raw in ("50", "62"):
        home.mark(lena, "PORT", raw)
        home.later(minutes=1)
    decisions.decide(session, lena, home.now)
    assert [(row.said, row.standing) for row in derivations.of(session, lena).history] == [
        ("62", "counted"), ("50", "replaced"),
    ]


def test_a_withdrawn_learner_shows_no_figure(session: Session, now: datetime) -> None:
    home = University(session, now)
    lena = home.marked(home.run(), "60", "62")
    lena.status = "withdrawn"
    assert derivations.of(session, lena).overall == ""
