"""Amendments as people see them: what was ratified beside what the facts give, who proposed, who decided."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award
from lti_tool.models.board import Amendment, Decision
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import Discrepancy
from lti_tool.models.people import Person
from lti_tool.services import amendments, awards, courses, late
from lti_tool.services.late import LATE_SCORE

RECENT = 50


@dataclass(frozen=True, kw_only=True)
class Change:
    """One learner's result as ratified, and as the facts give it now."""

    enrolment_key: str
    learner: str
    person_key: str
    registration: str
    run: str
    before: Award | None
    after: Decision | None

    @property
    def takes_back(self) -> bool:
        """Whether the award would be, or was, taken back: the facts give nothing that could be ratified."""
        return self.before is not None and self.after is not None and self.after.kind not in awards.RATIFIABLE


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """An amendment with its change."""

    key: str
    change: Change
    reason: str
    authority: str
    proposed_by: str
    proposer_id: int
    proposed_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None


def waiting(session: Session, institution_id: int) -> list[Proposal]:
    """Proposals that a chair has not answered."""
    return [_proposal(session, row) for row in amendments.waiting(session, institution_id)]


def decided(session: Session, institution_id: int) -> list[Proposal]:
    """Those that were, newest first."""
    wanted = select(Amendment).where(Amendment.institution_id == institution_id, Amendment.state != "proposed")
    return [_proposal(session, row) for row in session.scalars(wanted.order_by(Amendment.id.desc()).limit(RECENT))]


def differing(session: Session, institution_id: int) -> list[Change]:
    """Ratified results whose facts have changed since, and that nobody has proposed to amend."""
    late = select(Enrolment).join(Discrepancy, Discrepancy.enrolment_id == Enrolment.id).where(
        Discrepancy.institution_id == institution_id, Discrepancy.kind == LATE_SCORE, Discrepancy.closed_at.is_(None),
        ~select(Amendment.id).where(Amendment.enrolment_id == Enrolment.id, Amendment.state == "proposed").exists(),
    ).order_by(Discrepancy.id)
    return [change_of(session, enrolment) for enrolment in session.scalars(late)]


def change_of(session: Session, enrolment: Enrolment) -> Change:
    """What would change, were it amended now."""
    return _change(enrolment, awards.current(session, enrolment), late.differing(session, enrolment))


def _proposal(session: Session, row: Amendment) -> Proposal:
    decider = session.get(Person, row.decided_by) if row.decided_by else None
    return Proposal(
        key=row.key, change=_change(row.enrolment, _before(session, row), row.decision), reason=row.reason,
        authority=row.authority_reference, proposed_by=session.get_one(Person, row.proposed_by).display_name,
        proposer_id=row.proposed_by, proposed_at=row.created_at, state=row.state,
        decided_by=decider.display_name if decider else "", decided_at=row.decided_at,
    )


def _before(session: Session, row: Amendment) -> Award | None:
    """What stood until it was decided, or stands while it waits."""
    versions = [
        award for award in awards.history(session, row.enrolment)
        if row.decided_at is None or award.ratified_at < row.decided_at
    ]
    return versions[-1] if versions else None


def _change(enrolment: Enrolment, before: Award | None, after: Decision | None) -> Change:
    run, person = enrolment.run, enrolment.person
    return Change(
        enrolment_key=enrolment.key, learner=person.display_name, person_key=person.key,
        registration=enrolment.registration, before=before, after=after,
        run=courses.name_of(run),
    )
