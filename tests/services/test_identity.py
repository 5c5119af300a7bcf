"""Who somebody is follows from a number or from a person's word; never from a name or an e-mail (I12)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lti_tool.domain.ratification import Role
from lti_tool.models.audit import AuditEntry
from lti_tool.models.people import IdentityLink, PersonIdentifier, StaffAccount
from lti_tool.services import held, identity
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services.taking_in import Intake, mark


@pytest.fixture
def intake(session, now):
    found = Intake(session, now)
    found.institution.words = {"student_number_pattern": r"S?(\d{4})(?:/\d)?"}
    return found


def links(session):
    return [(link.person_id, link.rule, link.ended_at is None) for link in session.scalars(
        select(IdentityLink).order_by(IdentityLink.id)
    )]


@pytest.mark.parametrize("sourcedid, state, reason", [
    pytest.param("1001", "matched", "student_number", id="the number itself"),
    pytest.param("s1001/1", "matched", "student_number", id="as this LMS writes it"),
    pytest.param("", "none", "no_number", id="no number"),
    pytest.param("$Person.sourcedId", "none", "no_number", id="a variable that was not filled"),
    pytest.param("lena.l", "none", "no_number", id="a login is no number"),
    pytest.param("2001", "none", "number_unknown", id="a degree student's number"),
])
def test_the_rule_of_the_number(session, intake, now, sourcedid, state, reason):
    lena = intake.learner()
    account = intake.account("user-1", sourcedid=sourcedid, name="Lena", email="lena@example.org")
    assert identity.match_user(session, account, now) == state
    assert (account.match, account.match_reason) == (state, reason)
    assert account.person_id == (lena.person_id if state == "matched" else None)


def test_an_equal_name_and_e_mail_never_match(session, intake, now):
    lena = intake.learner()
    lena.person.email = "lena@example.org"
    account = intake.account("user-1", name="Lena", email="lena@example.org")
    assert identity.match_user(session, account, now) == "none"


def test_a_number_of_two_people_is_ambiguous(session, intake, now):
    intake.learner()
    other = factories.person(session, intake.institution, "Lena")
    session.add(PersonIdentifier(institution_id=intake.institution.id, person_id=other.id, kind="esi", value="1001"))
    session.flush()
    account = intake.account("user-1", sourcedid="1001")
    assert identity.match_user(session, account, now) == "ambiguous"
    assert account.person_id is None


def test_another_number_for_a_matched_account_needs_a_word(session, intake, now):
    intake.learner("Lena", "1001")
    intake.learner("Omar", "1002")
    account = intake.account("user-1", sourcedid="1001")
    identity.match_user(session, account, now)
    account.sourcedid = "1002"
    assert identity.match_user(session, account, now) == "ambiguous"
    assert account.person_id is None and links(session)[0][2] is False
    assert identity.match_user(session, account, now) == "ambiguous"  # and stays so, whatever the LMS says


def test_a_number_kept_back_does_not_unmatch(session, intake, now):
    lena = intake.learner()
    account = intake.account("user-1", sourcedid="1001")
    identity.match_user(session, account, now)
    account.sourcedid = ""
    assert identity.match_user(session, account, now) == "matched" and account.person_id == lena.person_id


def test_two_accounts_of_one_lms_with_one_number_wait_both(session, intake, now):
    """One of them has the wrong number: the mark of the one must not reach the other (I12)."""
    intake.learner()
    first, second = (intake.account(sub, sourcedid="1001") for sub in ("user-1", "user-2"))
    assert identity.match_user(session, first, now) == "matched"
    assert identity.match_user(session, second, now) == "ambiguous"
    assert (first.match, first.match_reason, first.person_id) == ("ambiguous", "number_twice", None)
    assert identity.match_user(session, first, now) == "ambiguous"


def test_a_third_account_with_the_number_waits_too(session, intake, now):
    intake.learner()
    accounts = [intake.account(f"user-{number}", sourcedid="1001") for number in (1, 2, 3)]
    assert [identity.match_user(session, account, now) for account in accounts][1:] == ["ambiguous", "ambiguous"]


def test_one_person_may_have_several_accounts_by_somebodys_word(session, intake, now):
    lena = intake.learner()
    accounts = [intake.account(f"user-{number}", sourcedid="1001") for number in (1, 2)]
    for account in accounts:
        identity.match_user(session, account, now)
        identity.confirm(session, intake.actor(), account.key, lena.person.key, now)
    assert [account.person_id for account in accounts] == [lena.person_id, lena.person_id]


def test_the_number_of_another_institution_matches_nobody(session, intake, now):
    Intake(session, now, "elsewhere").learner("Lena", "1001")
    assert identity.match_user(session, intake.account("user-1", sourcedid="1001"), now) == "none"


def test_a_match_takes_up_what_was_held(session, intake, now):
    account = intake.account("user-1", sourcedid="1001")
    held.hold(session, intake.part(), mark("60"), held.UNKNOWN, now, lti_user=account)
    lena = intake.learner()
    assert identity.rematch(session, intake.institution.id, now) == 1
    assert [row.raw for row in intake.outcomes(lena)] == [60]


def test_what_was_held_of_a_degree_student_is_let_go(session, intake, now):
    account = intake.account("user-1", sourcedid="2001")
    held.hold(session, intake.part(), mark("60"), held.UNKNOWN, now, lti_user=account)
    identity.match_user(session, account, now)
    assert intake.held()[0].body is None


def test_registry_confirms_and_it_is_in_the_audit(session, intake, now):
    lena, account = intake.learner(), intake.account("user-1", sourcedid="2001")
    held.hold(session, intake.part(), mark("60"), held.UNKNOWN, now, lti_user=account)
    identity.confirm(session, intake.actor(), account.key, lena.person.key, now)
    assert (account.match, account.person_id) == ("confirmed", lena.person_id)
    assert links(session) == [(lena.person_id, "by_hand", True)]
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_id, entry.person_id) == (
        "identity_confirmed",
        intake.people["dana"].id,
        lena.person_id,
    )
    assert [row.raw for row in intake.outcomes(lena)] == [60]
    assert identity.match_user(session, account, now) == "confirmed"  # a person's word stands


def test_confirming_a_match_keeps_its_link(session, intake, now):
    lena, account = intake.learner(), intake.account("user-1", sourcedid="1001")
    identity.match_user(session, account, now)
    identity.confirm(session, intake.actor(), account.key, lena.person.key, now)
    assert links(session) == [(lena.person_id, "student_number", True)] and account.match == "confirmed"


def test_confirming_somebody_else_ends_the_former_link(session, intake, now):
    lena, omar = intake.learner(), intake.learner("Omar", "1002")
    account = intake.account("user-1", sourcedid="1001")
    identity.match_user(session, account, now)
    identity.confirm(session, intake.actor(), account.key, omar.person.key, now)
    assert links(session) == [(lena.person_id, "student_number", False), (omar.person_id, "by_hand", True)]


def test_unlinking_waits_for_a_word(session, intake, now):
    intake.learner()
    account = intake.account("user-1", sourcedid="1001")
    identity.match_user(session, account, now)
    identity.unlink(session, intake.actor(), account.key, now)
    assert (account.match, account.person_id, account.match_reason) == ("ambiguous", None, "unlinked")
    assert identity.match_user(session, account, now) == "ambiguous"  # the rule that was wrong does not come back


@pytest.mark.parametrize("act", [identity.confirm, identity.join_staff])
def test_only_those_who_may_say_who_somebody_is(session, intake, now, act):
    lena, account = intake.learner(), intake.account("user-1")
    with pytest.raises(Refused, match="Only registry"):
        act(session, intake.actor("bob"), account.key, lena.person.key, now)
    stranger = Intake(session, now, "elsewhere")
    with pytest.raises(NotFound):
        act(session, stranger.actor(), account.key, lena.person.key, now)
    with pytest.raises(NotFound):
        act(session, intake.actor(), account.key, stranger.people["bob"].key, now)


def test_only_registry_unlinks(session, intake, now):
    account = intake.account("user-1")
    with pytest.raises(Refused, match="Only registry"):
        identity.unlink(session, intake.actor("bob"), account.key, now)


def test_an_erased_person_is_not_found(session, intake, now):
    lena, account = intake.learner(), intake.account("user-1")
    lena.person.erased_at = now
    session.flush()
    with pytest.raises(NotFound):
        identity.confirm(session, intake.actor(), account.key, lena.person.key, now)


def test_staff_join_their_account_in_the_lms(session, intake, now):
    bob, account = intake.people["bob"], intake.account("teacher", role="instructor")
    with pytest.raises(Refused, match="no staff account"):
        identity.join_staff(session, intake.actor(), account.key, bob.key, now)
    session.add(StaffAccount(institution_id=intake.institution.id, person_id=bob.id, login="bob"))
    session.flush()
    identity.join_staff(session, intake.actor("dana", Role.IT_ADMIN), account.key, bob.key, now)
    assert account.person_id == bob.id


@given(numbers=st.lists(st.sampled_from(["1001", "1002", "s1001", "2001", "", "lena"]), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_i12_an_account_is_never_matched_to_another_number(intake, numbers):
    with intake.undone():
        owners = {"1001": intake.learner("Lena", "1001").person_id, "1002": intake.learner("Omar", "1002").person_id}
        account = intake.account("user-1")
        for number in numbers:
            account.sourcedid = number
            identity.match_user(intake.session, account, intake.now)
            bare = number.removeprefix("s")
            if account.person_id is not None and bare.isdigit():
                assert account.person_id == owners[bare]
