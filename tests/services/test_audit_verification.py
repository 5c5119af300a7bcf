"""A result that was changed past Cairn, in the database itself, is found."""

from decimal import Decimal

import pytest
from sqlalchemy import delete, update

from lti_tool.models.award import Award, Revocation
from lti_tool.models.delivery import OutboxMessage
from lti_tool.services import audit_verification, awards, decisions, erasure
from tests.services.ratifying import University
from tests.services.test_awards import grant


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def award(university):
    return grant(university, university.marked(university.run(), "60", "62"))


def problem(university):
    return audit_verification.verify(university.session, university.institution.id).problem


def test_what_stands_as_it_was_granted_is_whole(university, award):
    assert problem(university) == ""


@pytest.mark.parametrize("changed", [
    {"mark": Decimal(62)}, {"mark": None}, {"credit": 30}, {"grade": "Distinction"}, {"kind": "FAIL_FINAL"},
    {"version": 2},
])
def test_a_changed_award_is_named(university, award, changed):
    university.session.execute(update(Award.__table__).values(changed))
    assert f"award:{award.key} does not hold what entry" in problem(university)


def test_a_deleted_award_is_missed(university, award):
    for table in (OutboxMessage, Award):
        university.session.execute(delete(table.__table__))
    assert "is gone" in problem(university)


def test_an_award_that_nobody_granted_is_named(university, award):
    copy = {column.name: getattr(award, column.name) for column in Award.__table__.columns}
    university.session.execute(Award.__table__.insert().values(
        {**copy, "id": award.id + 1, "key": "smuggled", "version": 2}
    ))
    assert "no entry says that award:smuggled was granted" in problem(university)


def test_what_was_said_of_an_erased_person_is_not_compared(university, award):
    for message in university.messages(award.enrolment):
        message.state = "confirmed"
    erasure.erase(university.session, university.actor("dana"), award.enrolment.person.key, university.now)
    university.session.execute(update(Award.__table__).values(credit=30))
    assert problem(university) == "", "there is nothing left to compare with"


@pytest.fixture
def taken_back(university, award):
    """The award, which does not stand any more."""
    university.mark(award.enrolment, "CRIT", None, status="pending", board=1)
    found = decisions.decide(university.session, award.enrolment, university.later())
    awards.revoke(university.session, award.ratification, found, "another learner's mark", university.now)
    assert problem(university) == ""
    return award


def test_a_taking_back_that_was_undone_is_missed(university, taken_back):
    university.session.execute(delete(Revocation.__table__))
    assert problem(university).startswith(f"award:{taken_back.key} stands again, and entry ")


@pytest.mark.parametrize("changed", [{"reason": "on a whim"}, {"code": "WITHDRAWN"}])
def test_another_reason_is_named(university, taken_back, changed):
    university.session.execute(update(Revocation.__table__).values(changed))
    assert problem(university).startswith(f"award:{taken_back.key} is taken back for another reason than entry ")


def test_a_taking_back_that_nobody_decided_is_named(university, award):
    university.session.execute(Revocation.__table__.insert().values(
        institution_id=award.institution_id, key="smuggled", award_id=award.id, ratification_id=award.ratification_id,
        reason="on a whim", code="INCOMPLETE", revoked_at=university.now,
    ))
    assert problem(university) == f"no entry says that award:{award.key} was taken back."


def test_of_an_erased_person_it_is_still_known_that_it_was_taken_back(university, taken_back):
    for message in university.messages(taken_back.enrolment):
        message.state = "confirmed"
    erasure.erase(university.session, university.actor("dana"), taken_back.enrolment.person.key, university.now)
    university.session.flush()
    assert problem(university) == ""
    university.session.execute(delete(Revocation.__table__))
    assert "stands again" in problem(university)
