"""Quarantine shows who waits for a word, why, and who it might be; degree students are no riddle."""

import pytest

from lti_tool.models.people import Membership
from lti_tool.services import held, identity, quarantine
from tests.services.taking_in import Intake, mark


@pytest.fixture
def intake(session, now):
    found = Intake(session, now)
    found.column()
    return found


def names(intake):
    return [entry.name for entry in quarantine.quarantine(intake.session, intake.institution.id)]


@pytest.mark.parametrize("fields, waits", [
    pytest.param({}, True, id="no number"),
    pytest.param({"match_reason": identity.NO_NUMBER}, True, id="no number, looked at"),
    pytest.param({"match": "ambiguous", "match_reason": identity.TWO_PEOPLE}, True, id="two people"),
    pytest.param({"match": "ambiguous", "match_reason": identity.UNLINKED}, True, id="unlinked"),
    pytest.param({"match_reason": identity.NUMBER_UNKNOWN}, False, id="a degree student"),
    pytest.param({"role": "instructor"}, False, id="a teacher"),
])
def test_who_waits(intake, fields, waits):
    intake.account("gast", **{"name": "Gast", **fields})
    assert names(intake) == (["Gast"] if waits else [])


def test_a_known_person_does_not_wait(intake):
    lena = intake.learner()
    intake.account("user-1", lena.person)
    assert names(intake) == []


def test_a_course_without_a_micro_credential_is_none_of_ours(session, now):
    intake = Intake(session, now)
    intake.account("gast")
    assert names(intake) == []


def test_somebody_who_left_does_not_wait(intake, session):
    intake.account("gast")
    session.query(Membership).one().is_active = False
    session.flush()
    assert names(intake) == []


def test_an_entry_says_why_and_what_is_held_and_suggests(intake, session, now):
    lena = intake.learner()
    lena.person.email = "Lena@example.org"
    intake.learner("Gast", "1002")
    account = intake.account("gast", name="gast", email="lena@example.org")
    held.hold(session, intake.part(), mark("88"), held.UNKNOWN, now, lti_user=account)
    (entry,) = quarantine.quarantine(session, intake.institution.id)
    assert entry.reason == "The LMS sends no student number for this account."
    assert (entry.held_results, entry.courses) == (1, ("IL5101",))
    assert [(one.display_name, one.reason) for one in entry.suggestions] == [
        ("Lena", "the same e-mail"), ("Gast", "the same name"),
    ]
    assert account.person_id is None  # a suggestion is never a match


def test_institutions_see_nothing_of_each_other(intake, session, now):
    intake.account("gast", name="Gast", email="g@example.org")
    other = Intake(session, now, "elsewhere")
    other.learner("Gast", "1").person.email = "g@example.org"
    session.flush()
    assert quarantine.quarantine(session, other.institution.id) == []
    assert quarantine.quarantine(session, other.institution.id, [intake.context.id]) == []
    assert quarantine.quarantine(session, intake.institution.id)[0].suggestions == ()
