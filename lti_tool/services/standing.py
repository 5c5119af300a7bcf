"""What stands: the award of a learner that no later version or revocation has replaced."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award, Revocation
from lti_tool.models.catalogue import Enrolment


def current(session: Session, enrolment: Enrolment) -> Award | None:
    """The newest version that was not revoked."""
    newest = select(Award).where(Award.enrolment_id == enrolment.id).order_by(Award.version.desc()).limit(1)
    award = session.scalars(newest).first()
    return None if award is None or _is_revoked(session, award) else award


def history(session: Session, enrolment: Enrolment) -> list[Award]:
    """Every version, oldest first; none is ever lost (I2)."""
    mine = select(Award).where(Award.enrolment_id == enrolment.id).order_by(Award.version)
    return list(session.scalars(mine))


def _is_revoked(session: Session, award: Award) -> bool:
    return session.scalar(select(Revocation.id).where(Revocation.award_id == award.id)) is not None
