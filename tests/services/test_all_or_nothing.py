"""Ratification, award, audit and messages are written together or not at all, wherever the database fails (walk 7).

A failure is laid after each statement in turn, the commit included, until there is none left to lay it after.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from lti_tool.db import Sessions, reading
from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award
from lti_tool.models.catalogue import Enrolment, Run
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.people import Membership
from lti_tool.models.platform import LineItem, ScoreClock
from lti_tool.services import amendments, boards, decisions, minutes, readback
from tests import factories
from tests.rows import everything
from tests.services import delivering
from tests.services.ratifying import University
from tests.services.test_agreement import agree, waiting

Act = Callable[[Session], object]


class Broken(Exception):
    """The database went away."""


@contextmanager
def breaking_after(engine: Engine, count: int) -> Iterator[list[str]]:
    """The statement after so many raises; what was executed until then, by the first word."""
    done: list[str] = []

    def step(*told: Any) -> None:
        if len(done) == count:
            raise Broken
        done.append(str(told[2]).split()[0] if len(told) > 2 else "COMMIT")

    event.listen(engine, "before_cursor_execute", step)
    event.listen(engine, "commit", step)
    try:
        yield done
    finally:
        event.remove(engine, "before_cursor_execute", step)
        event.remove(engine, "commit", step)


def all_or_nothing(engine: Engine, sessions: Sessions, act: Act) -> list[str]:
    """Do it with a failure after every statement in turn, and at last without one; what it executed then."""
    before, count = everything(sessions), 0
    while True:
        try:
            with breaking_after(engine, count) as done, sessions.begin() as session:
                act(session)
        except Broken:
            assert everything(sessions) == before, done[-1:]
            count += 1
        else:
            return done


def counts(sessions: Sessions) -> dict[str, int]:
    with reading(sessions) as session:
        def of(column: Any, *where: Any) -> int:
            return session.scalar(select(func.count(column)).where(*where)) or 0

        return {
            "awards": of(Award.id), "granted": of(AuditEntry.id, AuditEntry.action == "award.grant"),
            "final": of(OutboxMessage.id, OutboxMessage.is_final.is_(True), OutboxMessage.award_id.is_not(None)),
            "scores": of(OutboxMessage.id, OutboxMessage.line_item_id.is_not(None)), "clocks": of(ScoreClock.id),
        }


@dataclass
class Marked:
    """A run of two learners with their marks, and the university around it, as it stood."""

    home: University
    run_key: str

    def again(self, session: Session) -> University:
        """The same university, in another session."""
        self.home.session = session
        return self.home


def marked(sessions: Sessions, now: datetime, authority: str = "cairn") -> Marked:
    with sessions.begin() as session:
        home = University(session, now)
        run = home.run(authority=authority)
        learners = [home.marked(run, "60", "62"), home.marked(run, "40", "44", "Mo")]
        _column(session, home, run, learners)
        return Marked(home, run.key)


def _column(session: Session, home: University, run: Run, learners: list[Enrolment]) -> None:
    """A column in the LMS that shows the overall result to both."""
    registration = factories.registration(session, home.institution)
    context = factories.context(session, registration)
    overall = next(part for part in run.components if part.component_id is None)
    session.add(LineItem(
        institution_id=run.institution_id, context_id=context.id, run_component_id=overall.id, resource_id="r",
        url="https://lms.example/items/1", label="Result", maximum=Decimal(100), holds="overall", is_ours_to_fill=True,
    ))
    for enrolment in learners:
        user = factories.lti_user(session, registration, f"u{enrolment.id}", person_id=enrolment.person_id)
        session.add(Membership(
            institution_id=run.institution_id, context_id=context.id, lti_user_id=user.id, role="learner",
            seen_at=home.now,
        ))
    session.flush()


TOGETHER = {"awards": 2, "granted": 2, "final": 2, "scores": 2, "clocks": 2}


def test_a_board_s_ratification(engine: Engine, sessions: Sessions, now: datetime) -> None:
    university = marked(sessions, now)
    with sessions.begin() as session:
        home = university.again(session)
        board = home.board(session.scalars(select(Run)).one())
        key, digest = board.key, home.pack(board).digest
    done = all_or_nothing(engine, sessions, lambda session: boards.ratify(
        session, university.again(session).actor("alice"), key, digest, now
    ))
    assert counts(sessions) == TOGETHER
    assert done.count("INSERT") >= 5 and done[-1] == "COMMIT"


def test_a_confirmed_minute(engine: Engine, sessions: Sessions, now: datetime) -> None:
    university = marked(sessions, now, "minuted")
    with sessions.begin() as session:
        home = university.again(session)
        found = minutes.list_for(session, home.actor("dana"), [university.run_key])
        minute = minutes.enter(
            session, home.actor("dana"), run_keys=[university.run_key], reference="FAC 2026/12", held_on=now.date(),
            seen_digest=found.digest, now=now, title="Faculty board",
        )
        key, digest = minute.key, found.digest
    all_or_nothing(engine, sessions, lambda session: minutes.confirm(
        session, university.again(session).actor("erin"), key, digest, now
    ))
    assert counts(sessions) == TOGETHER


def test_an_approved_amendment(engine: Engine, sessions: Sessions, now: datetime) -> None:
    university, later = marked(sessions, now), now + timedelta(days=2)
    with sessions.begin() as session:
        home = university.again(session)
        lena = session.scalars(select(Enrolment).order_by(Enrolment.id)).first()
        assert lena is not None
        home.ratify(lena.run)
        home.mark(lena, "PORT", "80", board=1)
        decisions.decide(session, lena, later)
        proposed = amendments.propose(
            session, home.actor("dana"), lena, reason="A page was not marked.", authority_reference="CA 7", now=later,
        )
        key = proposed.key
    all_or_nothing(engine, sessions, lambda session: amendments.approve(
        session, university.again(session).actor("alice"), key, later
    ))
    assert counts(sessions) == {"awards": 3, "granted": 3, "final": 3, "scores": 3, "clocks": 2}


def test_an_agreement_that_was_read_back(engine: Engine, sessions: Sessions, now: datetime) -> None:
    with sessions.begin() as session:
        world = delivering.world(session, authority="record_system", takes_provisional=True)
        waiting(session, world)
        agree(world)

    def take(session: Session) -> None:
        destination = session.merge(world.destination, load=True)
        for remote in world.system.read_back():
            readback.take(session, destination, remote, now)

    done = all_or_nothing(engine, sessions, take)
    found = counts(sessions)
    assert (found["awards"], found["granted"]) == (1, 1)
    assert done.count("INSERT") >= 3


@pytest.mark.parametrize("count", [0, 1])
def test_the_failure_is_where_it_is_laid(engine: Engine, sessions: Sessions, count: int) -> None:
    with pytest.raises(Broken), breaking_after(engine, count) as done, sessions.begin() as session:
        session.execute(select(1))
        session.execute(select(2))
    assert len(done) == count
