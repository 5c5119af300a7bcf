"""Registry's word on whose account this is, never without what it rests on."""

from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.models.people import LtiUser
from lti_tool.services import audit, identity
from lti_tool.services.actors import Actor
from lti_tool.services.errors import Refused


def confirm(
    session: Session, actor: Actor, lti_user_key: str, person_key: str, evidence: str, now: datetime,
) -> LtiUser:
    """Say who an account is, and on what evidence; kept sealed with the audit entry."""
    if not evidence.strip():
        raise Refused("evidence", "Say how you know: an ID card seen, a call back. It is kept with the match.")
    if not person_key:
        raise Refused("person", "Choose whose account this is.")
    lti_user = identity.confirm(session, actor, lti_user_key, person_key, now)
    audit.record(
        session, institution_id=actor.institution_id, action="identity_evidence", subject=f"lti_user:{lti_user.key}",
        now=now, actor=actor.person_id, person=lti_user.person_id, details={"evidence": evidence.strip()},
    )
    return lti_user
