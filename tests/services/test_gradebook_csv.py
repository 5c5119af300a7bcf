"""A gradebook export is shown first and applied as shown; unknown learners are held, degree students stay out."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.models.outcome import CaptureRun
from lti_tool.services import decisions, gradebook_csv, held, outcomes
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.outcome_values import NewOutcome
from tests.services.taking_in import Intake, mark
from tests.services.test_gradebook_files import CANVAS

HEAD = "First name,Surname,ID number,Email address,Quiz: Risk (Real),Last downloaded from this course"
QUIZ = "Quiz: Risk (Real)"


@pytest.fixture
def intake(session, now):
    found = Intake(session, now)
    found.part().component.out_of = Decimal(9)
    found.lena = found.learner("Lena", "1001")
    return found


def moodle(*rows, at=1779271200):
    return "\n".join([HEAD, *(f"N,N,{number},{number}@example.org,{cell},{at}" for number, cell in rows)]).encode()


def apply(intake, content, column=QUIZ, digest=None, *, should_stand=False, **more):
    key = intake.part().key
    shown = gradebook_csv.preview(intake.session, intake.actor("bob"), key, content, column, intake.now, **more)
    return gradebook_csv.apply(
        intake.session, intake.actor("bob"), key, content, column, digest or shown.digest, intake.now,
        should_stand=should_stand, **more,
    )


def marks(intake):
    return [(row.raw, row.out_of, row.standing) for row in intake.outcomes(intake.lena)]


def canvas(mark):
    return "\n".join([
        "Student,ID,SIS User ID,SIS Login ID,Section,Risk (7001)", "Points Possible,,,,,100", f"L,1,1001,l,S,{mark}",
    ]).encode()


RISK = "Risk (7001)"


def column(intake, raw):
    """The column without times is read."""
    return outcomes.append(intake.session, intake.lena, intake.part(), mark(raw), intake.now)


@pytest.mark.parametrize("comes, kinds", [
    pytest.param(["ags 60", "file 75", "ags 60", "ags 60"], ["new", "new", "new", "unchanged"], id="column, file"),
    pytest.param(["file 75", "ags 60", "file 75.0", "file 75"], ["new", "new", "new", "unchanged"], id="file, column"),
    pytest.param(["ags 75", "file 75", "ags 75"], ["new", "unchanged", "unchanged"], id="both say the same"),
])
def test_what_a_preview_promises_is_what_applying_does(session, intake, comes, kinds):
    found = []
    for number, (source, raw) in enumerate(step.split() for step in comes):
        if source == "ags":
            found.append("unchanged" if column(intake, raw) is None else "new")
            continue
        content = canvas(raw) + b"\n" * number
        shown = gradebook_csv.preview(session, intake.actor("bob"), intake.part().key, content, RISK, intake.now)
        done = apply(intake, content, RISK)
        assert shown.plans == done.plans
        found.append(done.plans[0].kind)
        stands = outcomes.standing_now(session, intake.lena, intake.part())
        assert stands.raw == Decimal(raw)
    assert found == kinds


@pytest.fixture
def again(session, intake):
    """A file said 75, then the column was read; Omar came late, and nothing newer is known of him."""
    content = canvas("75") + b"\nO,2,1002,o,S,50"
    apply(intake, content, RISK)
    run = CaptureRun(institution_id=intake.institution.id, run_component_id=intake.part().id, source="ags",
                     started_at=intake.now)
    session.add(run)
    session.flush()
    outcomes.append(session, intake.lena, intake.part(), mark("60", capture_run_id=run.id), intake.now)
    intake.omar = intake.learner("Omar", "1002")
    return content


def standing(intake):
    stands = outcomes.standing_now(intake.session, intake.lena, intake.part())
    return stands.raw


def test_a_file_that_was_taken_in_before_puts_no_mark_back(session, intake, again):
    shown = gradebook_csv.preview(session, intake.actor("bob"), intake.part().key, again, RISK, intake.now)
    assert (shown.taken_at, [plan.kind for plan in shown.plans]) == (intake.now, ["older", "new"])
    assert apply(intake, again, RISK).plans == shown.plans
    assert outcomes.standing_now(session, intake.omar, intake.part()).raw == 50
    for _ in range(2):
        assert apply(intake, again, RISK).plans[0].kind == "older"
    assert [raw for raw, _, _ in marks(intake)] == [75, 60]


def test_an_older_file_without_times_is_kept_as_older(intake):
    for raw in ("75", "80", "75"):
        apply(intake, canvas(raw), RISK)
    assert marks(intake) == [(75, 100, "counted"), (80, 100, "counted"), (75, 100, "older")]
    assert apply(intake, canvas("80"), RISK).plans[0].kind == "unchanged"


def test_a_file_that_was_taken_in_before_stands_where_a_person_says_so(session, intake, again):
    done = apply(intake, again, RISK, should_stand=True)
    assert [plan.kind for plan in done.plans] == ["new", "new"] and standing(intake) == 75
    assert apply(intake, again, RISK).taken_at is None, "nothing newer came since"
    assert column(intake, "60").standing == "counted"


def test_an_older_export_with_its_time_stands_too_where_a_person_says_so(session, intake):
    first, second = moodle(("1001", "6.00"), at=1779271200), moodle(("1001", "7.00"), at=1779271300)
    apply(intake, first)
    apply(intake, second)
    assert apply(intake, first).plans[0].kind == "older" and standing(intake) == 7
    assert apply(intake, first, should_stand=True).plans[0].kind == "new" and standing(intake) == 6


def test_another_file_with_the_same_mark_is_no_older_one(intake, again):
    apply(intake, again, RISK)
    done = apply(intake, again + b"\n", RISK)
    assert done.taken_at is None and done.plans[0].kind == "new" and standing(intake) == 75


def test_nobody_says_of_a_new_file_that_it_should_stand(intake):
    apply(intake, moodle(("1001", "7.00"), at=1779271300))
    done = apply(intake, moodle(("1001", "6.00"), at=1779271200), should_stand=True)
    assert done.plans[0].kind == "older" and standing(intake) == 7


def test_a_preview_tells_what_comes_late(session, intake):
    apply(intake, moodle(("1001", "7.00"), at=1779271300))
    content = moodle(("1001", "6.00"), at=1779271200)
    shown = gradebook_csv.preview(session, intake.actor("bob"), intake.part().key, content, QUIZ, intake.now)
    assert shown.totals["older"] == 1 and shown.plans == apply(intake, content).plans


def test_a_preview_changes_nothing(session, intake):
    shown = gradebook_csv.preview(
        session, intake.actor("bob"), intake.part().key, moodle(("1001", "6.00")), QUIZ, intake.now
    )
    assert shown.totals["new"] == 1 and shown.maximum == 9 and marks(intake) == []


def test_results_are_taken_with_source_and_time(session, intake):
    done = apply(intake, moodle(("1001", "6.00"), ("2001", "8.00"), ("", "9.00"), ("1001x", "-")))
    assert {kind: number for kind, number in done.totals.items() if number} == {
        "read": 4, "new": 1, "not_on_mc": 2, "held": 1,
    }
    assert marks(intake) == [(6, 9, "counted")]
    (row,) = intake.outcomes(intake.lena)
    run = session.scalars(select(CaptureRun)).one()
    assert (row.source, row.source_at.timestamp(), row.capture_run_id) == ("moodle_csv", 1779271200, run.id)
    assert (run.source, run.by_person_id, run.totals["held"]) == ("moodle_csv", intake.people["bob"].id, 1)
    assert decisions.present(session, intake.lena).kind == "INCOMPLETE"


def test_canvas_brings_its_own_maximum(intake):
    apply(intake, CANVAS.encode(), "Change plan (7001)")
    assert marks(intake) == [(62, 100, "counted")]
    assert apply(intake, CANVAS.encode(), "Change plan (7001)").totals["unchanged"] == 1


def test_a_maximum_may_be_told(intake):
    apply(intake, moodle(("1001", "6.00")), maximum=Decimal(10))
    assert marks(intake) == [(6, 10, "counted")]


def test_the_same_file_again_changes_nothing(intake):
    content = moodle(("1001", "6.00"), ("", "9.00"))
    apply(intake, content)
    assert apply(intake, content).totals["unchanged"] == 1
    assert len(marks(intake)) == 1 and len(intake.held()) == 1


def test_i13_a_file_exported_earlier_changes_nothing(intake):
    apply(intake, moodle(("1001", "7.00"), at=1779271300))
    assert apply(intake, moodle(("1001", "6.00"), at=1779271200)).totals["older"] == 1
    assert marks(intake) == [(7, 9, "counted"), (6, 9, "older")]


def test_the_same_mark_in_a_later_export_is_no_news(intake):
    apply(intake, moodle(("1001", "6.00"), at=1779271200))
    done = apply(intake, moodle(("1001", "6.00"), at=1779271300))
    assert (done.totals["unchanged"], done.totals["new"]) == (1, 0)
    assert apply(intake, moodle(("1001", "5.00"), at=1779271250)).totals["older"] == 1  # the later export knew better


def test_only_what_was_shown_is_applied(session, intake):
    shown = gradebook_csv.preview(
        session, intake.actor("bob"), intake.part().key, moodle(("1001", "6.00")), QUIZ, intake.now
    )
    with pytest.raises(Refused, match="since the preview"):
        apply(intake, moodle(("1001", "7.00")), digest=shown.digest)
    apply(intake, moodle(("1001", "5.00")))
    with pytest.raises(Refused, match="since the preview"):  # what stands has changed
        apply(intake, moodle(("1001", "6.00")), digest=shown.digest)


def test_bad_rows_are_named_and_the_others_taken(intake):
    content = moodle(("1001", "6.00"), ("1001x", "3")) + b"\nN,N,1002\n"
    intake.learner("Omar", "1002")
    content += b"N,N,1002,o@example.org,ten,1779271200\n"
    done = apply(intake, content)
    assert [(problem.line, problem.kind) for problem in done.problems] == [(4, "unclear"), (5, "unclear")]
    assert marks(intake) == [(6, 9, "counted")]


def test_registered_learners_who_are_in_no_row_are_named_and_no_error(session, intake):
    omar, nia = intake.learner("Omar", "1002"), intake.learner("Nia", "1003")
    intake.learner("Ada", "1004").status = "withdrawn"
    intake.learner("Eve", "1005").status = "paused"
    content = moodle(("1001", "6.00"), ("1003", "-"))
    done = apply(intake, content)
    assert done.missing == (omar.key,) and done.problems == ()
    assert nia.key in {plan.learner for plan in done.plans}, "no mark yet is not missing"


@pytest.mark.parametrize("cell", ["-", "sixty"])
def test_what_stands_is_shown_beside_a_row_that_says_nothing_too(session, intake, cell):
    apply(intake, moodle(("1001", "6.00")))
    shown = gradebook_csv.preview(
        session, intake.actor("bob"), intake.part().key, moodle(("1001", cell)), QUIZ, intake.now
    )
    assert [(plan.learner, plan.was, plan.mark) for plan in shown.plans] == [(intake.lena.key, "6", "")]


@pytest.mark.parametrize("number", ["1.001E+03", "42"])
def test_rows_whose_number_a_spreadsheet_damaged_are_named_and_not_counted_as_not_on_it(intake, number):
    intake.learner("Zoe", "0042")
    done = apply(intake, moodle((number, "6.00"), ("1001", "7.00")))
    assert (done.totals["unclear"], done.totals["not_on_mc"], done.totals["new"]) == (1, 0, 1)
    assert "without opening it in a spreadsheet" in done.problems[0].text
    assert len(done.missing) == 1, "Zoe is named as not in the file"


def test_a_number_that_only_looks_shortened_is_whose_it_is(intake):
    intake.learner("Eva", "1E06")
    assert apply(intake, moodle(("1E06", "6.00"))).totals["new"] == 1


@pytest.mark.parametrize("cell", ["-", ""])
def test_a_mark_that_an_export_shows_empty_is_looked_at_until_it_is_back(session, intake, cell):
    intake.learner("Omar", "1002")
    apply(intake, moodle(("1001", "6.00"), ("1002", "5.00"), at=1779271200))
    apply(intake, moodle(("1001", cell), at=1779271300))
    apply(intake, moodle(("1001", cell), at=1779271400))
    assert [(row.ours, row.theirs) for row in intake.discrepancies()] == [("6 of 9", "no mark")], "Omar is not in it"
    assert len(marks(intake)) == 1
    apply(intake, moodle(("1001", "6.00"), at=1779271500))
    assert intake.discrepancies()[0].resolution == "The LMS shows the mark again."


def test_an_earlier_export_without_the_mark_says_nothing_of_it(intake):
    empty = moodle(("1001", "-"), at=1779271200)
    apply(intake, empty)
    apply(intake, moodle(("1001", "6.00"), at=1779271300))
    apply(intake, empty)
    assert intake.discrepancies() == []


def test_the_same_file_without_the_mark_says_nothing_of_what_came_since(intake):
    apply(intake, canvas(""), RISK)
    apply(intake, canvas("60"), RISK)
    assert apply(intake, canvas(""), RISK).plans[0].kind == "no_figure"
    assert intake.discrepancies() == []
    apply(intake, canvas("") + b"\n", RISK)
    assert len(intake.discrepancies()) == 1


@pytest.mark.parametrize("authority, status", [("lms", "absent"), ("cairn", "marked")])
def test_an_empty_cell_says_nothing_of_what_was_said_here(intake, authority, status):
    intake.part().authority = authority
    here = mark("60", source="marksheet") if status == "marked" else NewOutcome(
        source="marksheet", status=status, read_at=intake.now)
    outcomes.append(intake.session, intake.lena, intake.part(), here, intake.now)
    apply(intake, moodle(("1001", "-")))
    assert intake.discrepancies() == []


def test_a_held_row_waits_for_registry(session, intake):
    apply(intake, moodle(("", "9.00")))
    (row,) = held.waiting(session, intake.institution.id)
    assert held.hints_of(session, row) == {"name": "N N", "email": "@example.org"}
    outcome = held.give(session, intake.actor(), row.key, intake.lena.key, intake.now)
    assert (outcome.raw, outcome.source) == (9, "moodle_csv")


def test_a_component_marked_here_is_compared(intake):
    intake.part().authority = "cairn"
    assert apply(intake, moodle(("1001", "6.00"))).totals["compared"] == 1
    assert outcomes.standing_now(intake.session, intake.lena, intake.part()) is None


def test_another_institution_s_component_is_not_found(session, intake, now):
    other = Intake(session, now, "elsewhere")
    with pytest.raises(NotFound):
        gradebook_csv.preview(session, other.actor("bob"), intake.part().key, moodle(), QUIZ, now)
