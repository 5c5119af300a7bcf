"""Launch sessions: the launch behind a key, for whoever holds its cookie."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.institution import Institution
from lti_tool.models.people import LtiUser
from lti_tool.models.platform import Context, LaunchSession
from lti_tool.services.actors import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenLaunch:
    """A launch session as its pages need it."""

    key: str
    secret_hash: str
    institution_id: int
    registration_id: int
    deployment_id: int
    context_id: int | None
    resource_link_id: int | None
    lti_user_id: int | None
    role: str
    message_type: str
    claims: Mapping[str, Any]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Found:
    """A launch by its key alone; what it opens, its cookie decides."""

    launch: OpenLaunch
    institution: Institution
    person_id: int | None
    course: str = ""  # what the LMS calls the course

    @property
    def frames(self) -> tuple[str, ...]:
        """The origins whose pages may frame it; whoever has the key learns no more than where it came from."""
        return tuple(self.launch.claims.get("frame_ancestors", ()))

    def actor(self, secret: str, now: datetime) -> Actor | None:
        """Who acts in it, if the cookie is its own and it has not ended."""
        launch = self.launch
        if launch.expires_at <= now or not hmac.compare_digest(launch.secret_hash, secret_hash(secret)):
            return None
        roles = frozenset({Role(launch.role)}) if launch.role else frozenset()
        return Actor(institution_id=launch.institution_id, person_id=self.person_id, roles=roles)


def find(session: Session, key: str) -> Found | None:
    """The launch with this key, in one statement: every page behind a launch begins with it."""
    row = session.execute(FIND, {"launch_key": key}).one_or_none()
    if row is None:
        return None
    *launch, institution, person_id, title, label = row
    return Found(
        launch=OpenLaunch(**dict(zip(NAMES, launch, strict=True))), institution=institution, person_id=person_id,
        course=title or label or "",
    )


def opened(session: Session, key: str, secret: str, now: datetime) -> tuple[OpenLaunch, Actor] | None:
    """The launch with this key if the cookie is its own and it has not ended, and who acts in it."""
    found = find(session, key)
    actor = found and found.actor(secret, now)
    return (found.launch, actor) if found and actor else None


def secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


NAMES = tuple(field.name for field in fields(OpenLaunch))
FIND = (
    select(
        *(LaunchSession.__table__.c[name] for name in NAMES), Institution, LtiUser.person_id, Context.title,
        Context.label,
    )
    .join(Institution, Institution.id == LaunchSession.institution_id)
    .outerjoin(LtiUser, LtiUser.id == LaunchSession.lti_user_id)
    .outerjoin(Context, Context.id == LaunchSession.context_id)
    .where(LaunchSession.key == bindparam("launch_key"))
)
