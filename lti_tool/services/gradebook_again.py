"""A gradebook file that was taken in before: what it says is as old as it was then, however late it comes again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import RunComponent
from lti_tool.models.outcome import CaptureRun, Outcome
from lti_tool.services.outcome_values import LMS_SOURCES
from lti_tool.services.outcomes import COUNTED


@dataclass(frozen=True, kw_only=True)
class Before:
    """When a file was first taken in, and the registrations whose mark another reading of the LMS has brought since."""

    at: datetime | None = None
    newer: Collection[int] = ()


def taken_before(session: Session, part: RunComponent, digest: str) -> Before:
    """What is known of the file with this digest, on this component."""
    first = session.scalar(
        select(CaptureRun).where(CaptureRun.run_component_id == part.id, CaptureRun.file_digest == digest)
        .order_by(CaptureRun.id).limit(1)
    )
    if first is None:
        return Before()
    newest = dict(session.execute(
        select(Outcome.enrolment_id, CaptureRun).join(CaptureRun, Outcome.capture_run_id == CaptureRun.id)
        .where(Outcome.run_component_id == part.id, Outcome.standing == COUNTED, Outcome.source.in_(LMS_SOURCES))
        .order_by(Outcome.id)
    ).tuples().all())
    newer = (learner for learner, run in newest.items() if run.id > first.id and run.file_digest != digest)
    return Before(at=first.started_at, newer=frozenset(newer))
