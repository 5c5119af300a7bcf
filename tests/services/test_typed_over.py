"""What somebody types, tells or takes back here stands over what the LMS goes on showing, until that is new."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.platform import LineItem
from lti_tool.services import (
    capture,
    column_states,
    gradebook_csv,
    identity,
    marksheet,
    outcomes,
    parting,
    submission_facts,
)
from lti_tool.services.errors import NotFound, Refused
from tests.services import delivering
from tests.services.taking_in import GRADED_AT, Intake, reading
from tests.services.test_sittings import decided

MOODLE = "First name,Surname,ID number,Email address,{columns},Last downloaded from this course"


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


@pytest.fixture
def lena(intake):
    lena = intake.learner("Lena", "1001")
    intake.account("lena", intake.people["Lena"])
    return lena


def upload(intake, content, column):
    key, bob = intake.part().key, intake.actor("bob")
    shown = gradebook_csv.preview(intake.session, bob, key, content, column, intake.now, Decimal(100))
    gradebook_csv.apply(intake.session, bob, key, content, column, shown.digest, intake.now, Decimal(100))
    return [plan.kind for plan in shown.plans]


def moodle(intake, raw, hours):
    at = int((GRADED_AT + timedelta(hours=hours)).timestamp())
    head = MOODLE.format(columns="Quiz: A (Real)")
    return upload(intake, f"{head}\nN,N,1001,a@example.org,{raw},{at}".encode(), "Quiz: A (Real)")


def canvas(intake, raw, hours):
    rows = ["Student,ID,SIS User ID,SIS Login ID,Section,Risk (7001)", "Points Possible,,,,,100", f"L,1,1001,l,S,{raw}"]
    return upload(intake, ("\n".join(rows) + "\n" * hours).encode(), "Risk (7001)")


def column(intake, raw, hours):
    item = intake.session.scalars(select(LineItem)).first() or intake.column()
    at = None if hours is None else hours * 60
    capture.store(
        intake.session, item.id, [reading("lena", raw, after=at)], started_at=intake.now, now=intake.now,
    )


def say(intake, lena, text="", **told):
    part, bob = intake.part(), intake.actor("bob")
    line = marksheet.sheet(intake.session, bob, part.key).lines[0]
    entry = marksheet.Entry(enrolment_key=lena.key, text=text, seen=line.seen, **told)
    marksheet.apply(intake.session, bob, part.key, [entry], intake.now)


def stands(intake, lena):
    row = outcomes.standing_now(intake.session, lena, intake.part())
    return row.status, row.raw, row.attempt


@pytest.mark.parametrize("text, status", [
    ("misconduct zero", "misconduct_zero"), ("deferred", "deferred"), ("absent", "absent"),
])
@pytest.mark.parametrize("first, then", [
    (moodle, moodle), (canvas, canvas), (column, moodle), (column, canvas), (canvas, column),
])
def test_the_same_mark_again_is_no_news_under_a_word_that_was_typed(intake, lena, first, then, text, status):
    first(intake, "75", 1)
    say(intake, lena, text)
    then(intake, "75", 30 if then is not column else None)
    assert stands(intake, lena)[:2] == (status, None)


@pytest.mark.parametrize("way", [moodle, canvas, column])
def test_another_mark_is(intake, lena, way):
    way(intake, "75", 1)
    say(intake, lena, "absent")
    way(intake, "76", 30)
    assert stands(intake, lena)[:2] == ("marked", 76)


def test_the_same_mark_graded_anew_is(intake, lena):
    column(intake, "75", 1)
    say(intake, lena, "absent")
    column(intake, "75", 30)
    assert stands(intake, lena)[:2] == ("marked", 75)


@pytest.mark.parametrize("way", [moodle, canvas])
def test_the_mark_of_the_first_sitting_is_no_resit(intake, lena, way):
    way(intake, "36", 1)
    delivering.award(intake.session, decided(intake, lena, "RESIT", number=9))
    intake.run.board_number = intake.run.sitting = 2
    say(intake, lena, "absent")
    way(intake, "36", 30)
    assert stands(intake, lena) == ("absent", None, 2)


@pytest.mark.parametrize("shown", [[reading("lena", None)], []])
def test_a_mark_that_is_gone_is_noticed_although_its_hand_in_was_told(intake, lena, shown):
    column(intake, "60", 0)
    say(intake, lena, submitted_at=GRADED_AT)
    item = intake.session.scalars(select(LineItem)).one()
    capture.store(intake.session, item.id, shown, started_at=intake.now, now=intake.now)
    assert [(row.ours, row.theirs) for row in intake.discrepancies()] == [("60 of 100", "no mark")]


def test_what_a_person_has_closed_is_not_opened_again_by_the_next_reading(intake, lena):
    column(intake, "60", 0)
    item = intake.session.scalars(select(LineItem)).one()
    for _ in range(2):
        capture.store(intake.session, item.id, [], started_at=intake.now, now=intake.now)
        [found] = intake.discrepancies()
        found.closed_at, found.closed_by = intake.now, intake.people["dana"].id
        intake.session.flush()


def test_the_other_column_of_one_export_is_put_right_again(intake, lena):
    head = MOODLE.format(columns="Quiz: A (Real),Quiz: B (Real)")
    content = f"{head}\nN,N,1001,a@example.org,60,70,{int(GRADED_AT.timestamp())}".encode()
    found = [upload(intake, content, f"Quiz: {name} (Real)") for name in ("A", "B", "A", "A")]
    assert found == [["new"], ["new"], ["new"], ["unchanged"]]
    assert stands(intake, lena)[:2] == ("marked", 60)


def test_what_was_held_before_the_board_is_no_resit_of_it(intake, lena):
    account = intake.account("second")
    item = intake.column()
    shown = [reading("lena", "36", after=0), reading("second", "45", after=1)]
    capture.store(intake.session, item.id, shown, started_at=intake.now, now=intake.now - timedelta(days=60))
    award = delivering.award(intake.session, decided(intake, lena, "RESIT", number=9))
    assert award.ratified_at > intake.now - timedelta(days=60)
    intake.run.board_number = intake.run.sitting = 2
    identity.confirm(intake.session, intake.actor("dana"), account.key, lena.person.key, intake.now)
    assert {row.attempt for row in intake.outcomes(lena)} == {1}


@pytest.mark.parametrize("text", ["0001-01-01T00:00Z", "9999-12-31T23:59Z", "1999-12-31 23:59", "2101-01-01"])
def test_a_time_that_cannot_be_meant_is_refused(text):
    with pytest.raises(Refused, match="is no time"):
        submission_facts.instant(text, None)


def test_an_extension_of_any_length_is_a_sentence():
    with pytest.raises(Refused, match="no number of hours"):
        submission_facts.hours("9" * 5000)


class TestParted:
    """A course that does not teach the run any more."""

    @pytest.fixture
    def column_of_ours(self, intake, lena, session):
        intake.part().authority = "cairn"
        item = intake.column()
        item.is_ours_to_fill, item.release = True, "at_once"
        session.flush()
        say(intake, lena, "63")
        parting.part(session, intake.actor("dana"), intake.context.key, intake.run.key, "It is another.", intake.now)
        return item

    def test_no_score_goes_to_it_and_its_teachers_see_none(self, intake, session, column_of_ours):
        [message] = session.scalars(select(OutboxMessage)).all()
        assert (message.state, message.error_text[:7]) == ("failed", "Closed:")
        assert column_states.of_course(session, intake.context) == []
        message.state = "on_hold"
        with pytest.raises(NotFound):
            column_states.send_again(session, intake.actor("bob"), intake.context, message.key, intake.now)

    def test_a_reading_that_was_on_its_way_is_not_taken(self, intake, session, column_of_ours):
        with pytest.raises(NotFound):
            capture.store(session, column_of_ours.id, [], started_at=intake.now, now=intake.now)

    def test_its_address_is_free_for_a_column_made_anew(self, column_of_ours):
        assert (column_of_ours.url, column_of_ours.state) == ("", "gone")
