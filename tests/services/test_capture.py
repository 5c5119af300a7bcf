"""A column is read with no transaction open, and every result in it is accounted for (I3, I12, I13)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, func, select

from connectors.errors import Rejected, Unavailable
from lti_tool.lti import ags
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import Discrepancy
from lti_tool.models.outcome import CaptureRun, HeldResult, Outcome
from lti_tool.models.people import LtiUser, Membership
from lti_tool.models.platform import LineItem
from lti_tool.services import capture, decisions, identity, outcomes
from lti_tool.services.errors import NotFound
from lti_tool.services.outcome_values import NewOutcome
from lti_tool.services.readings import Reading
from tests import factories
from tests.services.taking_in import Intake, mark, reading


class Gradebook:
    """An LMS that shows a column; it can see whether the database is busy meanwhile."""

    def __init__(self, *readings, error=None, meanwhile=lambda: None):
        self.readings, self.error, self.meanwhile, self.asked = readings, error, meanwhile, []

    def results(self, column):
        self.asked.append(column)
        self.meanwhile()
        yield from self.readings
        if self.error:
            raise self.error


@pytest.fixture
def course(sessions, now):
    """Lena and Omar on the micro-credential, Della a degree student, Gast unknown, Bob the teacher."""
    with sessions.begin() as session:
        intake = Intake(session, now)
        intake.column()
        for sub, name, number in (("lena", "Lena", "1001"), ("omar", "Omar", "1002")):
            intake.account(sub, intake.learner(name, number).person)
        intake.account("della", match_reason=identity.NUMBER_UNKNOWN, sourcedid="2001")
        intake.account("gast")
        intake.account("bob", role="instructor")
    return intake


def read(sessions, now, *readings, **more):
    return capture.capture(sessions, Gradebook(*readings, **more), 1, lambda: now).totals


@pytest.mark.parametrize(("status", "expected"), [(404, True), (410, True), (403, False), (0, False)])
def test_that_a_column_is_gone_is_noted_until_it_is_read_again(sessions, course, now, status, expected):
    error = Rejected("lms.example does not know what the record refers to.")
    error.status = status
    with pytest.raises(Rejected):
        read(sessions, now, error=error)
    with sessions() as session:
        assert (session.scalars(select(LineItem.missed_at)).one() is not None) is expected
    read(sessions, now + timedelta(hours=1))
    with sessions() as session:
        assert session.scalars(select(LineItem.missed_at)).one() is None


def statements(engine, doing, kind=""):
    """How many statements it takes, of one kind or all."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.extend([1] if statement.startswith(kind) else [])

    event.listen(engine, "before_cursor_execute", note)
    try:
        doing()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def count(sessions, model):
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_every_result_is_accounted_for(sessions, now, course):
    totals = read(
        sessions, now, reading("lena", "60"), reading("omar", None), reading("della", "70"), reading("gast", "88"),
        reading("bob", "100"), reading("stranger", "50"),
    )
    assert {kind: number for kind, number in totals.items() if number} == {
        "read": 6, "new": 1, "no_figure": 1, "not_on_mc": 2, "held": 2,
    }
    assert sum(totals.values()) == 2 * totals["read"]
    assert (count(sessions, Outcome), count(sessions, HeldResult)) == (1, 2)


def test_i13_reading_again_changes_nothing(sessions, now, course):
    column = [reading("lena", "60", after=1), reading("gast", "88", after=1)]
    read(sessions, now, *column)
    totals = read(sessions, now, *column)
    assert (totals["unchanged"], totals["new"], totals["held"]) == (1, 0, 1)
    assert (count(sessions, Outcome), count(sessions, HeldResult)) == (1, 1)


def test_i13_an_older_result_is_kept_and_changes_nothing(sessions, now, course):
    read(sessions, now, reading("lena", "60", after=5))
    assert read(sessions, now, reading("lena", "50", after=1))["older"] == 1
    assert count(sessions, Outcome) == 2


def test_i12_a_result_goes_to_its_own_learner(sessions, now, course):
    read(sessions, now, reading("omar", "71"), reading("lena", "60"))
    with sessions() as session:
        found = {outcome.enrolment.person.display_name: outcome.raw for outcome in session.scalars(select(Outcome))}
    assert found == {"Lena": 60, "Omar": 71}


def test_two_accounts_with_two_figures_are_not_guessed_between(sessions, now, course):
    with sessions.begin() as session:
        course.session = session
        course.account("lena-2", course.people["Lena"])
    assert read(sessions, now, reading("lena", "60"), reading("lena-2", "70"))["held"] == 2
    assert read(sessions, now, reading("lena", "60"), reading("lena-2", "60"))["new"] == 1


@pytest.mark.parametrize("score", ["101", "-1"])
def test_a_figure_that_is_no_mark_is_held_and_not_taken(sessions, now, course, score):
    assert read(sessions, now, reading("lena", score))["unclear"] == 1
    assert (count(sessions, Outcome), count(sessions, HeldResult)) == (0, 1)


def test_a_figure_taken_away_is_looked_at(sessions, now, course):
    read(sessions, now, reading("lena", "60"))
    assert read(sessions, now, reading("lena", None))["no_figure"] == 1
    assert (count(sessions, Outcome), count(sessions, Discrepancy)) == (1, 1)


def noted(sessions):
    with sessions() as session:
        rows = session.scalars(select(Discrepancy).order_by(Discrepancy.id)).all()
        return [(row.ours, row.theirs, row.resolution) for row in rows]


GONE = ("60 of 100", "no mark", "")


def test_a_mark_that_the_list_leaves_out_is_looked_at_until_it_is_back(sessions, now, course):
    both = [reading("lena", "60"), reading("omar", "71")]
    read(sessions, now, *both)
    for _ in range(2):
        read(sessions, now, reading("omar", "71"))
    assert noted(sessions) == [GONE]
    read(sessions, now, *both)
    assert noted(sessions) == [("60 of 100", "no mark", "The LMS shows the mark again.")]
    read(sessions, now)
    assert [row[:2] for row in noted(sessions)[1:]] == [("60 of 100", "no mark"), ("71 of 100", "no mark")]
    assert count(sessions, Outcome) == 2


def test_an_empty_result_is_looked_at_until_another_mark_is_there(sessions, now, course):
    for score in ("60", None, None, "65"):
        read(sessions, now, reading("lena", score))
    assert noted(sessions) == [("60 of 100", "no mark", "The LMS shows the mark again.")]


def test_a_mark_that_no_account_of_a_learner_shows_is_one_difference(sessions, now, course):
    with sessions.begin() as session:
        course.session = session
        course.account("lena-2", course.people["Lena"])
    read(sessions, now, reading("lena", "60"))
    read(sessions, now, reading("lena", None), reading("lena-2", None))
    assert noted(sessions) == [GONE]


def test_a_reading_that_breaks_off_says_of_nobody_that_the_mark_is_gone(sessions, now, course):
    read(sessions, now, reading("lena", "60"), reading("omar", "71"))
    with pytest.raises(Unavailable):
        read(sessions, now, reading("omar", "71"), error=Unavailable("The second page does not come."))
    assert noted(sessions) == []


def leave(session, course):
    session.scalars(select(Membership).join(Membership.lti_user).where(LtiUser.sub == "lena")).one().is_active = False


def withdraw(session, course):
    session.scalars(select(Enrolment).where(Enrolment.person_id == course.people["Lena"].id)).one().status = "withdrawn"


def fill(session, course):
    session.get_one(LineItem, 1).is_ours_to_fill = True


def say_absent(session, course):
    append(session, course.now, NewOutcome(source="marksheet", status="absent", read_at=course.now))


def come_from_a_file(session, course):
    append(session, course.now, mark("62", source="canvas_csv"))


def append(session, now, result):
    first = session.scalars(select(Outcome)).first()
    outcomes.append(session, first.enrolment, first.run_component, result, now)


def come_from_another_column(session, course):
    other = session.get_one(LineItem, 1)
    item = LineItem(institution_id=other.institution_id, context_id=other.context_id, url="https://x.example/other",
                    run_component_id=other.run_component_id, resource_id="other", label="", maximum=Decimal(100))
    session.add(item)
    session.flush()
    session.scalars(select(CaptureRun)).one().line_item_id = item.id


@pytest.mark.parametrize("change", [
    leave, withdraw, fill, say_absent, come_from_a_file, come_from_another_column,
])
def test_who_is_left_out_of_the_list_for_another_reason_has_lost_no_mark(sessions, now, course, change):
    read(sessions, now, reading("lena", "60"))
    with sessions.begin() as session:
        change(session, course)
    read(sessions, now, reading("omar", "71"))
    assert noted(sessions) == []


@pytest.mark.parametrize("shown", [
    pytest.param([reading("lena", "101")], id="a figure that cannot be taken"),
    pytest.param([reading("lena-2", "60")], id="the other account shows it"),
    pytest.param([reading("lena", None), reading("lena-2", "101")], id="the other account's cannot be taken"),
])
def test_what_is_shown_somehow_is_not_gone(sessions, now, course, shown):
    with sessions.begin() as session:
        course.session = session
        course.account("lena-2", course.people["Lena"])
    read(sessions, now, reading("lena", "60"))
    read(sessions, now, *shown)
    assert noted(sessions) == []


def test_marks_that_are_gone_are_looked_up_in_as_many_statements(sessions, engine, now, course):
    with sessions.begin() as session:
        course.session = session
        for number in range(22):
            course.account(f"new-{number}", course.learner(f"New {number}", f"3{number:03}").person)
    everybody = [reading(f"new-{number}", "60") for number in range(22)]
    read(sessions, now, *everybody)
    few = statements(engine, lambda: read(sessions, now, *everybody[2:]), "SELECT")
    assert statements(engine, lambda: read(sessions, now, *everybody[20:]), "SELECT") == few
    assert count(sessions, Discrepancy) == 20


def test_an_account_without_a_figure_beside_one_that_shows_it_took_nothing_away(sessions, now, course):
    with sessions.begin() as session:
        course.session = session
        course.account("lena-2", course.people["Lena"])
    read(sessions, now, reading("lena", "60"))
    totals = read(sessions, now, reading("lena", "60"), reading("lena-2", None))
    assert (totals["unchanged"], totals["no_figure"], count(sessions, Discrepancy)) == (1, 1, 0)


def test_a_column_is_read_in_as_many_statements_whoever_is_on_it(sessions, engine, now, course):
    """What there is of everybody is looked up at once; nobody is asked for alone."""
    with sessions.begin() as session:
        course.session = session
        for number in range(20):
            course.account(f"new-{number}", course.learner(f"New {number}", f"3{number:03}").person)
    everybody = [reading(f"new-{number}", "60" if number % 2 else None) for number in range(20)]
    read(sessions, now, *everybody[:2])
    few = statements(engine, lambda: read(sessions, now, *everybody[:2]))
    read(sessions, now, *everybody)
    assert statements(engine, lambda: read(sessions, now, *everybody)) == few


def test_marks_that_an_export_contradicts_are_looked_up_in_as_many_statements(sessions, engine, now, course):
    """Two sources that disagree cost nobody a query each, though each learner's difference is noted."""
    with sessions.begin() as session:
        course.session = session
        part = session.merge(course.run).components[0]
        learners = [course.learner(f"New {number}", f"3{number:03}") for number in range(22)]
        for source, raw in (("ags", "60"), ("canvas_csv", "75")):
            outcomes.append_all(session, part, [(learner, mark(raw, source=source)) for learner in learners], now)
        again = [(learner, mark("60")) for learner in learners]
        few = statements(engine, lambda: outcomes.append_all(session, part, again[:2], now), "SELECT")
        many = statements(engine, lambda: outcomes.append_all(session, part, again[2:], now), "SELECT")
    assert many == few
    assert (count(sessions, Discrepancy), count(sessions, Outcome)) == (22, 66)


def test_no_transaction_is_open_over_the_network(sessions, now, course):
    def write():
        with sessions.begin() as session:
            session.get_one(LineItem, 1).label = "written meanwhile"

    assert read(sessions, now, reading("lena", "60"), meanwhile=write)["new"] == 1


def test_the_reading_is_written_down(sessions, now, course):
    read(sessions, now, reading("lena", "60"))
    with sessions() as session:
        run = session.scalars(select(CaptureRun)).one()
        assert (run.source, run.problem, run.totals["new"], run.finished_at) == ("ags", "", 1, now)
        assert session.scalars(select(Outcome)).one().capture_run_id == run.id
        assert session.get_one(LineItem, 1).compared_at == now


def test_what_counts_is_decided_at_once(sessions, now, course):
    read(sessions, now, reading("lena", "60"))
    with sessions() as session:
        outcome = session.scalars(select(Outcome)).one()
        assert decisions.present(session, outcome.enrolment).kind == "INCOMPLETE"


@pytest.mark.parametrize(
    "error, says",
    [
        pytest.param(
            Unavailable("The LMS does not answer."), "Unavailable: The LMS does not answer.", id="an LMS that is down"
        ),
        pytest.param(KeyError("lena.l@example.org"), "KeyError", id="a surprise, whose text may name somebody"),
    ],
)
def test_a_reading_that_breaks_off_changes_nothing_and_waits(sessions, now, course, error, says):
    with pytest.raises(type(error)):
        read(sessions, now, reading("lena", "60"), error=error)
    with sessions() as session:
        assert session.scalars(select(CaptureRun.problem)).one() == says
        assert capture.due_line_items(session, now, timedelta(minutes=15)) == []
    assert count(sessions, Outcome) == 0


def test_a_column_of_nothing_is_not_read(sessions, now, course):
    with sessions.begin() as session:
        session.get_one(LineItem, 1).run_component_id = None
    with pytest.raises(NotFound):
        read(sessions, now)


@pytest.mark.parametrize("change, is_due", [
    pytest.param({}, True, id="never read"),
    pytest.param({"compared_at": timedelta(minutes=-15)}, True, id="read long ago"),
    pytest.param({"compared_at": timedelta(minutes=-14)}, False, id="read just now"),
    pytest.param({"state": "gone"}, False, id="gone"),
    pytest.param({"url": ""}, False, id="no address"),
    pytest.param({"run_component_id": None}, False, id="stands for nothing"),
])
def test_which_columns_are_due(sessions, now, course, change, is_due):
    with sessions.begin() as session:
        for name, value in change.items():
            setattr(session.get_one(LineItem, 1), name, now + value if isinstance(value, timedelta) else value)
        session.flush()
        assert capture.due_line_items(session, now, timedelta(minutes=15)) == ([1] if is_due else [])


def test_who_has_waited_longest_comes_first(sessions, now, course):
    with sessions.begin() as session:
        course.session = session
        course.run = session.merge(course.run)
        course.column("CRIT").compared_at = now - timedelta(hours=2)
        session.get_one(LineItem, 1).compared_at = now - timedelta(hours=1)
        session.flush()
        assert capture.due_line_items(session, now, timedelta(minutes=15)) == [2, 1]


def test_a_component_marked_here_is_only_compared(sessions, now, course):
    with sessions.begin() as session:
        for part in session.merge(course.run).components:
            part.authority = "cairn"
    assert read(sessions, now, reading("lena", "60"))["compared"] == 1


def test_accounts_of_another_institution_are_others(sessions, now, course):
    with sessions.begin() as session:
        other = factories.institution(session, "elsewhere")
        account = factories.lti_user(session, session.merge(course.registration), "lena-x")
        account.institution_id = other.id
    assert read(sessions, now, reading("lena-x", "60"))["held"] == 1


@pytest.mark.parametrize("bad", [
    {"resultScore": "1e5000"}, {"resultScore": "1e-5000"}, {"resultScore": "1e999999", "resultMaximum": "1e999999"},
    {"resultScore": "NaN"}, {"resultScore": "sixty"}, {"resultScore": 60, "timestamp": "0001-01-01T00:00:00+14:00"},
], ids=str)
def test_one_learners_rubbish_does_not_lose_the_others(sessions, now, course, bad):
    omars = {"userId": "omar", "resultScore": 55, "resultMaximum": 100}
    rows = [{"userId": "lena", "resultMaximum": 100, **bad}, omars]
    found = [ags._result(row) for row in rows]
    read(sessions, now, *(Reading(user_id=row.user, score=row.score, maximum=row.maximum, at=row.changed_at)
                          for row in found))
    with sessions() as session:
        omar = session.scalars(select(Outcome).join(Outcome.enrolment).where(
            Outcome.standing == "counted", Enrolment.person_id == course.people["Omar"].id)).one()
    assert omar.raw == 55
