"""I14: a score is confirmed once its column shows it, and until then waits with a due time or an owner."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from connectors.errors import Unavailable
from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.delivery import Discrepancy, OutboxMessage
from lti_tool.models.people import LtiUser, Person
from lti_tool.models.platform import LineItem
from lti_tool.services import (
    capture,
    discrepancies,
    message_acts,
    outbox,
    outcomes,
    queue,
    shown_scores,
)
from lti_tool.services.bodies import ScoreFigure
from lti_tool.services.capture import Column
from lti_tool.services.readings import Reading
from tests.services.taking_in import Intake, mark, reading

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LOOKS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 872, 1232]  # minutes after sending: twice as late, then every six hours


class Gradebook:
    """An LMS that shows a column, or breaks off; it can see whether the database is busy meanwhile."""

    def __init__(
        self, *readings: Reading, error: Exception | None = None, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        self.readings, self.error, self.meanwhile = readings, error, meanwhile

    def results(self, column: Column) -> Iterator[Reading]:
        self.meanwhile()
        yield from self.readings
        if self.error:
            raise self.error


@dataclass
class Course:
    """Lena's mark of 62 was made in Cairn, and sent to a column of 100."""

    sessions: Sessions
    now: datetime
    intake: Intake
    lena: Enrolment
    account: LtiUser
    part_id: int
    overall_id: int

    def send(self, raw: str | None, *, ago: timedelta = MINUTE, out_of: str = "100") -> None:
        """The LMS took another score, so long ago."""
        with self.sessions.begin() as session:
            item = session.scalars(select(LineItem)).one()
            figure = ScoreFigure(value=None if raw is None else Decimal(raw), maximum=Decimal(out_of))
            message = outbox.enqueue_score(session, item, session.get_one(LtiUser, self.account.id), figure, self.now)
            message.state, message.sent_at = "sent", utcnow() - ago
            message.enrolment_id = self.lena.id

    def show(self, *readings: Reading) -> OutboxMessage:
        """The column is read, and shows this; the newest message."""
        shown_scores.look(self.sessions, Gradebook(*readings), 1, lambda: self.now)
        return self.message()

    def message(self) -> OutboxMessage:
        with self.sessions() as session:
            return session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()

    def open_ones(self) -> list[tuple[str, str, str]]:
        with self.sessions() as session:
            rows = session.scalars(select(Discrepancy).where(Discrepancy.closed_at.is_(None))).all()
            return [(row.kind, row.ours, row.theirs) for row in rows]

    def due(self, now: datetime) -> list[int]:
        with self.sessions() as session:
            return shown_scores.due(session, now)


@pytest.fixture
def course(sessions: Sessions, now: datetime) -> Course:
    with sessions.begin() as session:
        intake = Intake(session, now)
        intake.part().authority = "cairn"
        item = intake.column()
        item.is_ours_to_fill = True
        lena = intake.learner()
        outcomes.append(session, lena, intake.part(), mark("62", source="marksheet"), now)
        account = intake.account("lena", lena.person, name="Lena L.")
        parts = intake.part().id, intake.part("").id
    return Course(sessions, now, intake, lena, account, *parts)


@pytest.mark.parametrize("shown, out_of, ago, state, code", [
    pytest.param("62", "100", MINUTE, "confirmed", "", id="the same figure"),
    pytest.param("12.4", "20", MINUTE, "confirmed", "", id="rescaled by the LMS"),
    pytest.param("62.00000", "100", 2 * DAY, "confirmed", "", id="the same figure, late"),
    pytest.param("75", "100", MINUTE, "on_hold", "overridden", id="another figure"),
    pytest.param("0", "100", MINUTE, "on_hold", "overridden", id="I4: nought is a figure"),
    pytest.param("40", "100", MINUTE, "sent", "", id="what it was asked to show before"),
    pytest.param("40", "100", DAY, "on_hold", "not_shown", id="what it was asked to show before, for a day"),
    pytest.param(None, "100", MINUTE, "sent", "", id="nothing yet"),
    pytest.param(None, "100", DAY - MINUTE, "sent", "", id="nothing for nearly a day"),
    pytest.param(None, "100", DAY, "on_hold", "not_shown", id="nothing for a day"),
])
def test_what_becomes_of_a_score(
    course: Course, shown: str | None, out_of: str, ago: timedelta, state: str, code: str
) -> None:
    course.send("40", ago=2 * DAY)
    course.send("62", ago=ago)
    message = course.show(reading("lena", shown, maximum=out_of))
    assert (message.state, message.error_code) == (state, code)
    assert bool(message.error_text) == (state == "on_hold")
    assert (message.confirmed_at is None) == (state != "confirmed")


def test_of_somebody_the_column_does_not_name_nothing_is_shown(course: Course) -> None:
    course.send("62", ago=DAY)
    assert course.show(reading("omar", "62")).error_code == "not_shown"


def test_a_mark_taken_back_is_confirmed_once_nothing_stands_there(course: Course) -> None:
    course.send("62", ago=DAY)
    course.send(None)
    assert course.show(reading("lena", "62")).state == "sent"
    assert course.show(reading("lena", None)).state == "confirmed"


def test_a_later_version_answers_for_the_one_before(course: Course) -> None:
    course.send("40")
    course.send("62")
    course.show(reading("lena", "62"))
    with course.sessions() as session:
        assert session.scalars(select(OutboxMessage.state).order_by(OutboxMessage.id)).all() == [
            "superseded", "confirmed",
        ]


def test_another_figure_is_a_difference_that_registry_may_close(course: Course) -> None:
    course.send("62")
    course.show(reading("lena", "15", maximum="20"))
    assert course.open_ones() == [("other_side", "62 of 100", "15 of 20")]
    message = course.message()
    assert (message.theirs_mark, message.theirs_grade) == (15, "of 20")
    with course.sessions.begin() as session:
        [row] = session.scalars(select(Discrepancy))
        assert (row.enrolment_id, row.message_id) == (course.lena.id, message.id)
        discrepancies.close(session, course.intake.actor(), row.key, "The teacher's is kept.", course.now)
    assert course.message().state == "failed"
    assert course.due(utcnow() + DAY) == [], "nothing is left to look for"


def test_what_a_teacher_takes_back_is_seen_by_itself(course: Course) -> None:
    course.send("62")
    course.show(reading("lena", "75"))
    course.show(reading("lena", "70"))
    assert course.open_ones() == [("other_side", "62 of 100", "70 of 100")], "one, as it is now"
    message = course.show(reading("lena", "62"))
    assert (message.state, message.error_code, course.open_ones()) == ("confirmed", "", [])


@pytest.mark.parametrize("captured_first", [True, False])
def test_one_difference_however_it_was_seen(course: Course, captured_first: bool) -> None:
    course.send("62")
    other = Gradebook(reading("lena", "75"))
    looks = [
        lambda: capture.capture(course.sessions, other, 1, lambda: course.now),
        lambda: course.show(reading("lena", "75")),
    ]
    for look in looks if captured_first else reversed(looks):
        look()
    assert course.open_ones() == [("other_side", "62 of 100", "75 of 100")]


def test_an_echo_is_no_outcome_though_the_lms_rounds_it(course: Course) -> None:
    course.send("37", out_of="60")
    capture.capture(course.sessions, Gradebook(reading("lena", "61.67")), 1, lambda: course.now)
    with course.sessions() as session:
        part = session.get_one(RunComponent, course.part_id)
        stands = outcomes.standing_now(session, session.get_one(Enrolment, course.lena.id), part)
    assert stands is not None and stands.raw == 62
    assert course.open_ones() == []
    assert course.show(reading("lena", "61.67")).state == "confirmed"


def test_it_can_be_sent_again(course: Course) -> None:
    course.send("62", ago=DAY)
    message = course.show()
    with course.sessions.begin() as session:
        shown = queue.one(session, course.intake.institution.id, message.key)
        assert (shown.owner, shown.learner) == ("department", "Lena")
        assert "then send again" in shown.sentence
        message_acts.retry(session, course.intake.actor(), message.key, course.now)
    assert course.show(reading("lena", "75")).state == "ready", "what was read before it goes again says nothing"


def test_no_transaction_is_open_over_the_network(course: Course) -> None:
    def write() -> None:
        with course.sessions.begin() as session:
            session.get_one(LineItem, 1).label = "written meanwhile"

    course.send("62")
    shown_scores.look(
        course.sessions, Gradebook(reading("lena", "62"), meanwhile=write), 1, lambda: course.now
    )
    assert course.message().state == "confirmed"


def test_one_that_was_sent_again_meanwhile_waits_for_its_turn(course: Course) -> None:
    course.send("62")
    gradebook = Gradebook(reading("lena", "62"), meanwhile=lambda: course.send("70", ago=timedelta(0)))
    shown_scores.look(course.sessions, gradebook, 1, lambda: course.now)
    assert course.message().state == "sent"


@pytest.mark.parametrize("error", [Unavailable("lms.example cannot be reached"), KeyError("lena.l@example.org")])
@pytest.mark.parametrize("ago, state, code", [
    pytest.param(MINUTE, "sent", "", id="today"), pytest.param(DAY, "on_hold", "not_read", id="for a day"),
])
def test_a_column_that_cannot_be_read(
    course: Course, error: Exception, ago: timedelta, state: str, code: str
) -> None:
    course.send("62", ago=ago)
    with pytest.raises(type(error)):
        shown_scores.look(course.sessions, Gradebook(error=error), 1, lambda: course.now)
    assert (course.message().state, course.message().error_code) == (state, code)
    assert course.due(utcnow()) == [], "it waits for its next turn"
    assert course.show(reading("lena", "62")).state == "confirmed", "and once it can be read, all is well"


def test_of_somebody_who_was_erased_nothing_can_be_seen_any_more(course: Course) -> None:
    course.send("62")
    with course.sessions.begin() as session:
        session.get_one(Person, course.lena.person_id).erased_at = course.now
    message = course.show()
    assert (message.state, "erased" in message.error_text) == ("failed", True)


def test_a_column_is_looked_at_less_and_less(course: Course) -> None:
    course.send("62")
    sent_at, looked = course.message().sent_at, []
    assert sent_at is not None
    for minute in range(1300):
        if course.due(sent_at + minute * MINUTE):
            looked.append(minute)
            with course.sessions.begin() as session:
                session.get_one(LineItem, 1).looked_at = sent_at + minute * MINUTE
    assert looked == LOOKS


def test_another_score_begins_anew(course: Course) -> None:
    course.send("62", ago=DAY)
    with course.sessions.begin() as session:
        session.get_one(LineItem, 1).looked_at = utcnow() - timedelta(hours=1)
    assert course.due(utcnow()) == []
    course.send("70", ago=MINUTE)
    assert course.due(utcnow()) == [1]


@pytest.mark.parametrize("change", [
    pytest.param({"state": "confirmed"}, id="seen already"),
    pytest.param({"state": "ready"}, id="on its way"),
    pytest.param({"state": "on_hold", "error_code": "column_locked"}, id="never taken"),
    pytest.param({"sent_at": None}, id="never sent"),
])
def test_only_what_was_taken_and_not_seen_is_looked_for(course: Course, change: dict[str, object]) -> None:
    course.send("62")
    with course.sessions.begin() as session:
        session.execute(update(OutboxMessage).values(**change))
    assert course.due(utcnow()) == []


def test_an_overall_result_is_looked_for_as_well(course: Course) -> None:
    with course.sessions.begin() as session:
        item = session.get_one(LineItem, 1)
        item.run_component_id, item.holds = course.overall_id, "overall"
    course.send("62")
    assert course.due(utcnow()) == [1]
    assert course.show(reading("lena", "62")).state == "confirmed"
