"""Duties kept apart: the domain's answers about who may do what, asked for the actor at hand."""

from lti_tool.domain import ratification
from lti_tool.services.actors import Actor
from lti_tool.services.errors import Refused

NOBODY = Refused("role", "This needs somebody we know by name: sign in with a staff account.")


def person_of(actor: Actor) -> int:
    """The person who acts. Raises :class:`Refused`, since duties cannot be kept apart for somebody unknown."""
    if actor.person_id is None:
        raise Refused(NOBODY.code, NOBODY.text)
    return actor.person_id


def as_domain(actor: Actor) -> ratification.Actor:
    """The actor as the domain compares them: a person, whatever the account."""
    return ratification.Actor(person=str(person_of(actor)), roles=actor.roles)


def require(answer: ratification.Answer) -> None:
    """Go on, or raise the domain's refusal in its own words."""
    if isinstance(answer, ratification.Refused):
        raise Refused(str(answer.why), answer.text)


def require_role(actor: Actor, text: str, *roles: ratification.Role) -> int:
    """One of the roles, or a refusal with ``text``. Returns the person."""
    if not actor.has(*roles):
        raise Refused(str(ratification.Why.ROLE), text)
    return person_of(actor)
