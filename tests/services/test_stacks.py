"""Stacks: a projection over awards that stand; nothing is written, nothing is counted twice."""

from fractions import Fraction

import pytest

from lti_tool.domain.grades import GradeWords
from lti_tool.domain.rounding import Rounding, RoundingMode
from lti_tool.domain.stacking import Compensation, LargerAward
from lti_tool.services import stacks, standing
from lti_tool.services.errors import NotFound
from tests import factories
from tests.services.ratifying import University

PGCERT = LargerAward(
    credits=30, pass_mark=Fraction(50), rounding=Rounding(places=1, mode=RoundingMode.HALF_UP), level=11,
    credits_at_level=30,
    grades=GradeWords(steps=((Fraction(70), "Distinction"), (Fraction(60), "Merit"), (Fraction(50), "Pass"))),
    compensation=Compensation(min_mark=Fraction(45), max_credit=15, mean_at_least=Fraction(50)),
)


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def lena(university):
    return factories.person(university.session, university.institution, "Lena")


def take(university, lena, code, mark):
    run = university.run(code)
    enrolment = university.learner(run, person=lena)
    university.mark(enrolment, "CRIT", mark)
    university.mark(enrolment, "PORT", mark)
    university.ratify(run)
    return enrolment


def project(university, lena, *codes, **counted):
    return stacks.project(
        university.session, university.institution.id, lena.key, PGCERT, codes=codes, already_counted=counted,
    )


def test_two_passes_add_up(university, lena):
    take(university, lena, "IL5101", "62")
    take(university, lena, "IL5102", "55")
    found = project(university, lena, "IL5101", "IL5102")
    assert (found.is_eligible, found.mean_exact, found.grade) == (True, Fraction(117, 2), "Pass")
    assert not university.session.dirty and not university.session.new


def test_only_what_the_learner_offers_is_looked_at(university, lena):
    take(university, lena, "IL5101", "62")
    take(university, lena, "IL5102", "55")
    assert project(university, lena, "IL5101").reasons == ("credit_shortfall_15", "level_shortfall_15")


def test_what_is_not_ratified_does_not_count(university, lena):
    take(university, lena, "IL5101", "62")
    open_run = university.run("IL5102")
    university.mark(university.learner(open_run, person=lena), "CRIT", "70")
    assert project(university, lena, "IL5101", "IL5102").counted == ("IL5101",)


def test_I9_what_was_spent_elsewhere_bars(university, lena):
    take(university, lena, "IL5101", "62")
    take(university, lena, "IL5102", "55")
    assert "already_counted_IL5101" in project(university, lena, "IL5101", "IL5102", IL5101="PGDip").reasons


def test_I27_a_compensated_fail_counts_here_and_stays_a_fail_there(university, lena):
    take(university, lena, "IL5101", "62")
    failed = take(university, lena, "IL5102", "47")
    found = project(university, lena, "IL5101", "IL5102")
    assert (found.is_eligible, found.compensated_credit) == (True, 15)
    award = standing.current(university.session, failed)
    assert (award.kind, award.credit) == ("RESIT", 0)


def test_I9_a_micro_credential_taken_twice_is_one_item(university, lena):
    first = take(university, lena, "IL5101", "62")
    again = factories.run(university.session, first.run.version, occurrence="B1")
    second = university.learner(again, person=lena)
    university.mark(second, "CRIT", "80")
    university.mark(second, "PORT", "80")
    university.ratify(again)
    take(university, lena, "IL5102", "55")
    found = project(university, lena, "IL5101", "IL5101", "IL5102")
    assert (found.counted, found.credit_total) == (("IL5101", "IL5102"), 30)
    assert found.mean_exact == Fraction(117, 2)  # with the 62 that gave the credit, not the later 80


def test_another_institution_s_people_do_not_exist(university, lena, session, now):
    elsewhere = University(session, now, code="elsewhere")
    with pytest.raises(NotFound):
        project(elsewhere, lena, "IL5101")
