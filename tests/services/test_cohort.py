"""What an instructor sees: linked, learners, who is not included, what is missing, when the board meets (I4)."""

from datetime import date
from decimal import Decimal

import pytest

from lti_tool.models.board import Decision
from lti_tool.models.outcome import Judgement
from lti_tool.models.platform import ResourceLink
from lti_tool.services import awards, cohort, decisions, identity, outcomes
from lti_tool.services.errors import NotFound
from lti_tool.services.outcome_values import MARKSHEET, NewOutcome
from tests import factories
from tests.services.ratifying import University
from tests.services.taking_in import GRADED_AT, Intake, mark


@pytest.fixture
def intake(session, now):
    """Lena and Omar on the micro-credential, Wes withdrawn, Nia not in the LMS; two degree students; Gast unknown."""
    found = Intake(session, now)
    found.column("PORT")
    found.run.board_on = date(2026, 6, 17)
    for name, number in (("Omar", "1002"), ("Lena", "1001"), ("Wes", "1003"), ("Nia", "1004")):
        setattr(found, name.lower(), found.learner(name, number))
        if name != "Nia":
            found.account(name.lower(), found.people[name])
    found.wes.status = "withdrawn"
    found.account("della", match_reason=identity.NUMBER_UNKNOWN)
    found.account("dirk", factories.person(session, found.institution, "Dirk"))
    found.account("gast")
    found.account("bob", found.people["bob"], role="instructor")
    session.flush()
    return found


def append(intake, enrolment, result, code="PORT"):
    outcomes.append(intake.session, enrolment, intake.part(code), result, intake.now)


def test_the_first_screen_in_one_look(session, intake):
    append(intake, intake.lena, mark("60"))
    append(intake, intake.omar, NewOutcome(source=MARKSHEET, status="pending", read_at=GRADED_AT))
    found = cohort.home(session, intake.institution.id, intake.context.key)
    (run,) = found.runs
    assert (found.course, found.degree_students, found.quarantined) == ("Seeing the Evidence", 2, 1)
    assert (run.linked, run.of, run.learners, run.withdrawn, run.unseen) == (1, 2, 3, 1, 1)
    assert (run.board_on, run.board_number) == (date(2026, 6, 17), 1)
    assert [(part.title, part.is_linked, part.unmarked) for part in run.components] == [
        ("Crit", False, 3),
        ("Port", True, 2),
    ]
    assert run.unmarked == 5


@pytest.mark.parametrize("status, unmarked", [
    ("absent", 2), ("exempt", 2), ("deferred", 2), ("misconduct_zero", 2), ("pending", 3), ("unagreed", 3),
])
def test_i4_only_what_is_waited_for_is_unmarked(session, intake, status, unmarked):
    append(intake, intake.lena, NewOutcome(source=MARKSHEET, status=status, read_at=GRADED_AT))
    (run,) = cohort.home(session, intake.institution.id, intake.context.key).runs
    assert run.components[1].unmarked == unmarked


@pytest.mark.parametrize("status, counts", [("paused", (3, 1, 1)), ("withdrawn", (2, 0, 2))])
def test_of_those_on_leave_and_those_who_withdrew_nothing_is_unmarked(session, intake, status, counts):
    intake.lena.status = status
    (run,) = cohort.home(session, intake.institution.id, intake.context.key).runs
    assert (run.learners, run.paused, run.withdrawn) == counts
    assert [part.unmarked for part in run.components] == [2, 2]


def test_a_link_is_a_link_too(session, intake):
    session.add(
        ResourceLink(
            institution_id=intake.institution.id,
            context_id=intake.context.id,
            resource_link_id="l",
            run_component_id=intake.part("CRIT").id,
        )
    )
    session.flush()
    assert cohort.home(session, intake.institution.id, intake.context.key).runs[0].linked == 2


def test_a_course_without_a_micro_credential(session, now):
    intake = Intake(session, now)
    assert cohort.home(session, intake.institution.id, intake.context.key).runs == ()


def test_the_table_has_a_line_per_learner_and_a_cell_per_component(session, intake, now):
    append(intake, intake.lena, mark("0"))
    append(intake, intake.omar, NewOutcome(source=MARKSHEET, status="absent", read_at=GRADED_AT))
    for enrolment, overall in ((intake.lena, Decimal("62.50")), (intake.wes, Decimal(40))):
        session.add(Decision(
            institution_id=intake.institution.id, enrolment_id=enrolment.id, number=1, board_number=1, kind="PASS",
            overall=overall, inputs_digest="", regulations="", decided_at=now,
        ))
    session.flush()
    found = cohort.table(session, intake.institution.id, intake.run.key)
    assert found.components == ("Crit", "Port")
    rows = {row.name: row for row in found.rows}
    assert list(rows) == ["Lena", "Nia", "Omar", "Wes"]
    assert [(cell.text, cell.status) for cell in rows["Lena"].cells] == [("", ""), ("0", "marked")]
    assert [(cell.text, cell.status) for cell in rows["Omar"].cells] == [("", ""), ("", "absent")]
    assert (rows["Lena"].decision, rows["Lena"].overall, rows["Omar"].overall) == ("PASS", "62.5", "")
    assert (rows["Wes"].status, rows["Wes"].overall) == ("withdrawn", "")  # kept, flagged, no figure
    assert [row.is_in_lms for row in found.rows] == [True, False, True, True]


def test_outcomes_are_met_or_not_yet(session, intake, now):
    intake.run.version.kind = "outcomes"
    for is_met, is_agreed, enrolment in ((True, True, intake.lena), (False, False, intake.omar)):
        session.add(Judgement(
            institution_id=intake.institution.id, enrolment_id=enrolment.id, outcome="PORT", is_met=is_met,
            is_agreed=is_agreed, judged_at=now,
        ))
    session.flush()
    rows = {row.name: row.cells[1] for row in cohort.table(session, intake.institution.id, intake.run.key).rows}
    assert [(rows[name].text, rows[name].status) for name in ("Lena", "Omar", "Nia")] == [
        ("met", "marked"), ("not yet", "unagreed"), ("", ""),
    ]
    assert cohort.home(session, intake.institution.id, intake.context.key).runs[0].components[1].unmarked == 1


def test_another_institution_sees_nothing(session, intake, now):
    other = Intake(session, now, "elsewhere")
    with pytest.raises(NotFound):
        cohort.home(session, other.institution.id, intake.context.key)
    with pytest.raises(NotFound):
        cohort.table(session, other.institution.id, intake.run.key)


class TestWhatIsRatified:
    @pytest.fixture
    def home(self, session, now):
        return University(session, now)

    @pytest.fixture
    def lena(self, home):
        run = home.run()
        lena = home.marked(run, "20", "60")
        home.ratify(run)
        return lena

    def row(self, home, enrolment):
        [found] = cohort.table(home.session, home.institution.id, enrolment.run.key).rows
        return found.decision, found.overall, found.is_ratified, found.is_late

    def test_i3_a_late_mark_does_not_take_its_place(self, home, lena):
        assert self.row(home, lena) == ("RESIT", "48", True, False)
        home.mark(lena, "CRIT", "6", board=1)
        decisions.decide(home.session, lena, home.later())
        assert self.row(home, lena) == ("RESIT", "48", True, True)

    def test_what_is_to_come_before_the_next_board_does(self, home, lena):
        home.mark(lena, "CRIT", "80", attempt=2)
        decisions.decide(home.session, lena, home.later())
        assert self.row(home, lena)[0::2] == ("PASS", False)

    def test_who_withdrew_since_keeps_it(self, home, lena):
        home.mark(lena, "CRIT", "80", attempt=2)
        lena.status, lena.status_on = "withdrawn", date(2026, 6, 10)
        decisions.decide(home.session, lena, home.later())
        assert self.row(home, lena) == ("RESIT", "48", True, False)

    def test_taken_back_it_is_not_shown(self, home, lena):
        home.mark(lena, "CRIT", None, status="pending", board=1)
        found = decisions.decide(home.session, lena, home.later())
        standing = awards.current(home.session, lena)
        awards.revoke(home.session, standing.ratification, found, "another learner's mark", home.now)
        decisions.decide(home.session, lena, home.later())
        assert self.row(home, lena) == ("INCOMPLETE", "", False, False)
