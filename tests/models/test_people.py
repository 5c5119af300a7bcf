"""People: a number names one person, an account in an LMS is one row, a login is taken once."""

from sqlalchemy.orm import Session

from lti_tool.models.people import LtiUser, Membership, PersonIdentifier, StaffAccount, StaffRole
from tests import factories
from tests.conftest import NOW
from tests.models.conftest import Refuses


def test_a_number_names_one_person_of_an_institution(session: Session, refuses: Refuses) -> None:
    ours, theirs = factories.institution(session), factories.institution(session, "elsewhere")
    factories.person(session, ours, "Lena", "1001")
    factories.person(session, theirs, "Lena", "1001")
    omar = factories.person(session, ours, "Omar")
    refuses(PersonIdentifier(institution_id=ours.id, person_id=omar.id, kind="student_number", value="1001"))


def test_two_people_may_have_one_name(session: Session) -> None:
    institution = factories.institution(session)
    assert factories.person(session, institution, "Lena").id != factories.person(session, institution, "Lena").id


def test_an_account_in_an_lms_is_one_row_per_institution(session: Session, refuses: Refuses) -> None:
    institution = factories.institution(session)
    registration = factories.registration(session, institution)
    user = factories.lti_user(session, registration)
    refuses(LtiUser(
        institution_id=institution.id, registration_id=registration.id, sub=user.sub, seen_at=NOW,
    ))
    theirs = factories.institution(session, "elsewhere")  # one client id for all customers of a vendor
    session.add(LtiUser(institution_id=theirs.id, registration_id=registration.id, sub=user.sub, seen_at=NOW))
    session.flush()


def test_somebody_is_in_a_course_once(session: Session, refuses: Refuses) -> None:
    registration = factories.registration(session, factories.institution(session))
    context, user = factories.context(session, registration), factories.lti_user(session, registration)

    def membership() -> Membership:
        return Membership(
            institution_id=context.institution_id, context_id=context.id, lti_user_id=user.id, seen_at=NOW,
        )

    session.add(membership())
    session.flush()
    refuses(membership())


def test_a_login_and_a_role_of_it_are_there_once(session: Session, refuses: Refuses) -> None:
    institution = factories.institution(session)
    dana = factories.person(session, institution, "Dana")
    account = StaffAccount(institution_id=institution.id, person_id=dana.id, login="dana")
    session.add(account)
    session.flush()
    session.add(StaffRole(institution_id=institution.id, account_id=account.id, role="registry"))
    session.flush()
    refuses(StaffRole(institution_id=institution.id, account_id=account.id, role="registry"))
    refuses(StaffAccount(institution_id=institution.id, person_id=dana.id, login="dana"))


def test_a_new_account_opens_nothing_yet(session: Session) -> None:
    institution = factories.institution(session)
    account = StaffAccount(
        institution_id=institution.id, person_id=factories.person(session, institution).id, login="new",
    )
    session.add(account)
    session.flush()
    assert (account.password_hash, account.totp_sealed, account.is_active) == ("", None, True)
