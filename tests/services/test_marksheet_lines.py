"""The marksheet shows learners of the micro-credential, and what stands for each."""

from decimal import Decimal

import pytest

from lti_tool.models.outcome import Judgement
from lti_tool.services import marksheet_lines, outcomes
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.outcome_values import MARKSHEET, NewOutcome
from tests import factories
from tests.services.taking_in import GRADED_AT, Intake, mark


@pytest.fixture
def intake(session, now):
    found = Intake(session, now)
    found.learner("Omar", "1002")
    found.learner("Lena", "1001")
    return found


def sheet(intake, code="PORT"):
    return marksheet_lines.sheet(intake.session, intake.actor("bob"), intake.part(code).key)


def test_the_lines_are_learners_by_name(intake):
    found = sheet(intake)
    assert [(line.name, line.number, line.text) for line in found.lines] == [("Lena", "1001", ""), ("Omar", "1002", "")]
    assert (found.title, found.kind, found.maximum, found.authority) == ("Port", "mark", 100, "lms")


@pytest.mark.parametrize(
    "result, text",
    [
        pytest.param(mark("62.50"), "62.5", id="a mark"),
        pytest.param(mark("0"), "0", id="zero"),
        pytest.param(NewOutcome(source=MARKSHEET, status="absent", read_at=GRADED_AT), "absent", id="a status"),
        pytest.param(
            NewOutcome(source=MARKSHEET, status="misconduct_zero", read_at=GRADED_AT), "misconduct zero", id="two words"
        ),
        pytest.param(
            NewOutcome(source=MARKSHEET, status="unagreed", read_at=GRADED_AT, markers=(Decimal(48), Decimal(55))),
            "48 / 55",
            id="two markers",
        ),
        pytest.param(NewOutcome(source="ags", status="marked", gate="pass", read_at=GRADED_AT), "pass", id="a gate"),
    ],
)
def test_what_stands_is_shown_as_one_would_write_it(intake, result, text):
    lena = sheet(intake).lines[0]
    enrolment = next(
        one for one in marksheet_lines.enrolments_on(intake.session, intake.part()) if one.key == lena.enrolment_key
    )
    outcomes.append(intake.session, enrolment, intake.part(), result, intake.now)
    after = sheet(intake).lines[0]
    assert after.text == text and after.seen != lena.seen


def test_judgements_are_shown_in_words(intake):
    version = intake.run.version
    version.kind, version.outcomes = "outcomes", [{"code": "PORT", "text": "Survey"}]
    enrolment = marksheet_lines.enrolments_on(intake.session, intake.part())[0]
    shown = []
    for is_met, is_agreed in ((True, True), (False, True), (False, False)):
        intake.session.add(Judgement(
            institution_id=intake.institution.id, enrolment_id=enrolment.id, outcome="PORT", is_met=is_met,
            is_agreed=is_agreed, judged_at=intake.now,
        ))
        intake.session.flush()
        shown.append((sheet(intake).lines[0].text, sheet(intake).lines[0].seen))
    assert [text for text, _ in shown] == ["met", "not yet", "met / not yet"]
    assert len({seen for _, seen in shown}) == 3 and sheet(intake).kind == "judgement"


def test_who_withdrew_is_flagged(intake):
    marksheet_lines.enrolments_on(intake.session, intake.part())[0].status = "withdrawn"
    intake.session.flush()
    assert [line.is_withdrawn for line in sheet(intake).lines] == [True, False]


def test_a_gate_asks_for_a_verdict_and_the_overall_result_is_never_typed(intake):
    intake.part().component.is_gate = True
    assert sheet(intake).kind == "gate"
    with pytest.raises(Refused, match="never typed"):
        sheet(intake, "")


def test_degree_students_are_not_on_it(intake, session):
    intake.account("della", factories.person(session, intake.institution, "Della"))
    assert len(sheet(intake).lines) == 2


def test_another_institution_s_sheet_is_not_found(intake, session, now):
    other = Intake(session, now, "elsewhere")
    with pytest.raises(NotFound):
        marksheet_lines.sheet(session, other.actor("bob"), intake.part().key)
