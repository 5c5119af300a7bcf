"""Results that came without an account, such as a row of a gradebook file: whose they are, a person says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.outcome import HeldResult
from lti_tool.services import held

MOST = 50


@dataclass(frozen=True, kw_only=True)
class Nameless:
    """One such result, how its source named the learner, and whom it may belong to. Personal data: the hints."""

    key: str
    run: str
    component: str
    hints: Mapping[str, str]
    held_at: datetime
    learners: tuple[tuple[str, str], ...]  # enrolment key, name and registration


def waiting(session: Session, institution_id: int) -> list[Nameless]:
    """Those that wait, oldest first; what an account is known for is settled with the account."""
    rows = held.waiting(session, institution_id)
    without = [row for row in rows if row.lti_user_id is None and row.reason != held.UNCLEAR]
    return [_nameless(session, row) for row in without[:MOST]]


def _nameless(session: Session, row: HeldResult) -> Nameless:
    part = session.get_one(RunComponent, row.run_component_id)
    on_run = session.scalars(select(Enrolment).where(Enrolment.run_id == part.run_id).order_by(Enrolment.registration))
    return Nameless(
        key=row.key, run=" ".join(word for word in (part.run.code, part.run.occurrence, part.run.period) if word),
        component=part.component.code if part.component else "", hints=held.hints_of(session, row), held_at=row.held_at,
        learners=tuple((each.key, f"{each.person.display_name} ({each.registration})") for each in on_run),
    )
