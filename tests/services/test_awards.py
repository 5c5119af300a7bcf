"""Awards: granted once, version by version, never written over, and credit once per person and micro-credential."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from itertools import count
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lti_tool.domain.ratification import ResultState
from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award, Revocation
from lti_tool.models.board import Decision, Ratification
from lti_tool.models.catalogue import AchievementVersion
from lti_tool.services import audit, awards, decisions
from lti_tool.services.errors import Refused
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def run(university):
    return university.run()


def ratification(university, authority="cairn"):
    return Ratification(
        institution_id=university.institution.id, authority=authority, reference="INV-DATA 2026/1",
        held_on=date(2026, 6, 1), by_person_id=university.people["alice"].id, ratified_at=university.now,
    )


def grant(university, enrolment):
    decision = decisions.decide(university.session, enrolment, university.now)
    return awards.grant(university.session, ratification(university), decision, university.now)


def test_the_first_award_is_version_one_and_the_audit_says_on_what(university, run):
    lena = university.marked(run, "60", "62")
    award = grant(university, lena)
    assert (award.version, award.supersedes_id, award.credit, award.grade) == (1, None, 15, "Merit")
    [entry] = university.session.scalars(select(AuditEntry).where(AuditEntry.subject == f"award:{award.key}"))
    assert entry.clause == "INV-2026.1" and entry.person_id == lena.person_id
    details = audit.details_of(university.session, entry)
    assert (details["mark"], details["facts"]) == ("61", award.decision.inputs_digest)


def test_the_same_decision_granted_twice_is_one_award_and_one_message(university, run):
    lena = university.marked(run, "60", "62")
    assert grant(university, lena) is grant(university, lena)
    assert len([message for message in university.messages(lena) if message.is_final]) == 1


@pytest.mark.parametrize("marks, status, code", [
    pytest.param(("60", None), "registered", "incomplete", id="I4 pending is not ratified"),
    pytest.param(("60", "60"), "withdrawn", "incomplete", id="I22 withdrawn has no result"),
])
def test_what_cannot_be_ratified(university, run, marks, status, code):
    lena = university.learner(run)
    for component, mark in zip(("CRIT", "PORT"), marks, strict=True):
        university.mark(lena, component, mark, status="marked" if mark else "pending")
    lena.status = status
    with pytest.raises(Refused) as caught:
        grant(university, lena)
    assert caught.value.code == code


def test_I25_without_credit_there_is_nothing_to_ratify(university):
    lena = university.marked(university.run("IL0001", has_credit=False), "3", "4")
    with pytest.raises(Refused) as caught:
        grant(university, lena)
    assert caught.value.code == "no_credit"


@pytest.mark.parametrize("field, value", [("mark", Decimal(51)), ("kind", "PASS"), ("credit", 15), ("grade", "Merit")])
def test_I2_a_ratified_result_cannot_be_written_over(university, run, field, value):
    award = grant(university, university.marked(run, "40", "40"))
    setattr(award, field, value)
    with pytest.raises(Refused) as caught:
        university.session.flush()
    assert caught.value.code == "ratified"


@pytest.mark.parametrize("row, field", [("decision", "kind"), ("ratification", "reference")])
def test_I2_nor_can_the_decision_or_the_act_behind_it(university, run, row, field):
    award = grant(university, university.marked(run, "40", "40"))
    setattr(getattr(award, row), field, "PASS")
    with pytest.raises(Refused):
        university.session.flush()


def test_I9_passing_the_same_micro_credential_again_earns_no_second_credit(university, run):
    lena = university.marked(run, "60", "62")
    grant(university, lena)
    again = factories.run(university.session, run.version, occurrence="B1")
    second = university.learner(again, person=lena.person)
    university.mark(second, "CRIT", "80")
    university.mark(second, "PORT", "80")
    award = grant(university, second)
    assert (award.kind, award.mark, award.credit, award.code) == ("PASS", Decimal(80), 0, "credit_given_before")


def test_I9_also_when_it_is_a_later_version_of_it(university, run):
    lena = university.marked(run, "60", "62")
    grant(university, lena)
    later = AchievementVersion(
        institution_id=run.institution_id, achievement_id=run.version.achievement_id, version=2, credit=15,
        title="Again", regulation_set_id=run.version.regulation_set_id, state="published",
    )
    university.session.add(later)
    university.session.flush()
    later.components = [
        type(part)(institution_id=part.institution_id, version_id=later.id, code=part.code, weight=part.weight)
        for part in run.version.components
    ]
    university.session.flush()
    second = university.learner(factories.run(university.session, later, occurrence="C1"), person=lena.person)
    university.mark(second, "CRIT", "80")
    university.mark(second, "PORT", "80")
    assert grant(university, second).credit == 0


def test_I9_a_fail_before_and_another_person_s_pass_take_nothing(university, run):
    lena = university.marked(run, "40", "40")
    grant(university, lena)
    grant(university, university.marked(run, "60", "62", "Moss"))
    again = factories.run(university.session, run.version, occurrence="B1")
    second = university.learner(again, person=lena.person)
    university.mark(second, "CRIT", "80")
    university.mark(second, "PORT", "80")
    assert grant(university, second).credit == 15


def test_I9_what_was_revoked_gave_no_credit(university, run):
    lena = university.marked(run, "60", "62")
    first = grant(university, lena)
    university.session.add(Revocation(
        institution_id=run.institution_id, award_id=first.id, ratification_id=first.ratification_id, reason="error",
        revoked_at=university.now,
    ))
    university.session.flush()
    assert awards.current(university.session, lena) is None
    assert awards.state_of(university.session, lena) is ResultState.RESCINDED
    again = factories.run(university.session, run.version, occurrence="B1")
    second = university.learner(again, person=lena.person)
    university.mark(second, "CRIT", "80")
    university.mark(second, "PORT", "80")
    assert grant(university, second).credit == 15


def test_a_result_of_the_record_system_is_its_act_and_nobody_s(university):
    run = university.run("IL5104", authority="record_system")
    lena = university.marked(run, "60", "62")
    act = Ratification(
        institution_id=run.institution_id, authority="record_system", reference="SRS 7", held_on=date(2026, 6, 3),
        ratified_at=university.now,
    )
    award = awards.grant(university.session, act, decisions.present(university.session, lena), university.now)
    assert (award.awarded_on, award.ratification.by_person_id) == (date(2026, 6, 3), None)


def test_I9_two_boards_at_the_same_moment_give_the_credit_once(sessions, now):
    with sessions.begin() as session:
        university = University(session, now)
        run = university.run()
        first = university.marked(run, "60", "62")
        again = factories.run(session, run.version, occurrence="B1")
        second = university.learner(again, person=first.person)
        university.mark(second, "CRIT", "80")
        university.mark(second, "PORT", "80")
        numbers = [decisions.decide(session, enrolment, now).id for enrolment in (first, second)]
    together = Barrier(2)

    def board(decision_id):
        together.wait()
        with sessions.begin() as session:
            decision = session.get_one(Decision, decision_id)
            return awards.grant(session, ratification(university), decision, now).credit

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(board, numbers)) == [0, 15]


MARKS = st.integers(0, 100).map(str)
numbers = count(1)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["CRIT", "PORT"]), MARKS, st.booleans()), min_size=1, max_size=6))
def test_I1_I2_I3_whatever_happens_no_final_message_precedes_ratification_and_no_version_changes(university, steps):
    """Scores and boards in any order: versions only grow, each as it was granted, and only they are sent as final."""
    run = university.run(code=f"X{next(numbers)}")
    lena = university.marked(run, "45", "45")
    seen: dict[int, tuple[object, ...]] = {}
    for component, mark, is_board in steps:
        university.mark(lena, component, mark)
        decision = decisions.decide(university.session, lena, university.later())
        before = awards.current(university.session, lena)
        if is_board and (before is None or decision.board_number > before.decision.board_number):
            awards.grant(university.session, ratification(university), decision, university.now)
            run.board_number = decision.board_number + 1
        history = awards.history(university.session, lena)
        told = {award.version: (award.kind, award.mark, award.credit) for award in history}
        assert seen.items() <= told.items()
        seen = told
        final = [message.award_id for message in university.messages(lena) if message.is_final]
        assert set(final) <= {award.id for award in history} and (not final or history)


def test_history_is_oldest_first(university, run):
    lena = university.marked(run, "60", "30")
    university.ratify(run)
    university.mark(lena, "PORT", "80", attempt=2)
    university.ratify(run)
    assert [award.version for award in awards.history(university.session, lena)] == [1, 2]
    assert len(university.session.scalars(select(Award)).all()) == 2
