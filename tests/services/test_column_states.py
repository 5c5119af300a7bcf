"""What went back into the columns of a course, and who may send it again."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.people import LtiUser
from lti_tool.models.platform import LineItem
from lti_tool.services import column_states, outbox
from lti_tool.services.bodies import ScoreFigure
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services.taking_in import Intake


@dataclass
class Course:
    """A course with a column of ours, and Lena in it."""

    intake: Intake
    column: LineItem
    lena: LtiUser

    def queue(self, raw: str) -> OutboxMessage:
        figure = ScoreFigure(value=Decimal(raw), maximum=Decimal(100))
        return outbox.enqueue_score(self.intake.session, self.column, self.lena, figure, self.intake.now)


@pytest.fixture
def course(session: Session, now: datetime) -> Course:
    intake = Intake(session, now)
    column = intake.column()
    column.is_ours_to_fill = True
    return Course(intake, column, intake.account("lena", intake.learner().person, name="Lena L."))


def test_the_newest_score_of_each_learner_is_shown(course: Course, session: Session) -> None:
    for raw in ("50", "61.5"):
        course.queue(raw)
    (column,) = column_states.of_course(session, course.intake.context)
    assert (column.title, column.is_made, column.release) == ("PORT", True, "once it is ratified")
    assert [(row.name, row.figure, row.state) for row in column.rows] == [("Lena L.", "61.5 of 100", "ready")]


def test_a_column_where_the_lms_makes_the_marks_is_none_of_ours(course: Course, session: Session) -> None:
    course.column.is_ours_to_fill = False
    assert column_states.of_course(session, course.intake.context) == []


def test_a_score_on_hold_can_be_sent_again_by_whoever_teaches_the_course(course: Course, session: Session) -> None:
    message = course.queue("61.5")
    message.state, message.error_class, message.tries = "on_hold", "fix_there", 3
    session.flush()
    (row,) = column_states.of_course(session, course.intake.context)[0].rows
    assert row.may_be_sent_again and row.trouble is not None
    bob, now = course.intake.actor("bob"), course.intake.now
    other = factories.context(session, course.intake.registration, "course-2")
    with pytest.raises(NotFound):
        column_states.send_again(session, bob, other, message.key, now)
    column_states.send_again(session, bob, course.intake.context, message.key, now)
    assert (message.state, message.tries) == ("ready", 0)
    with pytest.raises(Refused, match="on its way already"):
        column_states.send_again(session, bob, course.intake.context, message.key, now)
