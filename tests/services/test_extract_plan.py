"""What an extract would change is worked out before anything is changed."""

import pytest
from sqlalchemy import event

from lti_tool.services import extract_plan
from lti_tool.services.extract_rows import ExtractRow
from tests.services.taking_in import Intake

RUN = ("IL5101", "A1", "2026/T2")


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


def row(line=2, **fields):
    return ExtractRow(**{"line": line, "student": "1001", "registration": "1001/1", "run": RUN, **fields})


def planned(intake, *rows):
    known = extract_plan.register(intake.session, intake.institution.id, rows)
    placed, problems = extract_plan.place(rows, known)
    return extract_plan.plan(placed, known), problems


def test_the_first_row_makes_a_registration_and_the_next_name_components(intake):
    plans, problems = planned(intake, row(), row(3, component="crit"), row(4, component="002", scale="PC"))
    assert problems == []
    assert [(plan.action, plan.changes) for plan in plans] == [
        ("new", ("new person", "new registration")), ("unchanged", ()), ("unchanged", ()),
    ]


def test_a_second_student_of_the_same_name_is_a_new_person(intake):
    plans, _ = planned(
        intake, row(family_name="Kerr", given_name="Ann"),
        row(3, student="1002", registration="1002/1", family_name="Kerr", given_name="Ann"),
    )
    assert [plan.changes[0] for plan in plans] == ["new person", "new person"]


@pytest.mark.parametrize("change, action, changes", [
    pytest.param({}, "unchanged", (), id="as it stands"),
    pytest.param({"status": "withdrawn"}, "changed", ("registered → withdrawn",), id="status"),
    pytest.param({"family_name": "Kerr"}, "changed", ("name or e-mail",), id="name"),
    pytest.param({"category": "associate"}, "changed", ("category or record id",), id="category"),
    pytest.param({"scale": "PGT"}, "changed", ("scale PGT",), id="scale"),
    pytest.param({"email": ""}, "unchanged", (), id="what is left out is kept"),
])
def test_a_known_registration(intake, change, action, changes):
    lena = intake.learner("Lena", "1001")
    lena.registration = "1001/1"
    intake.session.flush()
    ((plan,), _) = planned(intake, row(**change))
    assert (plan.action, plan.changes) == (action, changes)


@pytest.mark.parametrize(
    "rows, line, says",
    [
        pytest.param([row(run=("IL9", "A", "S2"))], 2, "no run IL9 A S2 in Cairn", id="unknown run"),
        pytest.param([row(component="VIVA")], 2, "no component VIVA. There are: CRIT, PORT", id="unknown component"),
        pytest.param(
            [row(), row(3, student="1002")], 3, "another student in line 2", id="one registration, two students"
        ),
        pytest.param(
            [row(), row(3, status="paused")], 3, "status differs from line 2", id="one registration, two statuses"
        ),
        pytest.param([row(registration="2002/1")], 2, "another student in Cairn", id="somebody else's registration"),
    ],
)
def test_a_contradiction_is_named_and_not_applied(intake, rows, line, says):
    omar = intake.learner("Omar", "2002")
    omar.registration = "2002/1"
    intake.session.flush()
    plans, (problem,) = planned(intake, *rows)
    assert (problem.line, len(plans)) == (line, len(rows) - 1) and says in problem.text


def test_another_institution_s_runs_and_people_are_not_seen(intake, session, now):
    other = Intake(session, now, "elsewhere")
    known = extract_plan.register(session, other.institution.id, [row()])
    assert known.runs[RUN].institution_id == other.institution.id and known.persons == {}


def test_the_extract_of_a_whole_university_asks_for_some_people_at_a_time(intake):
    """A statement of PostgreSQL takes 65,535 values, one of SQLite fewer in some builds."""
    rows, most = [row(n, student=str(n), registration=f"{n}/1") for n in range(1000, 3500)], []
    known = intake.learner("Ann", "3400")
    known.registration = "3400/1"
    intake.session.flush()
    engine = intake.session.get_bind()

    def note(_connection, _cursor, _statement, parameters, *_):
        most.append(len(parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        found = extract_plan.register(intake.session, intake.institution.id, rows)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert max(most) <= 1000
    assert found.persons["3400"] is known.person and found.owners == {"3400/1": known.person_id}
