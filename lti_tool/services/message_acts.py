"""What a person does with a message: send it again, keep it back, or close it, each with its audit entry."""

from datetime import datetime

from sqlalchemy.orm import Session

from connectors.errors import ErrorClass
from lti_tool.clock import utcnow
from lti_tool.domain.ratification import Role
from lti_tool.models.delivery import FAILED, ON_HOLD, READY, OutboxMessage
from lti_tool.services import audit
from lti_tool.services.actors import Actor
from lti_tool.services.errors import Refused
from lti_tool.services.outbox import UNSENT, by_key


def retry(session: Session, actor: Actor, message_key: str, now: datetime) -> OutboxMessage:
    """Send a message on hold again, by hand; its tries start anew."""
    message = _for_a_person(session, actor, message_key, (ON_HOLD, READY))
    message.state, message.due_at, message.tries = READY, utcnow(), 0
    _note(session, actor, message, "outbox.retry", "", now)
    return message


def hold(session: Session, actor: Actor, message_key: str, reason: str, now: datetime) -> OutboxMessage:
    """Keep a message back until somebody sends it again."""
    message = _for_a_person(session, actor, message_key, (READY,))
    message.state, message.error_class, message.error_code = ON_HOLD, ErrorClass.DECIDE.value, "kept_back"
    message.error_text = f"Kept back: {_reasoned(reason)}"
    _note(session, actor, message, "outbox.hold", reason, now)
    return message


def close(session: Session, actor: Actor, message_key: str, reason: str, now: datetime) -> OutboxMessage:
    """Close a message that will not be sent, with the reason: entered by hand, or theirs is kept."""
    message = _for_a_person(session, actor, message_key, UNSENT)
    message.state, message.error_text = FAILED, f"Closed: {_reasoned(reason)}"
    _note(session, actor, message, "outbox.close", reason, now)
    return message


def _for_a_person(session: Session, actor: Actor, message_key: str, states: tuple[str, ...]) -> OutboxMessage:
    if not actor.has(Role.REGISTRY, Role.IT_ADMIN):
        raise Refused("role", "Only registry staff and administrators may decide about messages.")
    message = by_key(session, actor.institution_id, message_key)
    session.refresh(message, with_for_update=True)
    if message.state not in states:
        raise Refused("state", f"This message is {message.state.replace('_', ' ')}; look at it again.")
    return message


def _reasoned(reason: str) -> str:
    if not reason.strip():
        raise Refused("reason", "Say why, in a few words: the reason is kept with the message.")
    return reason.strip()[:400]


def _note(session: Session, actor: Actor, message: OutboxMessage, action: str, reason: str, now: datetime) -> None:
    audit.record(
        session, institution_id=message.institution_id, action=action, subject=f"message:{message.key}", now=now,
        actor=actor.person_id, person=message.person_id, details={"reason": reason.strip(), "version": message.version},
    )
