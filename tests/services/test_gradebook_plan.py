"""What each row of an export would do: whose it is, what it says, and what is wrong, by line (I12)."""

from decimal import Decimal

import pytest

from lti_tool.services import gradebook_files, gradebook_plan, outcomes
from tests import factories
from tests.services.taking_in import Intake, mark

HEAD = 'First name,Surname,ID number,Email address,Quiz: Risk (Real),Last downloaded from this course'


@pytest.fixture
def intake(session, now):
    found = Intake(session, now)
    found.institution.words = {"student_number_pattern": r"S?(\d{4})"}
    found.learner("Lena", "1001")
    return found


def plans(intake, *rows, maximum="9"):
    book = gradebook_files.read("\n".join([HEAD, *rows]).encode())
    planned = gradebook_plan.planned_rows(
        intake.session, intake.part(), book, book.columns[0], Decimal(maximum), intake.now
    )
    return [entry.plan for entry in gradebook_plan.without_rivals(list(planned))]


def row(number="1001", cell="6.00"):
    cell = f'"{cell}"' if "," in cell else cell
    return f"Lena,L,{number},lena@example.org,{cell},1779271200"


@pytest.mark.parametrize("number, cell, kind, shown, says", [
    pytest.param("1001", "6.00", "new", "6", "", id="a mark"),
    pytest.param("s1001", "0.00", "new", "0", "", id="I4 zero is a mark"),
    pytest.param("1001", "-", "no_figure", "", "", id="I4 no mark"),
    pytest.param("1001", "", "no_figure", "", "", id="I4 nothing"),
    pytest.param("1001", "5,5", "new", "5.5", "", id="a comma that is one"),
    pytest.param("1001", "1,000", "unclear", "", "may mean a thousand", id="a comma that is two"),
    pytest.param("1001", "9.01", "unclear", "", "above the maximum of 9", id="above the maximum"),
    pytest.param("1001", "60 %", "unclear", "", "is a percentage", id="a percentage"),
    pytest.param("1001", "=6+1", "unclear", "", "is no number", id="a formula is data"),
    pytest.param("1001", "EX", "unclear", "", "say so on the marksheet", id="excused is no mark"),
    pytest.param("2001", "8.00", "not_on_mc", "", "", id="a degree student"),
    pytest.param("", "8.00", "held", "8", "nobody knows whose mark", id="no number"),
    pytest.param("gast", "8.00", "held", "8", "nobody knows whose mark", id="no student number"),
    pytest.param("gast", "eight", "unclear", "", "is no number", id="nobody's rubbish"),
])
def test_what_a_row_would_do(intake, number, cell, kind, shown, says):
    (plan,) = plans(intake, row(number, cell))
    assert (plan.line, plan.kind, plan.mark) == (2, kind, shown) and says in plan.text
    assert bool(plan.text) == bool(says)


def test_of_a_degree_student_nothing_is_read_at_all(intake):
    (plan,) = plans(intake, row("2001", "rubbish"))
    assert (plan.kind, plan.text, plan.mark) == ("not_on_mc", "", "")


def test_what_stands_is_shown_beside(intake, session):
    lena = session.get_one(outcomes.Enrolment, 1)
    outcomes.append(session, lena, intake.part(), mark("6", out_of="9"), intake.now)
    assert [(plan.kind, plan.was, plan.learner) for plan in plans(intake, row())] == [("unchanged", "6", lena.key)]
    assert [(plan.kind, plan.was) for plan in plans(intake, row(cell="7"))] == [("new", "6")]


def test_two_rows_of_one_learner_with_two_marks_are_both_named(intake):
    found = plans(intake, row(), row(cell="7.00"), row("2001"))
    assert [plan.kind for plan in found] == ["unclear", "unclear", "not_on_mc"]
    assert found[0].text == "Lines 2 and 3 give one learner two marks. Keep one of them."
    assert [plan.kind for plan in plans(intake, row(), row())] == ["new", "unchanged"]


def test_two_registrations_are_not_guessed_between(intake, session):
    factories.enrolment(session, intake.run, intake.people["Lena"], "1001/2")
    (plan,) = plans(intake, row())
    assert plan.kind == "held" and "two registrations" in plan.text


def test_a_component_marked_here_is_only_compared(intake):
    intake.part().authority = "cairn"
    assert plans(intake, row())[0].kind == "compared"


@pytest.mark.parametrize("cell, kind, verdict", [("9.00", "new", "pass"), ("0", "new", "fail"), ("5", "unclear", "")])
def test_a_gate_is_full_marks_or_none(intake, cell, kind, verdict):
    intake.part().component.is_gate = True
    (plan,) = plans(intake, row(cell=cell))
    assert (plan.kind, plan.mark) == (kind, verdict)
