"""Reconciliations that were made: found, listed, and signed by somebody who stands for their totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.delivery import Destination, ReconciliationRun
from lti_tool.models.people import Person
from lti_tool.services import audit, destinations, discrepancies, reconciliation
from lti_tool.services.actors import Actor
from lti_tool.services.duties import require_role
from lti_tool.services.errors import NotFound, Refused

PARTS = ("equal", "loaded", "different", "missing", "unreadable", "not_loaded")  # of what we sent; they add up to it
BESIDE = (
    "on_hold", "on_the_way", "overdue", "unexpected", "waiting", "arrived", "unreadable_files", "rejected",
)
RECENT = 50
WAITING, READING, COMPARING, FINISHED, FAILED = "waiting", "reading", "comparing", "finished", "failed"


def comparable(session: Session, institution_id: int) -> Sequence[Destination]:
    """The record systems of an institution; an LMS is compared as its results are read."""
    return session.scalars(
        select(Destination).where(
            Destination.institution_id == institution_id, Destination.connector != destinations.LTI_SCORES
        ).order_by(Destination.name)
    ).all()


def recent(session: Session, institution_id: int) -> Sequence[ReconciliationRun]:
    """The newest first."""
    wanted = select(ReconciliationRun).where(ReconciliationRun.institution_id == institution_id)
    return session.scalars(wanted.order_by(ReconciliationRun.id.desc()).limit(RECENT)).all()


def find(session: Session, institution_id: int, key: str) -> ReconciliationRun:
    """One of this institution. Raises :class:`NotFound`."""
    found = session.scalar(select(ReconciliationRun).where(
        ReconciliationRun.institution_id == institution_id, ReconciliationRun.key == key,
    ))
    if found is None:
        raise NotFound("There is no such reconciliation.")
    return found


@dataclass(frozen=True)
class Progress:
    """How far one is: its state, and steps done of all, where both are known."""

    state: str
    done: int = 0
    total: int = 0


def progress(run: ReconciliationRun) -> Progress:
    """What becomes of one that was asked for."""
    if run.is_over:
        return Progress(FINISHED if run.finished_at else FAILED)
    if run.lease_until is None:
        return Progress(WAITING)
    figures = run.totals
    read, is_read = figures.get("read", 0), "compared" in figures
    total = 2 * (read if is_read else max(read, figures.get("sent", 0)))  # each is read, then compared
    return Progress(COMPARING if is_read else READING, read + figures.get("compared", 0), total)


def sign(session: Session, actor: Actor, key: str, now: datetime) -> ReconciliationRun:
    """Registry signs the totals, once every discrepancy of theirs is explained."""
    by = require_role(actor, "Only registry signs a reconciliation.", Role.REGISTRY)
    run = find(session, actor.institution_id, key)
    left = len(discrepancies.listed(session, actor.institution_id, reconciliation_id=run.id))
    if left:
        raise Refused("open", f"{left} discrepancies of this reconciliation are open. Close them first.")
    reconciliation.sign(session, run, by, now)
    audit.record(
        session, institution_id=actor.institution_id, action="reconciliation.sign", subject=f"reconciliation:{run.key}",
        now=now, actor=by, details={"digest": run.digest},
    )
    return run


def signer_of(session: Session, run: ReconciliationRun) -> str:
    person = session.get(Person, run.signed_by) if run.signed_by else None
    return person.display_name if person else ""
