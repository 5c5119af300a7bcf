"""Marks made here: checked line by line, taken together, never overwritten unseen (I4, I16)."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.models.board import Decision
from lti_tool.models.outcome import Judgement
from lti_tool.services import decisions, marksheet, outcomes
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.marksheet import Entry
from tests.services.taking_in import Intake, mark

HANDED_IN = datetime(2026, 5, 9, 12, 0, tzinfo=UTC)


@pytest.fixture
def intake(session, now):
    """PORT is marked here, CRIT in the LMS."""
    found = Intake(session, now)
    found.part("PORT").authority = "cairn"
    found.learner("Lena", "1001")
    found.learner("Omar", "1002")
    return found


def line(intake, name="Lena", code="PORT"):
    lines = marksheet.sheet(intake.session, intake.actor("bob"), intake.part(code).key).lines
    return next(one for one in lines if one.name == name)


def write(intake, text="", name="Lena", code="PORT", **fields):
    """Bob writes on a line as he sees it."""
    seen = line(intake, name, code)
    entry = Entry(enrolment_key=seen.enrolment_key, text=text, seen=seen.seen, **fields)
    return marksheet.apply(intake.session, intake.actor("bob"), intake.part(code).key, [entry], intake.now)


@pytest.mark.parametrize("text, status, raw", [
    ("62", "marked", "62"), ("0", "marked", "0"), ("absent", "absent", None), ("deferred", "deferred", None),
    ("exempt", "exempt", None), ("pending", "pending", None), ("misconduct zero", "misconduct_zero", None),
])
def test_i4_what_is_written_stands_as_it_was_meant(intake, text, status, raw):
    done = write(intake, text)
    (outcome,) = done.outcomes
    assert (outcome.status, outcome.raw) == (status, None if raw is None else Decimal(raw))
    assert (outcome.source, outcome.standing, outcome.marked_by) == ("marksheet", "counted", intake.people["bob"].id)
    assert line(intake).text == text


def test_the_same_again_changes_nothing(intake):
    write(intake, "62")
    done = write(intake, "62.0")
    assert (done.changed, done.unchanged) == ((), 1)


def test_back_again_is_a_result_of_its_own(intake):
    for text in ("62", "65", "62"):
        write(intake, text)
    assert line(intake).text == "62"


def test_two_markers_do_not_overwrite_each_other(intake):
    opened = line(intake)
    write(intake, "62")
    late = Entry(enrolment_key=opened.enrolment_key, text="55", seen=opened.seen)
    with pytest.raises(Refused, match="Somebody else has changed 1"):
        marksheet.apply(intake.session, intake.actor("bob"), intake.part().key, [late], intake.now)
    assert line(intake).text == "62"


def test_two_markers_on_other_lines_are_not_in_each_other_s_way(intake):
    opened = line(intake, "Omar")
    write(intake, "62")
    entry = Entry(enrolment_key=opened.enrolment_key, text="55", seen=opened.seen)
    assert marksheet.apply(intake.session, intake.actor("bob"), intake.part().key, [entry], intake.now).changed


def test_markers_who_differ_give_no_mark_until_they_agree(intake):
    write(intake, "48 / 55")
    (first,) = intake.session.scalars(select(outcomes.Outcome)).all()
    assert (first.status, first.raw, first.markers) == ("unagreed", None, ["48", "55"])
    write(intake, "52", agreed_by="third marker")
    newest = intake.session.scalars(select(outcomes.Outcome).order_by(outcomes.Outcome.id.desc())).first()
    assert (newest.status, newest.raw, newest.agreed_by, newest.attempt) == ("marked", 52, "third marker", 1)


def test_when_it_was_handed_in_and_extensions_stay_with_the_attempt(intake):
    write(intake, "62", submitted_at=HANDED_IN, extension_hours=48)
    write(intake, "63")
    found = line(intake)
    assert (found.text, found.submitted_at, found.extension_hours) == ("63", HANDED_IN, 48)


def test_handed_in_and_not_marked_is_pending(intake):
    write(intake, submitted_at=HANDED_IN)
    assert (line(intake).text, line(intake).submitted_at) == ("pending", HANDED_IN)


@pytest.mark.parametrize("fields", [{"submitted_at": HANDED_IN, "extension_hours": 48}, {"agreed_by": "third marker"}])
def test_of_a_mark_of_the_lms_what_it_cannot_say_is_told_here(intake, fields):
    enrolment = intake.session.get_one(outcomes.Enrolment, 1)
    outcomes.append(intake.session, enrolment, intake.part("CRIT"), mark("60"), intake.now)
    assert write(intake, code="CRIT", **fields).outcomes[0].standing == "counted"
    found = line(intake, code="CRIT")
    assert found.text == "60" and {name: getattr(found, name) for name in fields} == fields
    assert intake.discrepancies() == []


def test_a_mark_of_the_lms_is_not_typed_here(intake):
    with pytest.raises(Refused, match="made in the LMS"):
        write(intake, "62", code="CRIT")
    assert write(intake, "absent", code="CRIT").changed
    assert write(intake, "48 / 55", code="CRIT").changed


def read(intake, raw="60", name="Lena", **fields):
    """The LMS column is read."""
    enrolment = learner_of(intake, name)
    return outcomes.append(intake.session, enrolment, intake.part("CRIT"), mark(raw, **fields), intake.now)


def learner_of(intake, name):
    return next(e for e in marksheet.enrolments_on(intake.session, intake.part()) if e.person.display_name == name)


@pytest.mark.parametrize("after", [None, 5], ids=["no time", "with a time"])
@pytest.mark.parametrize("typed", ["absent", "deferred", "pending", "exempt", "48 / 55"])
def test_a_word_typed_on_the_wrong_line_is_taken_back(intake, typed, after):
    first = read(intake, after=after, lti_user_id=intake.account("lena").id)
    write(intake, typed, code="CRIT")
    assert (line(intake, code="CRIT").text, line(intake, code="CRIT").in_lms) == (typed, "60")
    (outcome,) = write(intake, "As in  the LMS", code="CRIT").outcomes
    told = ("status", "raw", "out_of", "attempt", "board_number", "is_first_sit", "source", "source_at", "read_at",
            "capture_run_id", "lti_user_id")
    assert [getattr(outcome, name) for name in told] == [getattr(first, name) for name in told]
    assert (outcome.standing, outcome.marked_by) == ("counted", intake.people["bob"].id)
    assert (line(intake, code="CRIT").text, line(intake, code="CRIT").in_lms) == ("60", "")
    assert write(intake, "as in the LMS", code="CRIT").unchanged == 1
    write(intake, "absent", code="CRIT")
    assert read(intake, after=after) is None and line(intake, code="CRIT").text == "absent"


def test_what_was_handed_in_stays_with_a_mark_that_is_told_again(intake):
    read(intake)
    write(intake, code="CRIT", submitted_at=HANDED_IN)
    assert line(intake, code="CRIT").in_lms == "", "the mark stands"
    write(intake, "absent", code="CRIT")
    (outcome,) = write(intake, "as in the LMS", code="CRIT").outcomes
    assert (outcome.raw, outcome.submitted_at, outcome.source) == (60, HANDED_IN, "ags")


def refused(intake, code="CRIT"):
    with pytest.raises(Refused) as caught:
        write(intake, "as in the LMS", code=code)
    return caught.value.text


def test_where_the_lms_never_gave_a_figure_nothing_is_taken_back(intake):
    write(intake, "absent", code="CRIT")
    assert "The LMS has given no mark for this attempt" in refused(intake)
    read(intake)
    write(intake, "carried", code="CRIT")  # which is a second attempt, of which the LMS says nothing
    assert line(intake, code="CRIT").in_lms == "" and "for this attempt" in refused(intake)


def test_what_was_another_person_s_is_not_told_again(intake):
    account = intake.account("lena", intake.people["Lena"])
    read(intake, lti_user_id=account.id)
    account.person_id = intake.people["Omar"].id
    intake.session.flush()
    outcomes.take_back(intake.session, account, intake.now)
    assert line(intake, code="CRIT").in_lms == "" and "given no mark" in refused(intake)


def test_where_marks_are_made_here_there_is_nothing_in_the_lms(intake):
    write(intake, "62")
    assert line(intake).in_lms == "" and "is marked in Cairn" in refused(intake, "PORT")


def test_a_verdict_of_the_lms_is_told_again(intake):
    intake.part("CRIT").component.is_gate = True
    read(intake, None, gate="pass")
    write(intake, "absent", code="CRIT")
    assert line(intake, code="CRIT").in_lms == "pass"
    write(intake, "as in the LMS", code="CRIT")
    assert line(intake, code="CRIT").text == "pass"


def test_the_word_may_be_pasted(intake):
    read(intake)
    write(intake, "absent", code="CRIT")
    checked = marksheet.paste(
        intake.session, intake.actor("bob"), intake.part("CRIT").key, "1001 as in the LMS\n1002\tas in the LMS"
    )
    assert [entry.text for entry in checked.entries] == ["as in the LMS"]
    assert [(problem.line, "given no mark" in problem.text) for problem in checked.problems] == [(2, True)]


def test_a_gate_is_passed_or_failed(intake):
    intake.part().component.is_gate = True
    assert write(intake, "fail").outcomes[0].gate == "fail"
    assert write(intake, "pass").outcomes[0].gate == "pass"
    with pytest.raises(Refused, match="none of pass, fail"):
        write(intake, "62")


def test_a_later_attempt_may_be_named(intake):
    write(intake, "42")
    intake.run.board_number = 2
    (outcome,) = write(intake, "60", attempt=2).outcomes
    assert (outcome.attempt, outcome.board_number) == (2, 2)


def test_a_carried_mark_says_from_where(intake):
    write(intake, "42")
    intake.run.board_number = 2
    (outcome,) = write(intake, "carried").outcomes
    assert (outcome.status, outcome.attempt, outcome.from_attempt, outcome.board_number) == ("carried", 2, 1, 2)


@pytest.fixture
def judged(intake):
    version = intake.run.version
    version.kind, version.outcomes = (
        "outcomes",
        [{"code": "PORT", "text": "Survey"}, {"code": "CRIT", "text": "Report"}],
    )
    intake.session.flush()
    return intake


def test_judgements_are_added_and_decided(judged):
    assert write(judged, "met").changed and not write(judged, "met").changed
    assert write(judged, "met / not yet").changed and write(judged, "met", code="CRIT").changed
    rows = judged.session.scalars(select(Judgement).order_by(Judgement.id)).all()
    assert [(row.outcome, row.is_met, row.is_agreed) for row in rows] == [
        ("PORT", True, True), ("PORT", False, False), ("CRIT", True, True),
    ]
    assert rows[0].marked_by == judged.people["bob"].id
    assert judged.session.scalars(select(Decision)).all()


def test_a_judgement_before_the_next_board_is_another(judged):
    write(judged, "not yet")
    judged.run.board_number = 2
    assert write(judged, "not yet").changed


@pytest.mark.parametrize("text, says", [
    ("101", "above the maximum of 100"), ("-1", "below 0"), ("good", "no mark"), ("1,000", "thousand"),
])
def test_an_odd_entry_is_named_and_nothing_is_taken(intake, text, says):
    good, bad = line(intake, "Omar"), line(intake)
    entries = [
        Entry(enrolment_key=good.enrolment_key, text="60", seen=good.seen),
        Entry(enrolment_key=bad.enrolment_key, text=text, seen=bad.seen, line=2),
    ]
    checked = marksheet.check(intake.session, intake.actor("bob"), intake.part().key, entries)
    assert checked.entries == (entries[0],) and says in checked.problems[0].text and checked.problems[0].line == 2
    with pytest.raises(Refused, match="1 of these lines"):
        marksheet.apply(intake.session, intake.actor("bob"), intake.part().key, entries, intake.now)
    assert line(intake, "Omar").text == ""


def test_nobody_marks_who_withdrew_or_is_not_on_it(intake, session):
    session.get_one(outcomes.Enrolment, 1).status = "withdrawn"
    with pytest.raises(Refused, match="has withdrawn"):
        write(intake, "62")
    with pytest.raises(Refused, match="not on the marksheet"):
        marksheet.apply(
            session, intake.actor("bob"), intake.part().key, [Entry(enrolment_key="x", text="1")], intake.now
        )
    with pytest.raises(Refused, match="0 hours or more"):
        write(intake, "62", name="Omar", extension_hours=-1)


def test_a_pasted_list_becomes_entries_and_each_bad_line_is_named(intake):
    text = "1001\t62\n1002; 49,5\n9999 50\n1001 70\n1002\n"
    found = marksheet.paste(intake.session, intake.actor("bob"), intake.part().key, text)
    assert [(entry.text, entry.line) for entry in found.entries] == [("62", 1), ("49,5", 2)]
    assert [(problem.line, problem.text.split(".")[0]) for problem in found.problems] == [
        (3, "This student number is not on the marksheet"), (4, "This learner stands in an earlier line already"),
        (5, "This learner stands in an earlier line already"),
    ]
    marksheet.apply(intake.session, intake.actor("bob"), intake.part().key, found.entries, intake.now)
    assert (line(intake).text, line(intake, "Omar").text) == ("62", "49.5")


def test_pasting_names_marks_that_are_none(intake):
    found = marksheet.paste(intake.session, intake.actor("bob"), intake.part().key, "1001 62%\n1002")
    assert found.entries == ()
    assert ["percentage" in found.problems[0].text, "no mark behind" in found.problems[1].text] == [True, True]


def test_what_is_written_is_decided_at_once(intake):
    write(intake, "62")
    assert decisions.present(intake.session, intake.session.get_one(outcomes.Enrolment, 1)).kind == "INCOMPLETE"


def test_another_institution_s_sheet_is_not_found(intake, session, now):
    other, entry = Intake(session, now, "elsewhere"), Entry(enrolment_key=line(intake).enrolment_key, text="62")
    with pytest.raises(NotFound):
        marksheet.apply(session, other.actor("bob"), intake.part().key, [entry], now)
    with pytest.raises(Refused, match="not on the marksheet"):
        marksheet.apply(session, other.actor("bob"), other.part().key, [replace(entry)], now)
