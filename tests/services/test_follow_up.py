"""What counts is decided at once, once for each learner; marks made here travel on."""

from decimal import Decimal

import pytest

from lti_tool.models.delivery import OutboxMessage
from lti_tool.services import decisions, follow_up, outcomes
from lti_tool.services.outcome_values import MARKSHEET
from tests import factories
from tests.services.taking_in import Intake, mark


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


def append(intake, enrolment, *results, code="PORT"):
    return [outcomes.append(intake.session, enrolment, intake.part(code), result, intake.now) for result in results]


def test_the_rules_decide_on_what_counts(session, intake, now):
    lena, omar = intake.learner(), intake.learner("Omar", "1002")
    appended = append(intake, lena, mark("60", after=1)) + append(intake, lena, mark("70"), code="CRIT")
    follow_up.after(session, appended, now)
    assert decisions.present(session, lena).kind == "PASS"
    assert decisions.present(session, omar) is None


def test_what_does_not_count_decides_nothing(session, intake, now):
    lena = intake.learner()
    append(intake, lena, mark("60", after=2))
    follow_up.after(session, append(intake, lena, mark("50", after=1)), now)
    assert decisions.present(session, lena) is None


def test_another_change_decides_anew(session, intake, now):
    lena = intake.learner()
    lena.status = "withdrawn"
    follow_up.after_change(session, [lena], now)
    assert decisions.present(session, lena).kind == "WITHDRAWN"


@pytest.mark.parametrize("source, scores", [(MARKSHEET, 1), ("ags", 0)])
def test_marks_made_here_travel_and_native_ones_never(session, intake, now, source, scores):
    lena = intake.learner()
    intake.account("user-1", lena.person)
    factories.destination(
        session, intake.institution, name="lms", connector="lti_scores", registration_id=intake.registration.id
    )
    column = intake.column()
    column.is_ours_to_fill, column.release = True, "at_once"
    intake.part().authority = "cairn" if source == MARKSHEET else "lms"
    session.flush()
    follow_up.after(session, append(intake, lena, mark("60", source=source)), now)
    assert session.query(OutboxMessage).filter_by(kind="score").count() == scores
    assert Decimal(60) == outcomes.standing_now(session, lena, intake.part()).raw
