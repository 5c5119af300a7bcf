"""What stands: the award of a learner that no later version or revocation has replaced."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Authority
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


def next_board(enrolment: Enrolment, award: Award | None) -> int:
    """The number of the board that a learner's result comes before next.

    A board takes a run as a whole, so that who was left out comes before the run's next one. A record system agrees
    results one by one, so that each learner has numbers of their own.
    """
    own = award.decision.board_number + 1 if award else 1
    is_one_by_one = enrolment.run.version.authority == Authority.RECORD_SYSTEM
    return own if is_one_by_one else max(own, enrolment.run.board_number)


def _is_revoked(session: Session, award: Award) -> bool:
    return session.scalar(select(Revocation.id).where(Revocation.award_id == award.id)) is not None
