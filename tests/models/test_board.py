"""Decisions and boards: numbered once, each person once on a board, each learner once before it."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.board import BoardCase, BoardMember, Conflict, Decision, ExamBoard
from tests import factories
from tests.models.conftest import Refuses
from tests.services import delivering


@pytest.fixture
def board(session: Session, world: delivering.World) -> ExamBoard:
    made = ExamBoard(institution_id=world.institution.id, kind="cairn", title="June", held_on=date(2026, 6, 17))
    session.add(made)
    session.flush()
    return made


def test_a_decision_number_is_given_once_per_registration(
    session: Session, world: delivering.World, refuses: Refuses
) -> None:
    enrolment = delivering.learner(session, world)
    delivering.decision(session, enrolment)
    refuses(Decision(
        institution_id=enrolment.institution_id, enrolment_id=enrolment.id, number=1, board_number=1, kind="PASS",
        inputs_digest="0" * 64, regulations="INV-2026.1", decided_at=delivering.RATIFIED,
    ))


def test_figures_of_a_decision_are_exact(session: Session, world: delivering.World) -> None:
    made = delivering.decision(session, delivering.learner(session, world), "49.45")
    session.expire(made)
    assert (str(made.overall), made.uncapped) == ("49.45", None)


def test_nobody_sits_twice(session: Session, world: delivering.World, board: ExamBoard, refuses: Refuses) -> None:
    alice = factories.person(session, world.institution, "Alice")

    def seat(part: str) -> BoardMember:
        return BoardMember(
            institution_id=board.institution_id, board_id=board.id, person_id=alice.id, part=part,
        )

    session.add(seat("chair"))
    session.flush()
    refuses(seat("external"))


def test_a_learner_comes_once_before_a_board(
    session: Session, world: delivering.World, board: ExamBoard, refuses: Refuses
) -> None:
    decision = delivering.decision(session, delivering.learner(session, world), str(Decimal(62)))

    def case() -> BoardCase:
        return BoardCase(
            institution_id=board.institution_id, board_id=board.id, enrolment_id=decision.enrolment_id,
            decision_id=decision.id,
        )

    session.add(case())
    session.flush()
    assert board.cases[0].state == "listed"
    refuses(case())


def test_a_conflict_is_declared_once(
    session: Session, world: delivering.World, board: ExamBoard, refuses: Refuses
) -> None:
    alice, lena = (factories.person(session, world.institution, name) for name in ("Alice", "Lena"))

    def conflict() -> Conflict:
        return Conflict(
            institution_id=board.institution_id, board_id=board.id, member_id=alice.id, learner_id=lena.id,
        )

    session.add(conflict())
    session.flush()
    refuses(conflict())
