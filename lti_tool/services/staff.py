"""Staff accounts: invitation, sign-in with password and second factor, roles, sessions.

Local accounts are for places without single sign-on. Course roles of an LMS never become roles here.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.institution import Institution
from lti_tool.models.people import Person, StaffAccount, StaffInvitation, StaffRole, StaffSession
from lti_tool.services import audit, vault
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound, Refused

LOGIN = re.compile(r"\S{1,255}")
INSTITUTIONAL = (
    Role.CHAIR, Role.SECRETARY, Role.EXTERNAL, Role.BOARD_MEMBER, Role.REGISTRY, Role.AUDITOR, Role.IT_ADMIN,
)
INVITATION_LIVES = timedelta(days=3)
FAILURES_ALLOWED = 10
LOCKED_FOR = timedelta(minutes=15)
SHORTEST_PASSWORD = 12
STEP_SECONDS = 30

_hasher = PasswordHasher()


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What a newcomer needs once: the token of the link, and the second factor's secret to scan."""

    token: str
    login: str
    totp_uri: str
    totp_secret: str


def check_login(login: str) -> None:
    """Raises :class:`Refused` for what nobody could type again."""
    if not LOGIN.fullmatch(login.strip()):
        raise Refused("login", f"The login {login} will not do: write one word, without blanks.")


def add(
    session: Session, institution: Institution, *, login: str, name: str, roles: Iterable[Role], now: datetime,
    email: str = "", person: Person | None = None, actor: int | None = None,
) -> Invitation:
    """An account with roles, and its one-time invitation. Raises :class:`Refused` for an odd login or role."""
    given, login = _checked(roles), login.strip().lower()
    check_login(login)
    if _account(session, institution.id, login) is not None:
        raise Refused("taken", f"The login {login} is taken. Choose another, or invite its owner again.")
    person = person or vault.new_person(session, institution.id, display_name=name, family_name=name, email=email)
    account = StaffAccount(institution_id=institution.id, person_id=person.id, login=login)
    session.add(account)
    session.flush()
    for role in given:
        session.add(StaffRole(institution_id=institution.id, account_id=account.id, role=role))
    audit.record(
        session, institution_id=institution.id, action="staff.add", subject=f"staff:{account.key}", now=now,
        actor=actor, person=person.id, details={"login": login, "roles": " ".join(given)},
    )
    return invite(session, account, now)


def invite(session: Session, account: StaffAccount, now: datetime) -> Invitation:
    """A fresh one-time link, for a newcomer or for a lost phone or password.

    What opened the account before does not any more: older links, the password, the second factor, signed-in browsers.
    """
    if account.person.erased_at is not None:
        raise Refused("erased", "This person was erased. Add a new account.")
    if account.password_hash or not account.is_active:
        _record(session, "staff.invite", account, now)
    _shut(session, account)
    account.is_active = True
    token, secret = secrets.token_urlsafe(32), pyotp.random_base32()
    sealed = vault.sealer_of(session).seal(secret.encode(), f"totp:{account.key}")
    session.add(StaffInvitation(
        institution_id=account.institution_id, account_id=account.id, token_hash=digest(token), totp_sealed=sealed,
        expires_at=now + INVITATION_LIVES, created_at=now,
    ))
    session.flush()
    return Invitation(token=token, login=account.login, totp_uri=_uri(account, secret), totp_secret=secret)


def remove(session: Session, account: StaffAccount, now: datetime, *, is_forced: bool = False) -> None:
    """Somebody leaves: nothing opens the account any more, at once. What they did stays as it was, under their name.

    Raises :class:`Refused` for the last one who looks after the machines, unless forced.
    """
    if not is_forced and _is_last(session, account, Role.IT_ADMIN):
        text = f"{account.login} is the last who looks after the machines here. Add another first, or use --force."
        raise Refused("last", text)
    _shut(session, account)
    account.is_active = False
    _record(session, "staff.remove", account, now)


def change_roles(
    session: Session, account: StaffAccount, roles: Iterable[Role], now: datetime, *, is_forced: bool = False
) -> None:
    """Other roles from now on, also in browsers that are signed in. Raises :class:`Refused`."""
    given = _checked(roles)
    if Role.IT_ADMIN not in given and not is_forced and _is_last(session, account, Role.IT_ADMIN):
        text = f"{account.login} is the last who looks after the machines here. Give another the role, or use --force."
        raise Refused("last", text)
    before = sorted(role.role for role in account.roles)
    session.execute(delete(StaffRole).where(StaffRole.account_id == account.id))
    for role in given:
        session.add(StaffRole(institution_id=account.institution_id, account_id=account.id, role=role))
    session.flush()
    session.expire(account, ["roles"])
    _record(session, "staff.roles", account, now, before=" ".join(before), roles=" ".join(given))


def find(session: Session, institution_id: int, login: str) -> StaffAccount:
    """The account that signs in so. Raises :class:`NotFound`."""
    found = _account(session, institution_id, login)
    if found is None:
        raise NotFound(f"Nobody signs in as {login}. `cairn staff list` shows who does.")
    return found


def invitation(session: Session, token: str, now: datetime) -> Invitation:
    """The invitation behind a link, while it works. Raises :class:`NotFound`."""
    row, account = _invitation(session, token, now)
    secret = vault.sealer_of(session).open(row.totp_sealed, f"totp:{account.key}").decode()
    return Invitation(token=token, login=account.login, totp_uri=_uri(account, secret), totp_secret=secret)


def accept(session: Session, token: str, password: str, code: str, now: datetime) -> StaffAccount:
    """Choose the password and prove the second factor; the link works no more. Raises :class:`Refused`."""
    row, account = _invitation(session, token, now)
    if len(password) < SHORTEST_PASSWORD:
        raise Refused("password", f"A password needs {SHORTEST_PASSWORD} characters or more.")
    secret = vault.sealer_of(session).open(row.totp_sealed, f"totp:{account.key}").decode()
    step = _step_of(secret, code, now, after=0)
    if step is None:
        raise Refused(
            "code", "That code is not the one your app shows now. Check the time on your phone, and try again."
        )
    account.password_hash, account.totp_sealed, account.totp_last_step = _hasher.hash(password), row.totp_sealed, step
    account.failures, account.locked_until, row.used_at = 0, None, now
    audit.record(
        session, institution_id=account.institution_id, action="staff.accept", subject=f"staff:{account.key}", now=now,
        actor=account.person_id, person=account.person_id,
    )
    return account


def sign_in(
    session: Session, institution: Institution, login: str, password: str, code: str, now: datetime,
) -> StaffAccount | None:
    """The account, or None where anything is not right: which of them, nobody learns.

    Failures are counted in this transaction, so the caller commits either way.
    """
    account = _account(session, institution.id, login)
    if account is None or not account.is_active or not account.password_hash:
        _is_password(_decoy(), password)
        return None
    if account.locked_until and now < account.locked_until:
        return None
    step = _step_of(_secret(session, account), code, now, after=account.totp_last_step)
    if not _is_password(account.password_hash, password) or step is None:
        account.failures += 1
        if account.failures >= FAILURES_ALLOWED:
            account.locked_until, account.failures = now + LOCKED_FOR, 0
        return None
    account.failures, account.locked_until, account.totp_last_step = 0, None, step
    return account


def open_session(session: Session, account: StaffAccount, now: datetime, lives: timedelta) -> str:
    """A signed-in browser; returns what its cookie holds."""
    secret = secrets.token_urlsafe(32)
    session.add(StaffSession(
        institution_id=account.institution_id, account_id=account.id, secret_hash=digest(secret), created_at=now,
        expires_at=now + lives,
    ))
    session.flush()
    return secret


def close_session(session: Session, secret: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.secret_hash == digest(secret)))


def actor_of(session: Session, secret: str, now: datetime) -> tuple[Actor, StaffAccount] | None:
    """Who a cookie belongs to, with the roles of this moment, or None."""
    row = session.scalars(select(StaffSession).where(StaffSession.secret_hash == digest(secret))).one_or_none()
    if row is None or row.expires_at <= now or not row.account.is_active:
        return None
    account = row.account
    roles = frozenset(Role(role.role) for role in account.roles)
    return Actor(institution_id=account.institution_id, person_id=account.person_id, roles=roles), account


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _account(session: Session, institution_id: int, login: str) -> StaffAccount | None:
    wanted = select(StaffAccount).where(
        StaffAccount.institution_id == institution_id, StaffAccount.login == login.strip().lower()
    )
    return session.scalars(wanted).one_or_none()


def _checked(roles: Iterable[Role]) -> tuple[Role, ...]:
    given = tuple(dict.fromkeys(roles))
    if not given or any(role not in INSTITUTIONAL for role in given):
        raise Refused("role", f"Choose from: {', '.join(INSTITUTIONAL)}.")
    return given


def _shut(session: Session, account: StaffAccount) -> None:
    for model in (StaffSession, StaffInvitation):
        session.execute(delete(model).where(model.account_id == account.id))
    account.password_hash, account.totp_sealed, account.totp_last_step = "", None, 0
    account.failures, account.locked_until = 0, None


def _is_last(session: Session, account: StaffAccount, role: Role) -> bool:
    """Whether nobody else of the institution could still do what this role is for."""
    holders = set(session.scalars(
        select(StaffAccount.id).join(StaffRole, StaffRole.account_id == StaffAccount.id).where(
            StaffAccount.institution_id == account.institution_id, StaffAccount.is_active, StaffRole.role == role
        )
    ))
    return holders == {account.id}


def _record(session: Session, action: str, account: StaffAccount, now: datetime, **details: str) -> None:
    audit.record(
        session, institution_id=account.institution_id, action=action, subject=f"staff:{account.key}", now=now,
        person=account.person_id, details={"login": account.login, **details},
    )


def _invitation(session: Session, token: str, now: datetime) -> tuple[StaffInvitation, StaffAccount]:
    row = session.scalars(select(StaffInvitation).where(StaffInvitation.token_hash == digest(token))).one_or_none()
    account = session.get(StaffAccount, row.account_id) if row else None
    if row is None or account is None or row.used_at or row.expires_at <= now:
        raise NotFound("This link has been used, or is older than three days. Ask your administrator for a new one.")
    return row, account


def _secret(session: Session, account: StaffAccount) -> str:
    if account.totp_sealed is None:
        raise NotFound("This account has not been set up yet. Use the link of its invitation.")
    return vault.sealer_of(session).open(account.totp_sealed, f"totp:{account.key}").decode()


def _step_of(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The time step whose code this is, if it is newer than ``after``: a code opens once (RFC 6238 §5.2)."""
    current = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (current, current - 1, current + 1):
        if step > after and secrets.compare_digest(totp.generate_otp(step).encode(), code.replace(" ", "").encode()):
            return step
    return None


@cache
def _decoy() -> str:
    """A hash that is spent on unknown logins, so that they take as long as known ones."""
    return _hasher.hash(secrets.token_urlsafe(16))


def _is_password(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def _uri(account: StaffAccount, secret: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name="Cairn")
