"""What a course may see: the runs that it teaches, their components and their learners; everything else is not there.

Whoever teaches one course of an LMS has no business with the marks of another.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Enrolment, Run, RunComponent
from lti_tool.models.platform import Context
from lti_tool.services import courses
from lti_tool.services.errors import NotFound


def run_in(session: Session, context: Context, key: str) -> Run:
    """A run that this course teaches. Raises :class:`NotFound`."""
    run = session.scalar(select(Run).where(Run.institution_id == context.institution_id, Run.key == key))
    if run is None or run.id not in courses.run_ids_in(session, context.id):
        raise NotFound("run")
    return run


def component_in(session: Session, context: Context, key: str) -> RunComponent:
    """A component of such a run. Raises :class:`NotFound`."""
    part = session.scalar(
        select(RunComponent).where(RunComponent.institution_id == context.institution_id, RunComponent.key == key)
    )
    if part is None or part.run_id not in courses.run_ids_in(session, context.id):
        raise NotFound("run component")
    return part


def enrolment_in(session: Session, context: Context, key: str) -> Enrolment:
    """A registration on such a run. Raises :class:`NotFound`."""
    enrolment = session.scalar(
        select(Enrolment).where(Enrolment.institution_id == context.institution_id, Enrolment.key == key)
    )
    if enrolment is None or enrolment.run_id not in courses.run_ids_in(session, context.id):
        raise NotFound("registration")
    return enrolment
