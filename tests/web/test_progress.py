"""The learner's page: where am I, what may change, what happens next; and nobody else (I4, I19, I25)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select

from lti_tool.models.board import Ratification
from lti_tool.models.catalogue import RunComponent
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.institution import Institution
from lti_tool.models.people import LtiUser, Membership
from lti_tool.services import awards, decisions, larger_awards, outbox, overrides
from tests import factories
from tests.web.classroom import Classroom

PGCERT = {
    "code": "PGCERT", "title": "PGCert Data and Change", "credits": 60, "pass_mark": "50",
    "rounding": {"places": 1, "mode": "half_up"}, "grades": [["70", "Distinction"], ["50", "Pass"]],
    "items": ["IL5101", "IL5102"],
}


def words_of(page: str) -> str:
    """Without addresses, whose random keys may hold any two digits."""
    return re.sub(r'(href|src|action)="[^"]*"', "", page)


def ratify(classroom: Classroom, learner: str, authority: str = "cairn") -> None:
    with classroom.sessions.begin() as session:
        enrolment = classroom.enrolment(session, learner)
        decision = decisions.decide(session, enrolment, classroom.now)
        act = Ratification(
            institution_id=enrolment.institution_id, authority=authority, reference="INV-DATA/1",
            held_on=date(2026, 6, 1), ratified_at=classroom.now,
        )
        session.add(act)
        session.flush()
        awards.grant(session, act, decision, classroom.now)


def page_of(classroom: Classroom, name: str = "lena") -> str:
    return classroom.client(name).get("progress").text


def test_before_anything_came_there_is_no_figure(classroom: Classroom) -> None:
    with classroom.sessions.begin() as session:
        part = session.get_one(RunComponent, classroom.ids["PORT"])
        part.due_at, part.run.board_on = datetime(2026, 6, 8, 16, 0, tzinfo=UTC), date(2026, 6, 17)
    page = page_of(classroom)
    assert "registered as associate student (credit)" in page
    assert "Due 8 June 2026, 17:00" in page
    assert "That is not a zero" in page
    assert "The board decides on 17 June 2026" in page
    assert "figure-big" not in page


def deny(classroom: Classroom, state: str, theirs: str) -> None:
    """The record system is the authority, and holds 58 where the marks here add up to something else."""
    with classroom.sessions.begin() as session:
        enrolment = classroom.enrolment(session, "Lena")
        enrolment.run.version.authority = "record_system"
        institution = session.get_one(Institution, enrolment.institution_id)
        factories.destination(session, institution, enrolment.run.version, takes_provisional=True)
        decision = decisions.decide(session, enrolment, classroom.now)
        [message] = outbox.enqueue_provisional(session, decision, classroom.now)
        message.state, message.theirs_state, message.theirs_mark = state, theirs, Decimal(58)
        overrides.open_discrepancy(
            session, overrides.RECORD_DIFFERS, message, ours="61", theirs="58", now=classroom.now
        )


def test_what_their_board_decided_otherwise_leaves_no_figure_of_ours(classroom: Classroom) -> None:
    classroom.mark("Lena", "CRIT", "60")
    classroom.mark("Lena", "PORT", "62")
    deny(classroom, "sent", "agreed")
    page = page_of(classroom)
    assert "your result is the one in your student record" in page
    assert "figure-big" not in page and "Provisional</span>" not in page
    assert page.count("Marked here</span>") == 2, "no mark of ours looks like a result"


def test_a_figure_of_theirs_that_registry_kept_is_said_to_stand(classroom: Classroom) -> None:
    classroom.mark("Lena", "CRIT", "60")
    classroom.mark("Lena", "PORT", "62")
    deny(classroom, "failed", "provisional")
    page = page_of(classroom)
    assert "Registry has kept the figure in the record" in page
    assert "Ask registry" in page
    assert "figure-big" not in page and "Provisional</span>" not in page and "As it stands" not in page
    assert "own board decides" in page, "which is still to come"


def test_after_a_resit_a_figure_of_theirs_that_stands_is_told_beside_the_earlier_result(classroom: Classroom) -> None:
    classroom.mark("Lena", "CRIT", "60")
    classroom.mark("Lena", "PORT", "36")
    ratify(classroom, "Lena", "record_system")
    with classroom.sessions.begin() as session:
        run = classroom.enrolment(session, "Lena").run
        run.board_number = run.sitting = 2
    classroom.mark("Lena", "PORT", "62", attempt=2)
    deny(classroom, "failed", "provisional")
    page = page_of(classroom)
    assert "That stands until the next decision." in page
    assert "Registry has kept the figure in the record" in page
    assert "figure-big" not in page and "you have another attempt" not in page


def test_a_provisional_figure_is_called_so(classroom: Classroom) -> None:
    classroom.mark("Lena", "CRIT", "60")
    classroom.mark("Lena", "PORT", "62")
    page = page_of(classroom)
    assert '<p class="figure-big">61</p>' in page
    assert "Provisional</span>" in page
    assert "As it stands, this is a pass." in page
    assert "Confirmed" not in page


def test_with_something_missing_there_is_no_overall_figure(classroom: Classroom) -> None:
    classroom.mark("Lena", "CRIT", "60")
    page = page_of(classroom)
    assert "figure-big" not in page
    assert "Not everything is in yet" in page


def test_an_institution_may_keep_provisional_figures_back(classroom: Classroom) -> None:
    with classroom.sessions.begin() as session:
        session.get_one(Institution, classroom.ids["institution"]).words = {"show_provisional": False, "board": "panel"}
    classroom.mark("Lena", "CRIT", "67")
    classroom.mark("Lena", "PORT", "62")
    page = page_of(classroom)
    for figure in ("67", "62", "63", "64"):
        assert f">{figure}<" not in page
    assert "You see it once the panel has decided." in page
    ratify(classroom, "Lena")
    assert '<p class="figure-big">64</p>' in page_of(classroom), "what is ratified is shown"


def test_what_is_confirmed_is_shown_with_its_credit(classroom: Classroom) -> None:
    classroom.mark("Lena", "CRIT", "60")
    classroom.mark("Lena", "PORT", "62")
    ratify(classroom, "Lena")
    page = page_of(classroom)
    assert "Confirmed" in page
    assert '<p class="figure-big">61</p>' in page
    assert "15 credits" in page
    assert "Provisional" not in page


def test_a_record_that_registry_has_closed_is_not_said_to_be_on_its_way(classroom: Classroom) -> None:
    """Entered by hand, or theirs was kept: nothing of it goes there any more."""
    classroom.mark("Lena", "CRIT", "60")
    classroom.mark("Lena", "PORT", "62")
    with classroom.sessions.begin() as session:
        enrolment = classroom.enrolment(session, "Lena")
        institution = session.get_one(Institution, enrolment.institution_id)
        factories.destination(session, institution, enrolment.run.version)
    ratify(classroom, "Lena")
    with classroom.sessions.begin() as session:
        session.scalars(select(OutboxMessage)).one().state = "failed"
    page = page_of(classroom)
    assert "On its way" not in page
    assert "Closed by registry" in page and "Ask them what your record says" in page


def test_a_demonstration_tells_no_date_of_another_clock(classroom: Classroom) -> None:
    """What was read back when is the machine's time; beside a moved clock that would be two times on one page."""
    classroom.mark("Lena", "CRIT", "60")
    classroom.mark("Lena", "PORT", "62")
    ratify(classroom, "Lena", authority="record_system")
    assert "Read back and found the same on " in page_of(classroom)
    house = classroom.app.extensions["cairn"]
    house.settings = replace(house.settings, demo_clock="demo.txt")
    page = page_of(classroom)
    assert "Read back and found the same.</p>" in page
    assert "Decided on 1 June 2026" in page


def test_a_mark_changed_after_ratification_is_not_shown(classroom: Classroom) -> None:
    """I3: it changes nothing by itself."""
    classroom.mark("Lena", "CRIT", "60", after=1)
    classroom.mark("Lena", "PORT", "62", after=1)
    ratify(classroom, "Lena")
    classroom.mark("Lena", "PORT", "88", after=2)
    page = page_of(classroom)
    assert '<p class="figure-big">61</p>' in page
    assert "88" not in words_of(page)


def test_a_withdrawn_learner_reads_what_that_means(classroom: Classroom) -> None:
    classroom.mark("Lena", "CRIT", "60")
    with classroom.sessions.begin() as session:
        enrolment = classroom.enrolment(session, "Lena")
        enrolment.status, enrolment.status_on = "withdrawn", date(2026, 4, 3)
        decisions.decide(session, enrolment, classroom.now)
    page = page_of(classroom)
    assert "You withdrew on 3 April 2026" in page
    assert "60" not in words_of(page) and "Provisional" not in page


def withdraw(classroom: Classroom, learner: str) -> None:
    """After the board, on 10 June 2026."""
    with classroom.sessions.begin() as session:
        enrolment = classroom.enrolment(session, learner)
        enrolment.status, enrolment.status_on = "withdrawn", date(2026, 6, 10)
        decisions.decide(session, enrolment, classroom.now)


def test_who_withdrew_after_a_pass_reads_that_it_stands(classroom: Classroom) -> None:
    for code in ("CRIT", "PORT"):
        classroom.mark("Lena", code, "60")
    ratify(classroom, "Lena")
    withdraw(classroom, "Lena")
    page = page_of(classroom)
    assert "You withdrew on 10 June 2026. Nothing more is due, and what was decided stands." in page
    assert "no result goes" not in page and "Provisional" not in page
    assert '<p class="figure-big">60</p>' in page and "15 credits" in page


def test_who_withdrew_after_a_fail_reads_of_no_further_attempt(classroom: Classroom) -> None:
    for code in ("CRIT", "PORT"):
        classroom.mark("Lena", code, "20")
    ratify(classroom, "Lena")
    assert "you have another attempt" in page_of(classroom)
    withdraw(classroom, "Lena")
    page = page_of(classroom)
    assert "You withdrew, so that no further attempt is open." in page and "you have another attempt" not in page
    assert page.count("<strong>20</strong>") == 2, "the marks that were ratified"
    assert "Provisional" not in page and "no result goes" not in page


def test_who_withdrew_from_a_resit_sees_the_marks_that_were_ratified(classroom: Classroom) -> None:
    """What was handed in for it is not decided on any more."""
    for code in ("CRIT", "PORT"):
        classroom.mark("Lena", code, "20")
    ratify(classroom, "Lena")
    with classroom.sessions.begin() as session:
        run = classroom.enrolment(session, "Lena").run
        run.board_number = run.sitting = 2
    classroom.mark("Lena", "PORT", "77", attempt=2)
    withdraw(classroom, "Lena")
    page = page_of(classroom)
    assert "77" not in words_of(page) and "Provisional" not in page
    assert page.count("<strong>20</strong>") == 2


def test_who_withdrew_and_whose_result_was_taken_back_has_none(classroom: Classroom) -> None:
    for code in ("CRIT", "PORT"):
        classroom.mark("Lena", code, "60")
    ratify(classroom, "Lena")
    withdraw(classroom, "Lena")
    with classroom.sessions.begin() as session:
        enrolment = classroom.enrolment(session, "Lena")
        award = awards.current(session, enrolment)
        assert award is not None
        awards.revoke(session, award.ratification, award.decision, "had left before", classroom.now)
        decisions.decide(session, enrolment, classroom.now)
    page = page_of(classroom)
    assert "It was taken back since, and does not stand any more." in page
    assert "no result goes to the university’s record" in page and "what was decided stands" not in page
    assert "<strong>60</strong>" not in page and "Provisional" not in page


def test_nobody_else_stands_on_the_page(classroom: Classroom) -> None:
    classroom.mark("Omar", "PORT", "87")
    for name in ("lena", "della"):
        page = page_of(classroom, name)
        assert "Omar" not in page and "87" not in words_of(page)


def test_a_degree_student_and_an_unknown_account_are_told_what_is_so(classroom: Classroom) -> None:
    assert "has not said yet which of its learners you are" in page_of(classroom, "della")
    with classroom.sessions.begin() as session:
        bob = session.query(LtiUser).filter_by(sub="lms-bob").one()
        lena = session.query(LtiUser).filter_by(sub="lms-S1").one()
        assert session.query(Membership).filter_by(lti_user_id=lena.id).one().role == "learner"
        lena.person_id = bob.person_id or session.query(LtiUser).filter_by(sub="lms-S2").one().person_id
    assert "has not said" not in page_of(classroom)
    for name in ("bob", "eve"):
        assert classroom.client(name).get("progress").status_code == 403


def test_without_credit_it_is_complete_or_not_and_no_board_decides(classroom: Classroom) -> None:
    with classroom.sessions.begin() as session:
        enrolment = classroom.enrolment(session, "Lena")
        enrolment.regulation_set_id = enrolment.run.version.regulation_set_id = None
        enrolment.run.version.credit = 0
    assert "Not complete yet" in page_of(classroom)
    for code in ("CRIT", "PORT"):
        classroom.mark("Lena", code, "8", out_of="10")
    page = page_of(classroom)
    assert "Everything is done." in page
    assert "8 of 10" in page
    assert "Provisional" not in page and "decides on" in page


def test_stacks_are_added_up_only_when_asked(classroom: Classroom) -> None:
    lena = classroom.client("lena")
    assert "What could this count towards" not in page_of(classroom)
    with classroom.sessions.begin() as session:
        larger_awards.keep(session, session.get_one(Institution, classroom.ids["institution"]), [PGCERT])
    classroom.mark("Lena", "CRIT", "60")
    classroom.mark("Lena", "PORT", "62")
    ratify(classroom, "Lena")
    assert "What could this count towards" in page_of(classroom)
    assert "PGCert Data and Change" in lena.get("progress/towards").text
    page = lena.post("progress/towards", award="PGCERT", **{"offer-IL5101": "on"}).text
    assert "45 credits are missing." in page
    assert "15 of 60" in page
    spent = lena.post("progress/towards", award="PGCERT", **{"offer-IL5101": "on", "counted-IL5101": "PGCert Other"})
    assert "counted in another award already" in spent.text
    assert lena.post("progress/towards", award="NONE", **{"offer-IL5101": "on"}).status_code == 404
    assert "Choose at least one" in lena.after("progress/towards", award="PGCERT").text
