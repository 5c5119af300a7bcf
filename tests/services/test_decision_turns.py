"""A mark that comes in while a board ratifies is seen before, or it is late; it is never lost (I3)."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from threading import Event, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import Sessions
from lti_tool.models.award import Award
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import Discrepancy
from lti_tool.models.outcome import Outcome
from lti_tool.services import boards, decisions
from lti_tool.services.errors import Refused
from tests.services.ratifying import University

A_MOMENT = 1.0  # enough for whoever waits for nobody
Part = Callable[[Event, Event], None]


@pytest.mark.parametrize("mark_is_first", [True, False], ids=["the mark first", "the board first"])
def test_no_mark_is_lost_beside_a_ratification(sessions: Sessions, now: datetime, mark_is_first: bool) -> None:
    with sessions.begin() as session:
        home = University(session, now)
        run = home.run()
        lena = home.marked(run, "60", "60").id
        board = home.board(run)
        alice, key, digest = home.actor("alice"), board.key, home.pack(board).digest
    refused: list[str] = []

    def mark(written: Event, go: Event) -> None:
        with sessions.begin() as session:
            _mark(session, lena, now)
            written.set()
            go.wait(10)

    def ratify(written: Event, go: Event) -> None:
        try:
            with sessions.begin() as session:
                boards.ratify(session, alice, key, digest, now)
                written.set()
                go.wait(10)
        except Refused as error:
            refused.append(error.code)

    _one_inside_the_other(*((mark, ratify) if mark_is_first else (ratify, mark)))
    with sessions() as session:
        late = session.scalars(select(Discrepancy.kind).where(Discrepancy.enrolment_id == lena)).all()
        marks = session.scalars(select(Award.mark)).all()
    if mark_is_first:
        assert (refused, marks) == (["changed_since_seen"], [])
    else:
        assert (refused, marks, late) == ([], [Decimal(60)], ["late_score"])


def _mark(session: Session, enrolment_id: int, now: datetime) -> None:
    lena = session.get_one(Enrolment, enrolment_id)
    part = next(part for part in lena.run.components if part.component and part.component.code == "CRIT")
    session.add(Outcome(
        institution_id=lena.institution_id, enrolment_id=lena.id, run_component_id=part.id, board_number=1, attempt=1,
        status="marked", source="marksheet", raw=Decimal(70), delivery="late", standing="counted", read_at=now,
    ))
    session.flush()
    decisions.decide(session, lena, now)


def _one_inside_the_other(first: Part, second: Part) -> None:
    """The second begins once the first has written, and the first ends only after that."""
    written, go = Event(), Event()
    early = Thread(target=first, args=(written, go))
    early.start()
    assert written.wait(30)
    done = Event()
    done.set()
    late = Thread(target=second, args=(Event(), done))
    late.start()
    late.join(A_MOMENT)
    go.set()
    early.join()
    late.join()
