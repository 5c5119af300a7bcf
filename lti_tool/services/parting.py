"""Parting a course from a run that it should not teach: by registry, for good until registry lets it in again.

Its links and columns stop standing for the run. Marks that were taken from them stay: they are somebody's results, and
whoever gave them is written beside each.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, union, update
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.catalogue import Run, RunComponent
from lti_tool.models.delivery import FAILED, OutboxMessage
from lti_tool.models.platform import Context, LineItem, ResourceLink
from lti_tool.services import audit, courses, duties, outbox, teaching_requests
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound, Refused


@dataclass(frozen=True, kw_only=True)
class Teaching:
    """One course that teaches one run."""

    course_key: str
    run_key: str
    course: str
    platform: str
    run: str


def listed(session: Session, institution_id: int) -> list[Teaching]:
    """Which course teaches which run, by run."""
    pairs = session.execute(union(*(
        select(model.context_id, RunComponent.run_id).join(RunComponent, model.run_component_id == RunComponent.id)
        .where(model.institution_id == institution_id)
        for model in (ResourceLink, LineItem)
    ))).tuples()
    found = []
    for context_id, run_id in pairs:
        context, run = session.get_one(Context, context_id), session.get_one(Run, run_id)
        found.append(Teaching(
            course_key=context.key, run_key=run.key, course=teaching_requests.name_of_course(context),
            platform=context.deployment.registration.name, run=f"{run.title} ({courses.name_of(run)})",
        ))
    return sorted(found, key=lambda one: (one.run, one.course, one.course_key))


def part(session: Session, actor: Actor, course_key: str, run_key: str, reason: str, now: datetime) -> Teaching:
    """Registry says that this course does not teach this run. Raises :class:`NotFound` or :class:`Refused`."""
    duties.require_role(actor, "Only registry parts a course from a run.", Role.REGISTRY)
    wanted = (course_key, run_key)
    one = next((row for row in listed(session, actor.institution_id) if (row.course_key, row.run_key) == wanted), None)
    if one is None:
        raise NotFound("course")
    if not reason.strip():
        raise Refused("reason", "Say why, in a few words: the reason is kept in the audit log.")
    context = session.scalars(select(Context).where(Context.key == course_key)).one()
    run = session.scalars(select(Run).where(Run.key == run_key)).one()
    parts = [part.id for part in run.components]
    for link in session.scalars(select(ResourceLink).where(
        ResourceLink.context_id == context.id, ResourceLink.run_component_id.in_(parts)
    )):
        link.run_component_id = None
    for column in session.scalars(select(LineItem).where(
        LineItem.context_id == context.id, LineItem.run_component_id.in_(parts)
    )):
        _let_go(session, column)
    session.flush()
    teaching_requests.shut_out(session, actor, context, run, now)
    audit.record(
        session, institution_id=run.institution_id, action="part_course", subject=f"run:{run.key}", now=now,
        actor=actor.person_id, details={"course": context.key, "reason": reason.strip()},
    )
    return one


def _let_go(session: Session, column: LineItem) -> None:
    """The column stands for nothing, and no score goes to it; what finds it again is free for one made later."""
    column.run_component_id, column.resource_id = None, f"parted {column.key}"
    column.url, column.state = "", "gone"
    session.execute(
        update(OutboxMessage).where(OutboxMessage.line_item_id == column.id, OutboxMessage.state.in_(outbox.UNSENT))
        .values(state=FAILED, error_text="Closed: the course does not teach this run any more.")
    )
