"""A wrong digit makes nobody a degree student while a registered learner of that name has no account."""

import pytest

from lti_tool.services import missing
from tests import factories


@pytest.fixture
def university(session):
    return factories.institution(session)


@pytest.fixture
def run(session, university):
    return factories.run(session, factories.version(session, university, factories.regulation_set(session, university)))


@pytest.fixture
def lms(session, university):
    return factories.registration(session, university)


def learner(session, university, run, name="Desi Petrova", email="desi@inverlea.example"):
    person = factories.person(session, university, name)
    person.email = email
    factories.enrolment(session, run, person)
    return person


def found(session, user, run):
    return user.id in missing.among(session, [user], [run.id])


@pytest.mark.parametrize("name, email, looks", [
    pytest.param("Desi Petrova", "other@mail.example", True, id="the same name"),
    pytest.param("D. P.", "DESI@inverlea.example", True, id="the same e-mail, in other letters"),
    pytest.param("Rory Gunn", "rory@inverlea.example", False, id="somebody else"),
    pytest.param("", "", False, id="an account that says nothing"),
])
def test_whom_an_account_looks_like(session, university, run, lms, name, email, looks):
    learner(session, university, run)
    assert found(session, factories.lti_user(session, lms, name=name, email=email), run) is looks


def test_a_namesake_of_somebody_with_an_account_is_nobody_missing(session, university, run, lms):
    person = learner(session, university, run)
    factories.lti_user(session, lms, "the-account", name=person.display_name, person_id=person.id)
    assert not found(session, factories.lti_user(session, lms, "namesake", name=person.display_name), run)


def test_somebody_missing_on_another_run_is_not_missing_here(session, university, run, lms):
    learner(session, university, run)
    other = factories.run(session, run.version, occurrence="B")
    assert not found(session, factories.lti_user(session, lms, name="Desi Petrova"), other)


def test_another_institution_has_nobody_missing_here(session, university, run):
    learner(session, university, run)
    elsewhere = factories.registration(session, factories.institution(session, "elsewhere"), "https://lms.elsewhere")
    assert missing.among(session, [factories.lti_user(session, elsewhere, name="Desi Petrova")]) == set()
