"""A row of an export is an account of the LMS; whose account that is, registry's word says before any number."""

import pytest

from lti_tool.services import gradebook_accounts, identity
from tests.services.taking_in import Intake
from tests.services.test_gradebook_plan import plans, row


@pytest.fixture
def intake(session, now):
    found = Intake(session, now)
    found.learner("Lena", "1001")
    return found


@pytest.fixture
def in_course(intake):
    """Put an account with an e-mail into the course that teaches the run."""
    intake.column()

    def put(sub: str, email: str = "lena@example.org", **fields: object):
        return intake.account(sub, email=email, **fields)

    return put


def test_registrys_word_on_the_account_names_a_row_without_a_number(session, intake, in_course, now):
    account = in_course("user-9")
    identity.confirm(session, intake.actor(), account.key, intake.people["Lena"].key, now)
    assert [plan.kind for plan in plans(intake, row(number=""))] == ["new"]


def test_registrys_word_comes_before_a_wrong_number_in_the_file(session, intake, in_course, now):
    omar = intake.learner("Omar", "1002")
    account = in_course("user-9")
    identity.confirm(session, intake.actor(), account.key, omar.person.key, now)
    assert [plan.learner for plan in plans(intake, row(number="1001"))] == [omar.key]


def test_an_account_that_waits_for_a_word_gives_nobody_its_mark(session, intake, in_course):
    account = in_course("user-9")
    account.match = identity.AMBIGUOUS
    assert [plan.kind for plan in plans(intake, row(number="1001"))] == ["held"]


def test_a_number_nobody_has_is_held_while_somebody_like_this_is_missing(session, intake, in_course):
    in_course("user-9", name="Lena", sourcedid="1OO1")
    assert [plan.kind for plan in plans(intake, row(number="1OO1"))] == ["held"]


def test_an_account_of_one_person_and_a_number_of_another_are_not_guessed_between(session, intake, in_course):
    """I12: a result never goes to somebody else; which of the two the LMS means, a person must say."""
    omar = intake.learner("Omar", "1002")
    in_course("user-9", person_id=omar.person_id, match=identity.MATCHED)
    [plan] = plans(intake, row(number="1001"))
    assert (plan.kind, plan.learner) == ("held", "") and "name two people" in plan.text
    assert [plan.learner for plan in plans(intake, row(number="1002"))] == [omar.key]


def test_two_accounts_with_one_email_are_none(session, intake, in_course):
    in_course("user-8")
    in_course("user-9", email="LENA@example.org")
    accounts = gradebook_accounts.Accounts(session, intake.run.id)
    assert accounts.of("lena@example.org") is None


@pytest.mark.parametrize("email", ["", "nobody@example.org"])
def test_an_email_that_nobody_has_is_no_account(session, intake, in_course, email):
    in_course("user-9")
    assert gradebook_accounts.Accounts(session, intake.run.id).of(email) is None
