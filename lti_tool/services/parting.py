"""Parting a course from a run that it should not teach: by registry, for good until registry lets it in again.

Its links and columns stop standing for the run. Marks that were taken from them stay: they are somebody's results, and
whoever gave them is written beside each.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.catalogue import Run
from lti_tool.models.delivery import FAILED, OutboxMessage
from lti_tool.models.platform import Context, Deployment, LineItem, Registration, ResourceLink
from lti_tool.services import audit, courses, duties, outbox, teaching_requests
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound, Refused

T = TypeVar("T", Context, Run)


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
    taught = courses.taught(institution_id).subquery()
    rows = session.execute(
        select(Context, Run, Registration.name).select_from(taught)
        .join(Context, Context.id == taught.c.context_id).join(Run, Run.id == taught.c.run_id)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .join(Registration, Registration.id == Deployment.registration_id)
    ).tuples()
    found = [_teaching(context, run, platform) for context, run, platform in rows]
    return sorted(found, key=lambda one: (one.run, one.course, one.course_key))


def part(session: Session, actor: Actor, course_key: str, run_key: str, reason: str, now: datetime) -> Teaching:
    """Registry says that this course does not teach this run. Raises :class:`NotFound` or :class:`Refused`."""
    duties.require_role(actor, "Only registry parts a course from a run.", Role.REGISTRY)
    context = session.scalar(_keyed(Context, actor, course_key))
    run = session.scalar(_keyed(Run, actor, run_key))
    if context is None or run is None or run.id not in courses.run_ids_in(session, context.id):
        raise NotFound("course")
    if not reason.strip():
        raise Refused("reason", "Say why, in a few words: the reason is kept in the audit log.")
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
    return _teaching(context, run, context.deployment.registration.name)


def _teaching(context: Context, run: Run, platform: str) -> Teaching:
    return Teaching(
        course_key=context.key, run_key=run.key, course=teaching_requests.name_of_course(context), platform=platform,
        run=f"{run.title} ({courses.name_of(run)})",
    )


def _keyed(model: type[T], actor: Actor, key: str) -> Select[tuple[T]]:
    return select(model).where(model.institution_id == actor.institution_id, model.key == key)


def _let_go(session: Session, column: LineItem) -> None:
    """The column stands for nothing, and no score goes to it; what finds it again is free for one made later."""
    column.run_component_id, column.resource_id = None, f"parted {column.key}"
    column.url, column.state = "", "gone"
    session.execute(
        update(OutboxMessage).where(OutboxMessage.line_item_id == column.id, OutboxMessage.state.in_(outbox.UNSENT))
        .values(state=FAILED, error_text="Closed: the course does not teach this run any more.")
    )
