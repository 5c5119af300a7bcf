"""Run components by the key that stands in URLs, of one's own institution only; and their turn to be written."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import RunComponent
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound


def run_component(session: Session, actor: Actor, key: str) -> RunComponent:
    """A run component of the actor's institution, by its key."""
    found = session.scalar(select(RunComponent).where(
        RunComponent.institution_id == actor.institution_id, RunComponent.key == key
    ))
    if found is None:
        raise NotFound("run component")
    return found


def take_in_turn(session: Session, part: RunComponent) -> None:
    """Whoever adds results of one component does so one after the other, so that "newest" and "seen" mean something."""
    session.flush()
    session.refresh(part, with_for_update=True)
