"""Launch sessions: the launch behind a key, for whoever holds its cookie."""

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.people import LtiUser
from lti_tool.models.platform import LaunchSession
from lti_tool.services.actors import Actor


def opened(session: Session, key: str, secret: str, now: datetime) -> tuple[LaunchSession, Actor] | None:
    """The launch with this key if the cookie is its own and it has not ended, and who acts in it."""
    launch = session.scalars(select(LaunchSession).where(LaunchSession.key == key)).one_or_none()
    if launch is None or launch.expires_at <= now or not hmac.compare_digest(launch.secret_hash, secret_hash(secret)):
        return None
    user = session.get(LtiUser, launch.lti_user_id) if launch.lti_user_id else None
    roles = frozenset({Role(launch.role)}) if launch.role else frozenset()
    person_id = user.person_id if user else None
    return launch, Actor(institution_id=launch.institution_id, person_id=person_id, roles=roles)


def secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
