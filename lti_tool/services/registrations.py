"""LMSs registered with us: adding them, what their administrators must type in, and our signing keys."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from lti_tool.lti import tool_keys
from lti_tool.lti.deep_linking import LINK
from lti_tool.lti.platforms import PROFILES
from lti_tool.lti.reading import CUSTOM_COMPONENT
from lti_tool.lti.service import SCOPES
from lti_tool.models.platform import Deployment, Registration, ToolKey
from lti_tool.services import audit
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.vault import sealer_of

# Platforms keep our key set for up to a day, so a key must be known before it signs and stay known after.
PUBLISHED_AFTER = timedelta(days=2)
FIELD = re.compile(r"[\w.-]{1,60}", re.ASCII)
FIELD_WARNING = (
    "Do this only where the LMS lets no teacher write custom fields on links: whoever writes one could give an account "
    "another person's student number, and with it that person's results. A number that comes by LIS counts first."
)


@dataclass(frozen=True, kw_only=True)
class NewPlatform:
    """What an administrator reads off an LMS."""

    name: str
    issuer: str
    client_id: str
    auth_url: str
    token_url: str
    jwks_url: str
    token_audience: str = ""
    profile: str = "generic"
    student_field: str = ""
    deployments: Sequence[str] = ()


def add_platform(session: Session, institution_id: int, new: NewPlatform, now: datetime) -> Registration:
    """Register an LMS and see to it that we have a key to sign with. Raises :class:`Refused`."""
    new = _stripped(new)
    _check(new)
    _refuse_twice(session, institution_id, new)
    made = Registration(
        institution_id=institution_id, name=new.name or new.issuer, issuer=new.issuer, client_id=new.client_id,
        auth_url=new.auth_url, token_url=new.token_url, jwks_url=new.jwks_url, token_audience=new.token_audience,
        profile=new.profile, student_field=new.student_field, created_at=now,
    )
    session.add(made)
    session.flush()
    for deployment_id in new.deployments:
        add_deployment(session, institution_id, made.key, deployment_id, now)
    ensure_keys(session, institution_id, now)
    audit.record(
        session, institution_id=institution_id, action="platform_added", subject=f"registration:{made.key}", now=now,
        details={"issuer": new.issuer, "client_id": new.client_id, "student_field": new.student_field},
    )
    return made


def add_deployment(
    session: Session, institution_id: int, registration_key: str, deployment_id: str, now: datetime
) -> Deployment:
    """Let a deployment of a registered LMS in; one that was closed is opened again."""
    registration = find(session, institution_id, registration_key)
    if not deployment_id or len(deployment_id) > 255 or not (deployment_id.isascii() and deployment_id.isprintable()):
        raise Refused("deployment_id", "A deployment id is 1 to 255 plain characters, as the LMS shows it.")
    made = session.scalar(select(Deployment).where(
        Deployment.registration_id == registration.id, Deployment.deployment_id == deployment_id,
    ))
    if made is None:
        made = Deployment(
            institution_id=institution_id, registration_id=registration.id, deployment_id=deployment_id, created_at=now,
        )
        session.add(made)
    made.is_active = True
    session.flush()
    return made


def name_student_field(
    session: Session, institution_id: int, registration_key: str, student_field: str, now: datetime,
    actor: int | None = None,
) -> Registration:
    """Name the custom field that carries student numbers, or with an empty name none. Raises :class:`Refused`."""
    registration = find(session, institution_id, registration_key)
    _check_field(student_field)
    registration.student_field = student_field
    audit.record(
        session, institution_id=institution_id, action="student_field_named",
        subject=f"registration:{registration.key}", now=now, actor=actor, details={"student_field": student_field},
    )
    return registration


def find(session: Session, institution_id: int, key: str) -> Registration:
    """One registration of the institution. Raises :class:`NotFound`."""
    found = session.scalar(
        select(Registration).where(Registration.key == key, Registration.institution_id == institution_id)
    )
    if found is None:
        raise NotFound(f"There is no platform {key} here; `cairn platforms list` shows those that are.")
    return found


def listed(session: Session, institution_id: int) -> Sequence[Registration]:
    """The institution's registrations with their deployments, in the order they were made."""
    wanted = select(Registration).where(Registration.institution_id == institution_id).order_by(Registration.id)
    return session.scalars(wanted.options(joinedload(Registration.deployments))).unique().all()


def figures(registration: Registration, public_url: str) -> dict[str, str]:
    """Every figure that an administrator types into the LMS, by the name it commonly has there."""
    field = registration.student_field
    number = {"Custom field for the student number": f"{field}=$Person.sourcedId"} if field else {}
    return {
        "Tool URL (target link URI)": f"{public_url}/lti/launch",
        "Initiate login URL": f"{public_url}/lti/login/{registration.key}",
        "Redirection URI": f"{public_url}/lti/launch",
        "Public key set URL (JWKS)": f"{public_url}/lti/jwks",
        "Deep linking URL (content selection)": f"{public_url}/lti/launch",
        "Deep linking item type": LINK,
        "Domain": urlsplit(public_url).netloc,
        "Scopes": " ".join(SCOPES),
        **number,
        "Privacy": "name, e-mail and student number (SIS id) are shared",
    }


def ensure_keys(session: Session, institution_id: int, now: datetime) -> None:
    """One key that signs and one that is published ahead of its turn."""
    standing = set(session.scalars(select(ToolKey.state).where(ToolKey.institution_id == institution_id)))
    for state in ("active", "next"):
        if state not in standing:
            _make(session, institution_id, state, now)


def rotate_keys(session: Session, institution_id: int, now: datetime) -> ToolKey:
    """The active key retires, the one published ahead takes its place, and a new one is published."""
    ensure_keys(session, institution_id, now)
    keys = session.scalars(
        select(ToolKey).where(ToolKey.institution_id == institution_id, ToolKey.state.in_(("active", "next")))
    ).all()
    following = next(key for key in keys if key.state == "next")
    for key in keys:
        if key.state == "active":
            key.state, key.retired_at = "retired", now
    following.state = "active"
    session.flush()
    _make(session, institution_id, "next", now)
    audit.record(
        session, institution_id=institution_id, action="tool_keys_rotated", subject=f"tool_key:{following.kid}",
        now=now,
    )
    return following


def published_keys(session: Session, now: datetime) -> list[dict[str, Any]]:
    """The public halves of all keys in use, soon in use, or lately in use."""
    is_published = or_(ToolKey.state.in_(("active", "next")), ToolKey.retired_at > now - PUBLISHED_AFTER)
    return list(session.scalars(select(ToolKey.public_jwk).where(is_published).order_by(ToolKey.id)))


def _make(session: Session, institution_id: int, state: str, now: datetime) -> None:
    kid = secrets.token_urlsafe(12)
    sealed, public = tool_keys.make(kid, sealer_of(session))
    session.add(ToolKey(
        institution_id=institution_id, kid=kid, state=state, private_sealed=sealed, public_jwk=public, created_at=now,
    ))
    session.flush()


def _stripped(new: NewPlatform) -> NewPlatform:
    """A blank around a figure comes from copying, and no LMS would ever say it."""
    texts = ("name", "issuer", "client_id", "auth_url", "token_url", "jwks_url", "token_audience")
    return replace(new, **{name: getattr(new, name).strip() for name in texts})


def _refuse_twice(session: Session, institution_id: int, new: NewPlatform) -> None:
    # issuer and client id alone may come twice: self-hosted Canvas sites share both
    there = session.scalar(select(Registration.key).where(
        Registration.institution_id == institution_id, Registration.is_active, Registration.issuer == new.issuer,
        Registration.client_id == new.client_id, Registration.auth_url == new.auth_url,
        Registration.token_url == new.token_url, Registration.jwks_url == new.jwks_url,
    ).limit(1))
    if there is not None:
        raise Refused("registered", (
            f"This LMS is registered already, as {there}. For one more deployment: cairn platforms deploy {there} ID"
        ))


def _check(new: NewPlatform) -> None:
    for name in ("issuer", "client_id"):
        if not getattr(new, name).strip() or len(getattr(new, name)) > 255:
            raise Refused(name, f"The {name.replace('_', ' ')} is missing or too long; copy it from the LMS.")
    if not _parts(new.issuer):
        raise Refused("issuer", "The issuer must be an address such as https://moodle.example.ac.uk: copy it.")
    for name in ("auth_url", "token_url", "jwks_url"):
        _check_address(name, getattr(new, name))
    _check_field(new.student_field)
    if new.profile not in PROFILES:
        raise Refused("profile", f"The profile is one of {', '.join(sorted(PROFILES))}.")


def _check_field(name: str) -> None:
    if name and (not FIELD.fullmatch(name) or name == CUSTOM_COMPONENT):
        text = "The custom field is one name of up to 60 letters, digits, “_”, “.” or “-”, and not Cairn's own."
        raise Refused("student_field", text)


def _check_address(name: str, url: str) -> None:
    parts, shown = _parts(url), name.replace("_", " ")
    is_local = parts is not None and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts is None or not (parts.scheme == "https" or is_local) or len(url) > 2000:
        raise Refused(name, f"The {shown} must be an https address, as the LMS shows it.")
    if "#" in url:  # an endpoint has no fragment (RFC 6749 §3.1, §3.2)
        raise Refused(name, f"The {shown} must end before the #; copy it from the LMS without what follows.")


def _parts(url: str) -> SplitResult | None:
    """An http or https address in its parts; None where it is none."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets, or a port, that cannot be
        return None
    return parts if is_whole and not any(letter.isspace() for letter in url) else None
