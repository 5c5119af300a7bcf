"""What is of nobody we know is kept sealed, never guessed, and taken up once somebody says who it is (I12)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lti_tool.services import decisions, held, outcomes
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.outcome_values import NewOutcome
from tests import factories
from tests.services.taking_in import Intake, mark


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


@pytest.fixture
def gast(intake):
    return intake.account("gast")


def keep(intake, account=None, *results, **more):
    return [held.hold(intake.session, intake.part(), result, held.UNKNOWN, intake.now, lti_user=account, **more)
            for result in results]


def test_what_is_held_is_sealed(intake, gast):
    (row,) = keep(intake, gast, mark("88", after=1))
    assert b"88" not in row.body and row.reason == "unknown" and row.resolved_at is None
    assert held.waiting(intake.session, intake.institution.id) == [row]


@pytest.mark.parametrize("results, kept", [
    pytest.param([mark("88", after=1), mark("88", after=1)], 1, id="a duplicate"),
    pytest.param([mark("88"), mark("88")], 1, id="a repetition without time"),
    pytest.param([mark("88"), mark("80"), mark("88")], 3, id="back again"),
    pytest.param([mark("88", after=1), mark("80", after=2)], 2, id="two results"),
])
def test_a_delivery_is_held_once(intake, gast, results, kept):
    keep(intake, gast, *results)
    assert len(intake.held()) == kept


def test_two_unknown_accounts_with_one_mark_are_two(intake, gast):
    keep(intake, gast, mark("88", after=1))
    keep(intake, intake.account("other"), mark("88", after=1))
    assert len(intake.held()) == 2


def test_held_results_are_taken_up_in_order(intake, gast):
    keep(intake, gast, mark("80"), mark("88"), mark("80"))
    lena = intake.learner()
    gast.person_id = lena.person_id
    taken = held.take_up_held(intake.session, gast, intake.now)
    assert [row.raw for row in taken] == [80, 88, 80]
    assert all(row.body is None and row.resolved_at == intake.now for row in intake.held())
    assert held.take_up_held(intake.session, gast, intake.now) == []


def at(result, hours):
    """The same, read so many hours later."""
    return replace(result, read_at=result.read_at + timedelta(hours=hours))


GIVEN_LATE = pytest.mark.parametrize("stood, kept, standing, stands", [
    pytest.param(at(mark("60"), 1), mark("88"), "older", "60", id="the LMS was read since"),
    pytest.param(at(mark("60", source="canvas_csv"), 1), mark("88"), "older", "60", id="an export came since"),
    pytest.param(at(mark("60", after=1), 1), mark("88", after=5), "older", "60", id="whenever it was graded"),
    pytest.param(mark("60"), at(mark("88"), 1), "counted", "88", id="it was read later"),
    pytest.param(mark("60"), mark("88"), "counted", "88", id="read at once, the last one counts"),
    pytest.param(at(mark("60", after=9), -1), mark("88", after=5), "older", "60", id="graded before"),
])


@GIVEN_LATE
def test_what_is_given_late_does_not_count_over_what_was_read_since(intake, stood, kept, standing, stands):
    lena = intake.learner()
    (row,) = keep(intake, None, kept, before="file:4")
    outcomes.append(intake.session, lena, intake.part(), stood, intake.now)
    outcome = held.give(intake.session, intake.actor(), row.key, lena.key, intake.now)
    assert (outcome.raw, outcome.standing) == (88, standing)
    assert str(outcomes.standing_now(intake.session, lena, intake.part()).raw) == stands
    assert row.body is None and row.resolved_at == intake.now


@GIVEN_LATE
def test_nor_does_what_is_taken_up_late(intake, gast, stood, kept, standing, stands):
    lena = intake.learner()
    keep(intake, gast, kept)
    outcomes.append(intake.session, lena, intake.part(), stood, intake.now)
    gast.person_id = lena.person_id
    assert [row.standing for row in held.take_up_held(intake.session, gast, intake.now)] == [standing]


def test_what_was_said_here_since_makes_nothing_older(intake, gast):
    lena = intake.learner()
    keep(intake, gast, mark("88"))
    said = NewOutcome(source="marksheet", status="pending", read_at=intake.now + timedelta(days=9))
    outcomes.append(intake.session, lena, intake.part(), said, intake.now)
    gast.person_id = lena.person_id
    assert [row.standing for row in held.take_up_held(intake.session, gast, intake.now)] == ["counted"]


def test_the_column_read_again_after_an_older_result_repeats_itself(intake, gast):
    lena = intake.learner()
    keep(intake, gast, mark("88"))
    outcomes.append(intake.session, lena, intake.part(), at(mark("60"), 1), intake.now)
    gast.person_id = lena.person_id
    held.take_up_held(intake.session, gast, intake.now)
    assert outcomes.append(intake.session, lena, intake.part(), at(mark("60"), 2), intake.now) is None


def test_of_a_degree_student_nothing_is_kept(intake, gast):
    keep(intake, gast, mark("88"))
    gast.person_id = factories.person(intake.session, intake.institution, "Della").id
    assert held.take_up_held(intake.session, gast, intake.now) == []
    assert intake.held()[0].body is None and intake.held()[0].resolved_at is not None


def test_of_an_account_that_is_none_of_ours_nothing_is_kept(intake, gast):
    keep(intake, gast, mark("88"))
    held.forget(intake.session, gast, intake.now)
    assert intake.held()[0].body is None and held.waiting(intake.session, intake.institution.id) == []


def test_nobody_known_takes_nothing_up(intake, gast):
    keep(intake, gast, mark("88"))
    assert held.take_up_held(intake.session, gast, intake.now) == [] and intake.held()[0].body


@pytest.mark.parametrize("statuses, chosen", [
    pytest.param(["registered"], 0, id="one"),
    pytest.param(["withdrawn"], 0, id="one, withdrawn"),
    pytest.param(["withdrawn", "registered"], 1, id="the one still open"),
    pytest.param(["registered", "paused"], None, id="two to choose from"),
    pytest.param(["withdrawn", "withdrawn"], None, id="two, both withdrawn"),
    pytest.param([], "nobody", id="none"),
])
def test_two_registrations_of_one_person_are_picked_by_registration(intake, statuses, chosen):
    person = factories.person(intake.session, intake.institution, "Lena")
    made = [factories.enrolment(intake.session, intake.run, person, f"1001/{n}") for n, _ in enumerate(statuses)]
    for enrolment, status in zip(made, statuses, strict=True):
        enrolment.status = status
    intake.session.flush()
    if chosen is None:
        with pytest.raises(Refused, match="two registrations"):
            held.enrolment_of(intake.session, intake.run.id, person.id)
    else:
        expected = None if chosen == "nobody" else made[chosen]
        assert held.enrolment_of(intake.session, intake.run.id, person.id) is expected


def test_between_two_registrations_nothing_is_guessed(intake, gast):
    keep(intake, gast, mark("88"))
    person = factories.person(intake.session, intake.institution, "Lena")
    for number in (1, 2):
        factories.enrolment(intake.session, intake.run, person, f"1001/{number}")
    gast.person_id = person.id
    assert held.take_up_held(intake.session, gast, intake.now) == []
    assert intake.held()[0].reason == "ambiguous" and intake.held()[0].body


def test_registry_gives_a_result_to_its_learner(intake):
    (row,) = keep(intake, None, mark("88", source="moodle_csv"), hints={"name": "Lena L"}, before="file:4")
    assert held.hints_of(intake.session, row) == {"name": "Lena L"}
    lena = intake.learner()
    outcome = held.give(intake.session, intake.actor(), row.key, lena.key, intake.now)
    assert outcome.raw == 88 and outcomes.standing_now(intake.session, lena, intake.part()) is outcome
    assert decisions.present(intake.session, lena).kind == "INCOMPLETE"
    assert held.hints_of(intake.session, row) == {}
    with pytest.raises(Refused, match="no longer waiting"):
        held.give(intake.session, intake.actor(), row.key, lena.key, intake.now)


def test_only_registry_gives_and_only_its_own(intake, session, now):
    (row,) = keep(intake, None, mark("88"), before="file:4")
    lena = intake.learner()
    with pytest.raises(Refused, match="Only registry"):
        held.give(session, intake.actor("bob"), row.key, lena.key, now)
    stranger = Intake(session, now, "elsewhere")
    with pytest.raises(NotFound):
        held.give(session, stranger.actor(), row.key, lena.key, now)
    other_run = factories.run(session, intake.run.version, "B1")
    with pytest.raises(Refused, match="another run"):
        held.give(session, intake.actor(), row.key, factories.enrolment(session, other_run, lena.person).key, now)


def test_rows_without_an_account_are_told_apart_by_file_and_row(intake):
    for before in ("file:4", "file:5", "file:4", "later:4"):
        keep(intake, None, mark("88", source="canvas_csv"), before=before)
    assert len(intake.held()) == 3


def test_what_is_no_mark_is_never_taken_up(intake, gast):
    row = held.hold(intake.session, intake.part(), mark("101"), held.UNCLEAR, intake.now, lti_user=gast)
    lena = intake.learner()
    gast.person_id = lena.person_id
    assert held.take_up_held(intake.session, gast, intake.now) == [] and row.body
    with pytest.raises(Refused, match="no longer waiting"):
        held.give(intake.session, intake.actor(), row.key, lena.key, intake.now)


def test_registry_sets_aside_with_a_reason(intake, gast, session, now):
    (row,) = keep(intake, gast, mark("88"))
    with pytest.raises(Refused, match="Only registry"):
        held.set_aside(session, intake.actor("bob"), row.key, "a trial", now)
    with pytest.raises(NotFound):
        held.set_aside(session, Intake(session, now, "elsewhere").actor(), row.key, "a trial", now)
    with pytest.raises(Refused, match="Say why"):
        held.set_aside(session, intake.actor(), row.key, " ", now)
    held.set_aside(session, intake.actor(), row.key, "a trial", now)
    assert row.body is None and held.waiting(session, intake.institution.id) == []
    with pytest.raises(Refused, match="no longer waiting"):
        held.set_aside(session, intake.actor(), row.key, "a trial", now)
