"""What stands: the award of a learner that no later version or revocation has replaced."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Authority
from lti_tool.models.award import Award, Revocation
from lti_tool.models.catalogue import Enrolment


def current(session: Session, enrolment: Enrolment) -> Award | None:
    """The newest version that was not revoked."""
    newest = select(Award).where(Award.enrolment_id == enrolment.id).order_by(Award.version.desc()).limit(1)
    award = session.scalars(newest).first()
    return None if award is None or revoked(session, [award.id]) else award


def standing_of_all(session: Session, awards: Mapping[int, Sequence[Award]]) -> dict[int, list[Award]]:
    """For many, of the versions of each those that stand or stood before those; the last one is current."""
    ids = [award.id for versions in awards.values() for award in versions]
    gone = revoked(session, ids) if ids else set()
    return {enrolment_id: since_revoked(versions, gone) for enrolment_id, versions in awards.items()}


def since_revoked(awards: Sequence[Award], gone: Collection[int]) -> list[Award]:
    """The versions since the last that was taken back; all that was before it is decided anew. None where it was last.
    """
    last = max((number for number, award in enumerate(awards, 1) if award.id in gone), default=0)
    return list(awards[last:])


def history(session: Session, enrolment: Enrolment) -> list[Award]:
    """Every version, oldest first; none is ever lost (I2)."""
    return histories(session, [enrolment.id])[enrolment.id]


def histories(session: Session, enrolment_ids: Sequence[int]) -> dict[int, list[Award]]:
    """The same for many, by registration."""
    found: dict[int, list[Award]] = {enrolment_id: [] for enrolment_id in enrolment_ids}
    for award in session.scalars(select(Award).where(Award.enrolment_id.in_(enrolment_ids)).order_by(Award.version)):
        found[award.enrolment_id].append(award)
    return found


def of_same_board(session: Session, award: Award) -> list[Award]:
    """The versions that one board's result has had up to this one, oldest first: those that it amends, and itself."""
    board = award.decision.board_number
    return [
        row for row in history(session, award.enrolment)
        if row.version <= award.version and row.decision.board_number == board
    ]


def next_board(enrolment: Enrolment, award: Award | None) -> int:
    """The number of the board that a learner's result comes before next.

    A board takes a run as a whole, so that who was left out comes before the run's next one. A record system agrees
    results one by one, so that each learner has numbers of their own.
    """
    own = award.decision.board_number + 1 if award else 1
    is_one_by_one = enrolment.run.version.authority == Authority.RECORD_SYSTEM
    return own if is_one_by_one else max(own, enrolment.run.board_number)


def revoked(session: Session, award_ids: Sequence[int]) -> set[int]:
    """Those of these awards that were taken back."""
    return set(session.scalars(select(Revocation.award_id).where(Revocation.award_id.in_(award_ids))))
