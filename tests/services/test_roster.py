"""A complete roster brings accounts and memberships up to date; a broken one changes nothing."""

import pytest
from sqlalchemy import select

from connectors.errors import Unavailable
from lti_tool.domain.ratification import Role
from lti_tool.lti import nrps
from lti_tool.lti.nrps import Member
from lti_tool.models.people import LtiUser, Membership
from lti_tool.models.platform import Context
from lti_tool.services import roster
from lti_tool.services.errors import NotFound, Refused
from tests.services.taking_in import Intake

LENA = Member(user="lena", role=Role.LEARNER, name="Lena L", email="lena@example.org", sourcedid="1001")
DELLA = Member(user="della", role=Role.LEARNER, name="Della D", sourcedid="2001")
BOB = Member(user="bob", role=Role.INSTRUCTOR, name="Bob B")


class Course:
    """An LMS with a roster that may break off."""

    def __init__(self, *members, error=None):
        self.listed, self.error = members, error

    def members(self, course):
        yield from self.listed
        if self.error:
            raise self.error


@pytest.fixture
def course(sessions, now):
    with sessions.begin() as session:
        intake = Intake(session, now)
        intake.learner("Lena", "1001")
        intake.context.memberships_url = "https://lms.example/members"
    return intake


def read(sessions, now, *members, error=None):
    return roster.read_roster(sessions, Course(*members, error=error), 1, lambda: now)


def people(sessions):
    with sessions() as session:
        rows = session.execute(select(LtiUser.sub, LtiUser.match, Membership.role, Membership.is_active).join(
            Membership, Membership.lti_user_id == LtiUser.id
        ).order_by(LtiUser.sub))
        return {sub: (match, role, active) for sub, match, role, active in rows}


def test_a_roster_is_stored_and_matched(sessions, now, course):
    found = read(sessions, now, LENA, DELLA, BOB)
    assert found == roster.RosterRead(members=3, new=3, matched=1, gone=0)
    assert people(sessions) == {
        "lena": ("matched", "learner", True), "della": ("none", "learner", True), "bob": ("none", "instructor", True),
    }
    with sessions() as session:
        assert session.get_one(Context, 1).roster_read_at == now


def test_reading_again_adds_nobody(sessions, now, course):
    read(sessions, now, LENA, DELLA)
    assert read(sessions, now, LENA, DELLA).new == 0
    assert len(people(sessions)) == 2


def test_who_is_no_longer_on_a_complete_roster_has_left(sessions, now, course):
    read(sessions, now, LENA, DELLA)
    assert read(sessions, now, LENA).gone == 1
    assert people(sessions)["della"] == ("none", "learner", False)
    assert read(sessions, now, LENA, DELLA).gone == 0
    assert people(sessions)["della"][2] is True


def test_a_roster_that_breaks_off_changes_nothing(sessions, now, course):
    read(sessions, now, LENA, DELLA)
    before = people(sessions)
    with pytest.raises(Unavailable):
        read(sessions, now, BOB, error=Unavailable("The LMS does not answer."))
    assert people(sessions) == before


def test_an_empty_roster_takes_nobody_for_gone(sessions, now, course):
    read(sessions, now, LENA)
    assert read(sessions, now).gone == 0 and people(sessions)["lena"][2] is True


def test_an_inactive_member_is_not_in_the_course(sessions, now, course):
    read(sessions, now, Member(user="lena", role=Role.LEARNER, is_active=False))
    assert people(sessions)["lena"] == ("none", "learner", False)


def test_what_a_roster_keeps_back_is_not_taken_away(sessions, now, course):
    read(sessions, now, LENA)
    read(sessions, now, Member(user="lena", role=Role.LEARNER))
    with sessions() as session:
        user = session.scalars(select(LtiUser)).one()
        assert (user.name, user.sourcedid, user.number_from, user.match) == ("Lena L", "1001", "lis", "matched")


def test_somebody_without_a_course_role_has_none(sessions, now, course):
    read(sessions, now, Member(user="mentor", role=None))
    assert people(sessions)["mentor"][1] == ""


def test_a_course_without_a_roster_says_what_to_do(sessions, now, course):
    with sessions.begin() as session:
        session.get_one(Context, 1).memberships_url = ""
    with pytest.raises(Refused, match="Names and Roles"):
        read(sessions, now)
    with pytest.raises(NotFound):
        roster.read_roster(sessions, Course(), 99, lambda: now)


def test_the_lms_is_asked_for_the_course(monkeypatch):
    monkeypatch.setattr(nrps, "members", lambda service, url: (service, url))
    asked = roster.LmsRoster(lambda registration_id: f"lms {registration_id}")
    assert asked.members(roster.Course(registration_id=7, url="https://lms.example/m")) == ("lms 7", "https://lms.example/m")
