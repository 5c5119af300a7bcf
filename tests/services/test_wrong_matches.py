"""An account was taken for another person: what it showed is taken back, and the right marks come where they belong."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.models.board import Ratification
from lti_tool.models.delivery import Discrepancy, OutboxMessage
from lti_tool.models.outcome import Outcome
from lti_tool.models.platform import LineItem
from lti_tool.services import awards, bodies, capture, decisions, held, identity, outcomes, passback
from lti_tool.services.written_marks import plain
from tests.services.taking_in import Intake, mark, reading
from tests.services.test_gradebook_csv import apply, moodle

SEVENTY = reading("omar", "70", after=0)


@pytest.fixture
def intake(session, now):
    """The LMS has Omar's account with Lena's number, and 70 was read from it; Lena's own account came later."""
    found = Intake(session, now)
    found.column()
    found.lena, found.omar = found.learner("Lena", "1001"), found.learner("Omar", "1002")
    found.wrong = found.account("omar", sourcedid="1001")
    identity.match_user(session, found.wrong, now)
    read(found, SEVENTY)
    assert standing(found) == {"Lena": "70"}
    return found


def read(intake, *readings):
    """One reading of the column, as the worker does it."""
    item = intake.session.scalars(select(LineItem)).one()
    return capture.store(intake.session, item.id, readings, started_at=intake.now, now=intake.now).totals


def standing(intake):
    """What stands for each of them."""
    found = {}
    for enrolment in (intake.lena, intake.omar):
        stands = outcomes.standing_now(intake.session, enrolment, intake.part())
        if stands is not None:
            said = plain(stands.raw) if stands.raw is not None else stands.status
            found[enrolment.person.display_name] = said
    return found


def put_right(intake, person="omar"):
    """The LMS sends the right number from now on, and registry says who it is."""
    intake.wrong.sourcedid = "1002"
    assert identity.match_user(intake.session, intake.wrong, intake.now) in ("ambiguous", "confirmed")
    enrolment = getattr(intake, person)
    identity.confirm(intake.session, intake.actor(), intake.wrong.key, enrolment.person.key, intake.now)


def test_the_wrong_mark_is_taken_back_and_the_right_person_gets_it(intake):
    put_right(intake)
    assert standing(intake) == {"Lena": "pending"}
    read(intake, SEVENTY)
    assert standing(intake) == {"Lena": "pending", "Omar": "70"}
    assert len(intake.session.scalars(select(Outcome)).all()) == 3, "nothing was deleted"


def test_what_was_read_while_nobody_knew_comes_along(intake):
    intake.wrong.sourcedid = "1002"
    identity.match_user(intake.session, intake.wrong, intake.now)
    assert read(intake, SEVENTY)["held"] == 1
    put_right(intake)
    assert standing(intake) == {"Lena": "pending", "Omar": "70"}


def test_the_rules_decide_anew_for_whoever_lost_a_mark(intake):
    before = decisions.present(intake.session, intake.lena)
    put_right(intake)
    after = decisions.present(intake.session, intake.lena)
    assert (before.number + 1, after.kind) == (after.number, "INCOMPLETE")


@pytest.mark.parametrize("after", [-60, 0, 60, None])
def test_the_mark_of_ones_own_account_counts_whenever_it_was_given(intake, after):
    """Another person's mark makes nothing older."""
    put_right(intake)
    intake.account("lena", intake.lena.person)
    assert read(intake, reading("lena", "55", after=after), SEVENTY)["new"] == 2
    assert standing(intake) == {"Lena": "55", "Omar": "70"}


def test_confirmed_wrongly_and_put_right_again_loses_no_mark(intake):
    """The very same reading comes once more, and counts once more."""
    put_right(intake)
    read(intake, SEVENTY)
    put_right(intake, "lena")
    assert standing(intake) == {"Lena": "pending", "Omar": "pending"}
    assert read(intake, SEVENTY)["new"] == 1
    assert read(intake, SEVENTY)["unchanged"] == 1
    assert standing(intake) == {"Lena": "70", "Omar": "pending"}


def test_a_reading_without_times_comes_once_more_too(intake):
    read(intake, reading("omar", "71"))
    for person in ("omar", "lena"):
        put_right(intake, person)
        assert read(intake, reading("omar", "71"))["new"] == 1
        assert read(intake, reading("omar", "71"))["unchanged"] == 1
    assert standing(intake) == {"Lena": "71", "Omar": "pending"}


def test_a_mark_that_was_told_again_with_its_hand_in_time_is_taken_back_too(intake):
    told = mark("70", source="marksheet", submitted_at=intake.now)
    newest = outcomes.append(intake.session, intake.lena, intake.part(), told, intake.now)
    assert (newest.standing, newest.raw) == ("counted", 70)
    put_right(intake)
    assert standing(intake) == {"Lena": "pending"}


def test_what_somebody_else_showed_meanwhile_stays(intake):
    """The newest is not of the wrong account, so there is nothing to take back."""
    intake.account("lena", intake.lena.person)
    read(intake, reading("lena", "55", after=60))
    put_right(intake)
    assert standing(intake) == {"Lena": "55"}


def test_a_ratified_result_stays_and_somebody_looks(intake, session, now):
    other = intake.part("CRIT")
    outcomes.append(session, intake.lena, other, mark("60"), now)
    decision = decisions.decide(session, intake.lena, now)
    act = Ratification(
        institution_id=intake.institution.id, authority="cairn", reference="INV-DATA/1", held_on=now.date(),
        ratified_at=now,
    )
    session.add(act)
    session.flush()
    award = awards.grant(session, act, decision, now)
    put_right(intake)
    [found] = session.scalars(select(Discrepancy).where(Discrepancy.closed_at.is_(None)))
    assert (found.kind, found.enrolment_id, found.theirs) == ("late_score", intake.lena.id, "INCOMPLETE")
    assert awards.current(session, intake.lena) is award


def test_a_row_of_an_export_goes_back_with_the_account_that_it_named(session, now):
    """The export has the wrong number too; registry knows by the account whose it is."""
    intake = Intake(session, now)
    intake.column()
    intake.part().component.out_of = Decimal(9)
    intake.lena, intake.omar = intake.learner("Lena", "1001"), intake.learner("Omar", "1002")
    intake.wrong = intake.account("omar", sourcedid="1001", email="1001@example.org")
    identity.match_user(session, intake.wrong, now)
    apply(intake, moodle(("1001", "6.00")))
    assert standing(intake) == {"Lena": "6"}
    put_right(intake)
    assert standing(intake) == {"Lena": "pending"}
    apply(intake, moodle(("1001", "6.00")))
    assert standing(intake) == {"Lena": "pending", "Omar": "6"}


def test_a_number_does_not_overrule_what_registry_gave(session, now):
    """A result of an unknown account was given to Lena; the LMS then sends Omar's number. A person decides again."""
    intake = Intake(session, now)
    intake.column()
    intake.lena, intake.omar = intake.learner("Lena", "1001"), intake.learner("Omar", "1002")
    intake.wrong = intake.account("omar")
    assert read(intake, SEVENTY)["held"] == 1
    [waiting] = intake.held()
    held.give(session, intake.actor(), waiting.key, intake.lena.key, now)
    intake.wrong.sourcedid = "1002"
    assert identity.match_user(session, intake.wrong, now) == "ambiguous"
    assert intake.wrong.match_reason == identity.GIVEN_TO_ANOTHER
    read(intake, SEVENTY)
    assert standing(intake) == {"Lena": "70"}, "one mark counts for one person"
    identity.confirm(session, intake.actor(), intake.wrong.key, intake.omar.person.key, now)
    read(intake, SEVENTY)
    assert standing(intake) == {"Lena": "pending", "Omar": "70"}


class TestWhatTheColumnShows:
    """Lena's mark was passed back to Omar's account."""

    @pytest.fixture
    def intake(self, session, now):
        found = Intake(session, now)
        found.part().authority = "cairn"
        column = found.column()
        column.is_ours_to_fill, column.release = True, "at_once"
        found.lena, found.omar = found.learner("Lena", "1001"), found.learner("Omar", "1002")
        found.wrong = found.account("omar", sourcedid="1001")
        identity.match_user(session, found.wrong, now)
        self.marked(found, found.lena, "70")
        return found

    def marked(self, intake, enrolment, raw):
        outcome = outcomes.append(intake.session, enrolment, intake.part(), mark(raw, source="marksheet"), intake.now)
        passback.after_outcome(intake.session, outcome, intake.now)

    def scores(self, intake):
        """What was asked of the column, the newest last: for which account, whose, and the figure."""
        found = []
        for each in intake.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)):
            person = bodies.person_of(intake.session, each)
            body = bodies.open_sealed(intake.session, each.kind, each.key, each.body, person)
            found.append((body.user, person.display_name, body.figure.value, each.state))
        return found

    def test_it_is_cleared_where_its_own_person_has_none(self, intake):
        put_right(intake)
        assert self.scores(intake) == [("omar", "Lena", 70, "superseded"), ("omar", "Omar", None, "ready")]

    def test_its_own_person_s_takes_its_place(self, intake):
        self.marked(intake, intake.omar, "55")
        put_right(intake)
        assert self.scores(intake) == [("omar", "Lena", 70, "superseded"), ("omar", "Omar", 55, "ready")]

    def test_an_equal_one_stays_as_it_is(self, intake):
        self.marked(intake, intake.omar, "70")
        put_right(intake)
        assert self.scores(intake) == [("omar", "Lena", 70, "ready")]

    def test_the_same_person_confirmed_again_changes_nothing(self, intake):
        identity.unlink(intake.session, intake.actor(), intake.wrong.key, intake.now)
        identity.confirm(intake.session, intake.actor(), intake.wrong.key, intake.lena.person.key, intake.now)
        assert self.scores(intake) == [("omar", "Lena", 70, "ready")]

    def test_a_column_that_the_lms_fills_is_left_alone(self, intake):
        intake.session.scalars(select(LineItem)).one().is_ours_to_fill = False
        put_right(intake)
        assert self.scores(intake) == [("omar", "Lena", 70, "ready")]
