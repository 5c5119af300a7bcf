"""Staff accounts: invited once, two factors, locked after failures, and roles of this moment."""

from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.audit import AuditEntry
from lti_tool.models.institution import Institution
from lti_tool.models.people import StaffAccount, StaffRole
from lti_tool.services import staff
from lti_tool.services.errors import NotFound, Refused
from tests import factories

PASSWORD = "three small stones"


@pytest.fixture
def home(session: Session) -> Institution:
    return factories.institution(session)


@pytest.fixture
def invited(session: Session, home: Institution, now: datetime) -> staff.Invitation:
    return staff.add(session, home, login=" Dana ", name="Dana", roles=[Role.REGISTRY, Role.AUDITOR], now=now)


def code(invited: staff.Invitation, at: datetime) -> str:
    return pyotp.TOTP(invited.totp_secret).at(at)


def set_up(session: Session, invited: staff.Invitation, now: datetime) -> StaffAccount:
    return staff.accept(session, invited.token, PASSWORD, code(invited, now), now)


def later(now: datetime, **span: int) -> datetime:
    return now + timedelta(**(span or {"seconds": 30}))


def test_an_account_is_added_with_its_roles_and_written_down(session: Session, invited: staff.Invitation) -> None:
    account = session.scalars(select(StaffAccount)).one()
    assert account.login == "dana"
    assert {role.role for role in account.roles} == {"registry", "auditor"}
    assert session.scalars(select(AuditEntry.action)).all() == ["staff.add"]


def test_a_login_is_taken_once_in_an_institution(
    session: Session, home: Institution, invited: staff.Invitation, now: datetime,
) -> None:
    with pytest.raises(Refused, match="is taken"):
        staff.add(session, home, login="DANA", name="Other", roles=[Role.CHAIR], now=now)
    away = factories.institution(session, "elsewhere")
    assert staff.add(session, away, login="dana", name="Other", roles=[Role.CHAIR], now=now).login == "dana"


@pytest.mark.parametrize("roles", [[], [Role.INSTRUCTOR], [Role.CHAIR, Role.LEARNER], [Role.INTEGRATION]])
def test_course_roles_are_none_of_these(session: Session, home: Institution, now: datetime, roles: list[Role]) -> None:
    with pytest.raises(Refused, match="Choose from"):
        staff.add(session, home, login="x", name="X", roles=roles, now=now)


def test_an_invitation_works_once(session: Session, invited: staff.Invitation, now: datetime) -> None:
    assert set_up(session, invited, now).login == "dana"
    with pytest.raises(NotFound):
        staff.accept(session, invited.token, PASSWORD, code(invited, later(now)), later(now))


def test_an_invitation_lives_three_days(session: Session, invited: staff.Invitation, now: datetime) -> None:
    assert staff.invitation(session, invited.token, later(now, days=2)).login == "dana"
    with pytest.raises(NotFound):
        staff.invitation(session, invited.token, later(now, days=3))


def test_a_fresh_invitation_ends_the_one_before(session: Session, invited: staff.Invitation, now: datetime) -> None:
    again = staff.invite(session, session.scalars(select(StaffAccount)).one(), now)
    with pytest.raises(NotFound):
        staff.invitation(session, invited.token, now)
    assert again.totp_secret != invited.totp_secret


def test_both_factors_are_needed(session: Session, home: Institution, invited: staff.Invitation, now: datetime) -> None:
    set_up(session, invited, now)
    at = later(now)
    assert staff.sign_in(session, home, "dana", PASSWORD, "000000", at) is None
    assert staff.sign_in(session, home, "dana", PASSWORD, "١٢٣٤٥٦", at) is None
    assert staff.sign_in(session, home, "dana", "wrong", code(invited, at), at) is None
    assert staff.sign_in(session, home, "dana", PASSWORD, code(invited, at), at) is not None


def test_rfc_6238_5_2_a_code_opens_once(
    session: Session, home: Institution, invited: staff.Invitation, now: datetime,
) -> None:
    set_up(session, invited, now)
    assert staff.sign_in(session, home, "dana", PASSWORD, code(invited, now), now) is None  # it set the account up
    at = later(now)
    assert staff.sign_in(session, home, "dana", PASSWORD, code(invited, at), at) is not None
    assert staff.sign_in(session, home, "dana", PASSWORD, code(invited, at), at) is None


def test_ten_failures_lock_for_a_quarter_of_an_hour(
    session: Session, home: Institution, invited: staff.Invitation, now: datetime,
) -> None:
    set_up(session, invited, now)
    at = later(now)
    for _ in range(staff.FAILURES_ALLOWED):
        assert staff.sign_in(session, home, "dana", "wrong", code(invited, at), at) is None
    assert staff.sign_in(session, home, "dana", PASSWORD, code(invited, at), at) is None
    free = later(at, minutes=15)
    assert staff.sign_in(session, home, "dana", PASSWORD, code(invited, free), free) is not None


def test_an_account_that_was_not_set_up_opens_for_nothing(
    session: Session, home: Institution, invited: staff.Invitation, now: datetime,
) -> None:
    assert staff.sign_in(session, home, "dana", "", "", now) is None


def test_the_same_login_elsewhere_is_somebody_else(
    session: Session, invited: staff.Invitation, now: datetime,
) -> None:
    set_up(session, invited, now)
    away, at = factories.institution(session, "elsewhere"), later(now)
    assert staff.sign_in(session, away, "dana", PASSWORD, code(invited, at), at) is None


def test_a_session_has_the_roles_of_this_moment_and_ends(
    session: Session, invited: staff.Invitation, now: datetime,
) -> None:
    account = set_up(session, invited, now)
    secret = staff.open_session(session, account, now, timedelta(hours=1))
    found = staff.actor_of(session, secret, now)
    assert found is not None
    assert found[0].roles == {Role.REGISTRY, Role.AUDITOR}
    session.execute(delete(StaffRole).where(StaffRole.role == "auditor"))
    session.expire_all()
    found = staff.actor_of(session, secret, now)
    assert found is not None
    assert found[0].roles == {Role.REGISTRY}
    assert staff.actor_of(session, secret, later(now, hours=1)) is None


def test_a_closed_session_and_a_closed_account_open_nothing(
    session: Session, invited: staff.Invitation, now: datetime,
) -> None:
    account = set_up(session, invited, now)
    one = staff.open_session(session, account, now, timedelta(hours=1))
    other = staff.open_session(session, account, now, timedelta(hours=1))
    staff.close_session(session, one)
    assert staff.actor_of(session, one, now) is None
    account.is_active = False
    assert staff.actor_of(session, other, now) is None


def opened(session: Session, invited: staff.Invitation, now: datetime) -> tuple[StaffAccount, str]:
    """Set up, and signed in."""
    account = set_up(session, invited, now)
    return account, staff.open_session(session, account, now, timedelta(hours=8))


def test_a_new_invitation_shuts_whatever_opened_the_account(
    session: Session, home: Institution, invited: staff.Invitation, now: datetime,
) -> None:
    account, cookie = opened(session, invited, now)
    again = staff.invite(session, account, now)
    assert staff.actor_of(session, cookie, now) is None
    old = code(invited, later(now))
    assert staff.sign_in(session, home, "dana", PASSWORD, old, later(now)) is None
    staff.accept(session, again.token, "four small stones", code(again, now), now)
    assert staff.sign_in(session, home, "dana", "four small stones", code(again, later(now)), later(now)) is account
    assert session.scalars(select(AuditEntry.action)).all() == [
        "staff.add", "staff.accept", "staff.invite", "staff.accept",
    ]


def test_who_leaves_is_out_at_once_and_may_be_invited_again(
    session: Session, home: Institution, invited: staff.Invitation, now: datetime,
) -> None:
    account, cookie = opened(session, invited, now)
    staff.remove(session, account, now)
    assert staff.actor_of(session, cookie, now) is None
    assert staff.sign_in(session, home, "dana", PASSWORD, code(invited, later(now)), later(now)) is None
    assert {role.role for role in account.roles} == {"registry", "auditor"}, "what they were stays to be read"
    again = staff.invite(session, account, now)
    staff.accept(session, again.token, PASSWORD, code(again, now), now)
    assert account.is_active


def test_roles_change_at_once_also_where_somebody_is_signed_in(
    session: Session, invited: staff.Invitation, now: datetime,
) -> None:
    account, cookie = opened(session, invited, now)
    staff.change_roles(session, account, [Role.CHAIR, Role.CHAIR], now)
    found = staff.actor_of(session, cookie, now)
    assert found is not None
    assert found[0].roles == {Role.CHAIR}
    with pytest.raises(Refused, match="Choose from"):
        staff.change_roles(session, account, [Role.INSTRUCTOR], now)


def test_the_last_administrator_neither_leaves_nor_loses_the_role_unforced(
    session: Session, home: Institution, now: datetime,
) -> None:
    staff.add(session, home, login="iris", name="Iris", roles=[Role.IT_ADMIN], now=now)
    iris = staff.find(session, home.id, "iris")
    with pytest.raises(Refused, match="Add another first"):
        staff.remove(session, iris, now)
    with pytest.raises(Refused, match="Give another the role"):
        staff.change_roles(session, iris, [Role.AUDITOR], now)
    staff.add(session, home, login="ivo", name="Ivo", roles=[Role.IT_ADMIN], now=now)
    staff.remove(session, iris, now)
    ivo = staff.find(session, home.id, "ivo")
    staff.remove(session, ivo, now, is_forced=True)
    assert not ivo.is_active


def test_nobody_who_was_erased_is_invited_again(
    session: Session, home: Institution, invited: staff.Invitation, now: datetime,
) -> None:
    account = staff.find(session, home.id, "dana")
    account.person.erased_at = now
    with pytest.raises(Refused, match="was erased"):
        staff.invite(session, account, now)
