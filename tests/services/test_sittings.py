"""A gradebook has one cell per learner; whether another mark is a correction or a resit, people say."""

import pytest

from lti_tool.models.board import Decision
from lti_tool.services import outcomes, sittings
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.outcome_values import MARKSHEET, MOODLE_CSV, NewOutcome
from tests.services import delivering
from tests.services.taking_in import GRADED_AT, Intake, mark


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


def told(intake, enrolment, kind, board=1):
    """What the learner was told by a board, after which the run moves on to the next; incomplete is not ratified."""
    decision = decided(intake, enrolment, kind, board)
    if kind != "INCOMPLETE":
        delivering.award(intake.session, decision)
    intake.run.board_number = board + 1
    intake.session.flush()


def decided(intake, enrolment, kind, board=1, number=None):
    made = Decision(
        institution_id=intake.institution.id, enrolment_id=enrolment.id, enrolment=enrolment, number=number or board,
        board_number=board, kind=kind, inputs_digest="", regulations="INV-2026.1", decided_at=intake.now,
    )
    intake.session.add(made)
    intake.session.flush()
    return made


def after(intake, first, kind, then, sitting):
    """Attempt, board and first sit of ``then``, which came after ``first`` and a board that said ``kind``."""
    lena = intake.learner()
    outcomes.append(intake.session, lena, intake.part(), first, intake.now)
    told(intake, lena, kind)
    intake.run.sitting = sitting
    row = outcomes.append(intake.session, lena, intake.part(), then, intake.now)
    return (row.attempt, row.board_number, row.is_first_sit) if row else None


def said(status, **fields):
    return NewOutcome(source=MARKSHEET, status=status, read_at=GRADED_AT, **fields)


@pytest.mark.parametrize(
    "first, kind, then, sitting, placed",
    [
        pytest.param(
            mark("36"), "RESIT", mark("41"), 2, (2, 2, False), id="told to resit, the sitting is open: attempt 2"
        ),
        pytest.param(
            mark("49"), "RESIT", mark("51"), 1, (1, 1, False), id="told to resit, no sitting yet: a late correction"
        ),
        pytest.param(mark("62"), "PASS", mark("65"), 2, (1, 1, False), id="passed: a late correction"),
        pytest.param(mark("10"), "FAIL_FINAL", mark("65"), 2, (1, 1, False), id="nothing left to resit: a correction"),
        pytest.param(
            said("deferred"), "DEFERRED", mark("70"), 2, (1, 2, True), id="I8 deferred: the first sit, uncapped"
        ),
        pytest.param(said("deferred"), "DEFERRED", mark("70"), 1, (1, 2, True), id="I8 deferred: no sitting needed"),
        pytest.param(said("pending"), "INCOMPLETE", mark("70"), 1, (1, 2, False), id="pending: the mark comes at last"),
        pytest.param(said("unagreed"), "INCOMPLETE", mark("52"), 1, (1, 2, False), id="unagreed, then agreed"),
        pytest.param(said("absent"), "RESIT", mark("55"), 2, (2, 2, False), id="absent uses the attempt"),
        pytest.param(said("misconduct_zero"), "RESIT", mark("75"), 2, (2, 2, False), id="so does misconduct"),
        pytest.param(
            mark("42"), "RESIT", said("carried", from_attempt=1), 1, (2, 2, False), id="carried is the next attempt"
        ),
        pytest.param(
            mark("42"), "RESIT", said("deferred", attempt=2), 1, (2, 2, False), id="I8 a resit deferred stays a resit"
        ),
        pytest.param(mark("42"), "RESIT", said("absent", attempt=1), 2, (1, 1, False), id="an attempt that is named"),
        pytest.param(
            mark("42", source=MOODLE_CSV, after=1),
            "RESIT",
            mark("42", source=MOODLE_CSV, after=9),
            2,
            (1, 1, False),
            id="the same mark in a later export is the same mark",
        ),
        pytest.param(
            mark("42", after=1),
            "RESIT",
            mark("42", after=9),
            2,
            (2, 2, False),
            id="the same mark, graded anew, is a resit",
        ),
        pytest.param(mark("42"), "RESIT", mark("42"), 2, None, id="the same mark, no time: nothing has happened"),
    ],
)
def test_where_a_result_belongs(intake, first, kind, then, sitting, placed):
    assert after(intake, first, kind, then, sitting) == placed


def test_a_deferred_resit_is_taken_as_the_resit(intake):
    lena = intake.learner()
    outcomes.append(intake.session, lena, intake.part(), mark("41"), intake.now)
    told(intake, lena, "RESIT")
    outcomes.append(intake.session, lena, intake.part(), said("deferred", attempt=2), intake.now)
    row = outcomes.append(intake.session, lena, intake.part(), mark("60"), intake.now)
    assert (row.attempt, row.board_number, row.is_first_sit) == (2, 2, False)


def test_i8_a_first_sit_that_is_waited_for_stays_one(intake):
    assert after(intake, said("deferred"), "DEFERRED", said("pending"), 1) == (1, 2, True)
    lena = intake.session.query(Decision).one().enrolment
    row = outcomes.append(intake.session, lena, intake.part(), mark("70"), intake.now)
    assert (row.attempt, row.board_number, row.is_first_sit) == (1, 2, True)


def test_a_correction_of_the_resit_is_of_the_resit(intake):
    assert after(intake, mark("36"), "RESIT", mark("41"), 2) == (2, 2, False)
    lena = intake.session.query(Decision).one().enrolment
    row = outcomes.append(intake.session, lena, intake.part(), mark("43"), intake.now)
    assert (row.attempt, row.board_number) == (2, 2)


def test_facts_of_one_submission_are_not_those_of_the_next(intake):
    late = mark("42", submitted_at=GRADED_AT, extension_hours=24)
    assert after(intake, late, "RESIT", mark("60"), 2) == (2, 2, False)
    newest = intake.session.query(outcomes.Outcome).order_by(outcomes.Outcome.id.desc()).first()
    assert (newest.submitted_at, newest.extension_hours) == (None, 0)


def test_a_sitting_opens_after_its_board(session, intake, now):
    with pytest.raises(Refused, match="has not met"):
        sittings.open_next(session, intake.actor(), intake.run.key, now)
    intake.run.board_number = 2
    assert sittings.open_next(session, intake.actor(), intake.run.key, now).sitting == 2


def test_the_sitting_of_another_institution_is_not_found(session, intake, now):
    with pytest.raises(NotFound):
        sittings.open_next(session, Intake(session, now, "elsewhere").actor(), intake.run.key, now)


def test_who_was_left_out_of_the_board_was_told_nothing(intake):
    lena = intake.learner()
    outcomes.append(intake.session, lena, intake.part(), mark("6"), intake.now)
    decided(intake, lena, "RESIT")
    intake.run.board_number = intake.run.sitting = 2
    row = outcomes.append(intake.session, lena, intake.part(), mark("60"), intake.now)
    assert (row.attempt, row.is_first_sit) == (1, False), "a correction, and not a capped second attempt"


def test_a_late_figure_after_a_pass_tells_nobody_to_sit_again(intake):
    lena = intake.learner()
    outcomes.append(intake.session, lena, intake.part(), mark("60"), intake.now)
    told(intake, lena, "PASS")
    decided(intake, lena, "RESIT", number=2)
    intake.run.sitting = 2
    row = outcomes.append(intake.session, lena, intake.part(), mark("61"), intake.now)
    assert row.attempt == 1
