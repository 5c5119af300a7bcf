"""Outcomes are only added; the newest of the side that makes the marks counts, and all are kept (I4, I12, I13)."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.models.outcome import Outcome
from lti_tool.models.platform import ScoreClock
from lti_tool.services import outcomes
from lti_tool.services.outcome_values import CANVAS_CSV, MARKSHEET, MOODLE_CSV, NewOutcome
from tests.services.taking_in import GRADED_AT, Intake, mark

PROPERTY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


@pytest.fixture
def lena(intake):
    return intake.learner()


def take(intake, enrolment, *results, code="PORT"):
    found = [outcomes.append(intake.session, enrolment, intake.part(code), result, intake.now) for result in results]
    return [outcome.standing if outcome else None for outcome in found]


def said(status, **fields):
    return NewOutcome(source=MARKSHEET, status=status, read_at=GRADED_AT, **fields)


@pytest.mark.parametrize(
    "results, standings, stands",
    [
        pytest.param([mark("60", after=1)], ["counted"], "60", id="the first counts"),
        pytest.param(
            [mark("60", after=1), mark("60", after=1)], ["counted", None], "60", id="I13 a duplicate changes nothing"
        ),
        pytest.param([mark("60", after=1), mark("65", after=2)], ["counted", "counted"], "65", id="the newest counts"),
        pytest.param(
            [mark("65", after=2), mark("60", after=1)],
            ["counted", "older"],
            "65",
            id="I13 an older one changes nothing",
        ),
        pytest.param(
            [mark("65", after=2), mark("60", after=1), mark("60", after=1)],
            ["counted", "older", None],
            "65",
            id="I13 an older one again is a duplicate",
        ),
        pytest.param([mark("60"), mark("60")], ["counted", None], "60", id="no time: a repetition is none"),
        pytest.param(
            [mark("60"), mark("65"), mark("60")], ["counted"] * 3, "60", id="no time: back again is a third result"
        ),
        pytest.param([mark("0", after=1)], ["counted"], "0", id="I4 zero is a mark"),
        pytest.param(
            [mark("60", source=MOODLE_CSV, after=9), mark("50", after=5)],
            ["counted", "older"],
            "60",
            id="times of one LMS compare, whatever was read",
        ),
        pytest.param(
            [mark("60", after=9), mark("55", source=CANVAS_CSV)],
            ["counted", "counted"],
            "55",
            id="without a time, arrival decides",
        ),
    ],
)
def test_the_standing_of_what_comes_in(intake, lena, results, standings, stands):
    assert take(intake, lena, *results) == standings
    assert outcomes.standing_now(intake.session, lena, intake.part()).raw == Decimal(stands)


@pytest.mark.parametrize("results, standings, stands", [
    pytest.param([mark("60"), mark("75", source=CANVAS_CSV), mark("60"), mark("60")], ["counted"] * 3 + [None], "60",
                 id="the column is read again: one more, and no more"),
    pytest.param([mark("75", source=CANVAS_CSV), mark("60"), mark("75", source=CANVAS_CSV),
                  mark("75", source=CANVAS_CSV)], ["counted"] * 3 + [None], "75", id="the export comes again"),
    pytest.param([mark("60"), mark("75", source=MOODLE_CSV, after=5), mark("60")], ["counted"] * 3, "60",
                 id="the export knows its time"),
    pytest.param([mark("60"), mark("75", source=CANVAS_CSV), mark("60", source=CANVAS_CSV), mark("60")],
                 ["counted"] * 3 + [None], "60", id="the other has come round"),
    pytest.param([mark("60"), mark("75", source=MOODLE_CSV, after=5), mark("70", source=MOODLE_CSV, after=1),
                  mark("75", source=MOODLE_CSV, after=5)], ["counted", "counted", "older", None], "75",
                 id="a source with times is known by them"),
])
def test_a_mark_is_repeated_only_while_no_other_source_of_the_lms_has_said_otherwise(
    intake, lena, results, standings, stands
):
    assert take(intake, lena, *results) == standings
    assert outcomes.standing_now(intake.session, lena, intake.part()).raw == Decimal(stands)


def test_two_sources_that_disagree_for_good_are_told_to_a_person_once(intake, lena):
    take(intake, lena, mark("60"), mark("75", source=CANVAS_CSV))
    assert intake.discrepancies() == []  # an export that says something new is how marks come in
    take(intake, lena, *[mark("60")] * 3)
    assert [(row.kind, row.ours, row.theirs) for row in intake.discrepancies()] == [
        ("other_side", "60 of 100", "75 of 100")
    ]
    assert len(intake.outcomes(lena)) == 3


def test_what_is_compared_only_repeats_itself_whatever_another_source_says(intake, lena):
    intake.part().authority = "cairn"
    results = mark("60"), mark("75", source=CANVAS_CSV), mark("60")
    assert take(intake, lena, *results) == ["compared", "compared", None]


def test_foreseeing_says_what_appending_does_and_changes_nothing(session, intake):
    lena, omar = intake.learner("Lena", "1001"), intake.learner("Omar", "1002")
    take(intake, omar, mark("50", after=3))
    part = intake.part()
    part.authority_fixed_at = None
    results = [(lena, mark("60")), (lena, mark("60")), (omar, mark("40", after=1)), (omar, mark("50", after=3))]
    foreseen = outcomes.foresee(session, part, results)
    assert foreseen == ["counted", None, "older", None]
    assert (intake.outcomes(lena), len(intake.outcomes(omar)), part.authority_fixed_at) == ([], 1, None)
    done = outcomes.append_all(session, part, results, intake.now)
    assert [row and row.standing for row in done] == foreseen and part.authority_fixed_at == intake.now


def test_all_are_kept_with_source_and_time(intake, lena):
    take(intake, lena, mark("65", after=2), mark("60", after=1))
    kept = intake.outcomes(lena)
    assert [(row.raw, row.source, row.source_at) for row in kept] == [
        (Decimal(65), "ags", GRADED_AT + timedelta(minutes=2)), (Decimal(60), "ags", GRADED_AT + timedelta(minutes=1)),
    ]
    assert all(row.read_at and row.delivery for row in kept)


def test_raw_is_kept_as_it_was_read(intake, lena):
    take(intake, lena, mark("5.00", out_of="9"))
    assert (str(intake.outcomes(lena)[0].raw), str(intake.outcomes(lena)[0].out_of)) == ("5.00", "9")


@pytest.mark.parametrize("status", ["absent", "deferred", "exempt", "pending", "misconduct_zero"])
def test_i4_what_an_lms_cannot_say_counts_from_here(intake, lena, status):
    assert take(intake, lena, said(status)) == ["counted"]
    assert intake.outcomes(lena)[0].raw is None


def test_i4_a_status_stands_until_the_lms_says_something_new(intake, lena):
    assert take(intake, lena, mark("60"), said("pending"), mark("60")) == ["counted", "counted", None]
    assert outcomes.standing_now(intake.session, lena, intake.part()).status == "pending"
    assert take(intake, lena, mark("61")) == ["counted"]


def test_a_status_may_be_said_again_after_the_lms_said_something_new(intake, lena):
    results = mark("60"), said("absent"), mark("61"), said("absent"), said("absent")
    assert take(intake, lena, *results) == ["counted"] * 4 + [None]
    assert intake.discrepancies() == []


def test_the_first_counted_mark_fixes_where_marks_are_made(intake, lena):
    part = intake.part()
    take(intake, lena, said("absent"))
    assert part.authority_fixed_at is None
    take(intake, lena, mark("60"))
    assert part.authority_fixed_at == intake.now


def test_marks_typed_here_are_only_compared_where_the_lms_marks(intake, lena):
    assert take(intake, lena, mark("60"), mark("62", source=MARKSHEET)) == ["counted", "compared"]
    assert [(row.kind, row.ours, row.theirs) for row in intake.discrepancies()] == [
        ("other_side", "60 of 100", "62 of 100")
    ]
    assert outcomes.standing_now(intake.session, lena, intake.part()).raw == 60


def test_a_fact_about_the_submission_restates_the_mark_of_the_lms(intake, lena):
    late = mark("60", source=MARKSHEET, submitted_at=GRADED_AT, extension_hours=48)
    assert take(intake, lena, mark("60"), late, mark("61")) == ["counted", "counted", "counted"]
    newest = intake.outcomes(lena)[-1]
    assert (newest.raw, newest.submitted_at, newest.extension_hours) == (61, GRADED_AT, 48)


@pytest.fixture
def ours(intake, lena):
    """PORT is marked in Cairn: 62, shown in a column of the LMS."""
    intake.part().authority = "cairn"
    take(intake, lena, mark("62", source=MARKSHEET))
    column, account = intake.column(), intake.account("user-1", lena.person)
    intake.session.add(ScoreClock(
        institution_id=intake.institution.id, line_item_id=column.id, lti_user_id=account.id, last_at=GRADED_AT,
        last_score=Decimal(62), last_maximum=Decimal(100),
    ))
    intake.session.flush()
    return {"line_item_id": column.id, "lti_user_id": account.id}


@pytest.mark.parametrize("raw, out_of, standing", [
    pytest.param("62", "100", "echo", id="our own score come back"),
    pytest.param("62.00000", "100", "echo", id="written otherwise"),
    pytest.param("5.58", "9", "echo", id="rescaled by the LMS"),
    pytest.param("20.66667", "33.33333", "echo", id="rescaled and cut at five decimals"),
    pytest.param("62.01", "100", "compared", id="another figure"),
    pytest.param("63", "100", "compared", id="a mark typed into our column"),
])
def test_an_echo_is_no_outcome(intake, lena, ours, raw, out_of, standing):
    assert take(intake, lena, mark(raw, out_of=out_of, **ours)) == [standing]
    assert outcomes.standing_now(intake.session, lena, intake.part()).raw == 62
    assert len(intake.discrepancies()) == (standing == "compared")


def test_the_score_of_another_account_is_no_echo(intake, lena, ours):
    other = intake.account("user-2", lena.person)
    assert take(intake, lena, mark("62", **{**ours, "lti_user_id": other.id})) == ["compared"]
    assert intake.discrepancies() == []  # the same figure all the same


def test_one_discrepancy_for_one_figure(intake, lena, ours):
    take(intake, lena, mark("70", after=1, **ours), mark("70", after=2, **ours))
    assert len(intake.discrepancies()) == 1
    take(intake, lena, mark("71", after=3, **ours))
    assert [row.theirs for row in intake.discrepancies()] == ["70 of 100", "71 of 100"]


def test_a_mark_over_there_and_none_here_is_a_discrepancy(intake, lena):
    intake.part().authority = "cairn"
    take(intake, lena, mark("70"))
    assert [(row.ours, row.theirs) for row in intake.discrepancies()] == [("no mark", "70 of 100")]
    assert intake.part().authority_fixed_at is None


def test_i4_a_figure_taken_away_in_the_lms_leaves_the_mark_and_is_looked_at(intake, lena):
    take(intake, lena, mark("60"))
    for _ in range(2):
        outcomes.note_cleared(intake.session, intake.part(), [lena], intake.now)
    assert [(row.ours, row.theirs) for row in intake.discrepancies()] == [("60 of 100", "no mark")]
    assert outcomes.standing_now(intake.session, lena, intake.part()).raw == 60


def test_a_learner_who_withdrew_keeps_what_comes(intake, lena):
    lena.status = "withdrawn"
    assert take(intake, lena, mark("60")) == ["counted"]


def test_i12_a_result_of_another_run_or_institution_is_refused(intake, lena, session, now):
    other = Intake(session, now, "elsewhere")
    with pytest.raises(ValueError, match="one run"):
        outcomes.append(session, lena, other.part(), mark("60"), now)


def test_facts_are_what_counts_in_order(intake, lena):
    take(intake, lena, mark("60", after=2), mark("50", after=1), mark("61", after=3))
    take(intake, lena, said("absent"), code="CRIT")
    assert [(row.status, row.raw) for row in outcomes.facts(intake.session, lena)] == [
        ("marked", 60), ("marked", 61), ("absent", None),
    ]


DELIVERIES = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 100)), min_size=1, max_size=6, unique_by=lambda one: one[0]
)


@given(deliveries=DELIVERIES, data=st.data())
@PROPERTY
def test_i13_the_order_of_deliveries_and_repetitions_do_not_matter(intake, deliveries, data):
    order = data.draw(st.permutations([*deliveries, *deliveries]))
    with intake.undone():
        lena = intake.learner("Lena", "1001")
        take(intake, lena, *[mark(str(raw), after=at) for at, raw in order])
        stands = outcomes.standing_now(intake.session, lena, intake.part())
        assert stands.raw == max(deliveries)[1]
        assert len(intake.outcomes(lena)) == len(deliveries)  # each kept, once


@given(marks=st.lists(st.tuples(st.sampled_from(["Lena", "Omar"]), st.integers(0, 100)), max_size=8))
@PROPERTY
def test_i12_a_result_attaches_to_its_own_learner_only(intake, marks):
    with intake.undone():
        learners = {"Lena": intake.learner("Lena", "1001"), "Omar": intake.learner("Omar", "1002")}
        for name, raw in marks:
            take(intake, learners[name], mark(str(raw)))
        for name, enrolment in learners.items():
            mine = [raw for owner, raw in marks if owner == name]
            stands = outcomes.standing_now(intake.session, enrolment, intake.part())
            assert (stands.raw if stands else None) == (mine[-1] if mine else None)


def test_i13_every_order_of_three(intake):
    for number, order in enumerate(permutations([(1, "50"), (2, "60"), (3, "55")])):
        lena = intake.learner(f"L{number}", f"20{number}")
        take(intake, lena, *[mark(raw, after=at) for at, raw in order])
        assert outcomes.standing_now(intake.session, lena, intake.part()).raw == 55


def test_nothing_is_ever_edited(intake, lena):
    take(intake, lena, mark("60"))
    first = intake.outcomes(lena)[0]
    before = {column.name: getattr(first, column.name) for column in Outcome.__table__.columns}
    take(intake, lena, mark("65"))
    intake.session.refresh(first)
    assert {column.name: getattr(first, column.name) for column in Outcome.__table__.columns} == before


def test_many_are_appended_as_one_after_the_other(session, intake):
    lena, omar = intake.learner("Lena", "1001"), intake.learner("Omar", "1002")
    part = intake.part()
    results = [(lena, mark("60", after=0)), (omar, mark("50", after=0)), (lena, mark("70", after=9)),
               (lena, mark("60", after=0)), (omar, mark("40", after=-5))]
    found = outcomes.append_all(session, part, results, intake.now)
    assert [row and (row.raw, row.standing) for row in found] == [
        (60, "counted"), (50, "counted"), (70, "counted"), None, (40, "older"),
    ]
    assert part.authority_fixed_at == intake.now
    assert outcomes.append_all(session, part, results, intake.now) == [None] * 5


def test_many_from_the_side_without_authority_open_one_discrepancy_each(session, intake):
    lena, omar = intake.learner("Lena", "1001"), intake.learner("Omar", "1002")
    intake.part().authority = "cairn"
    results = [(lena, mark("60", after=0)), (omar, mark("50", after=0)), (lena, mark("60", after=3))]
    assert {row.standing for row in outcomes.append_all(session, intake.part(), results, intake.now)} == {"compared"}
    assert [(row.enrolment_id, row.theirs) for row in intake.discrepancies()] == [
        (lena.id, "60 of 100"), (omar.id, "50 of 100"),
    ]
    assert intake.part().authority_fixed_at is None
