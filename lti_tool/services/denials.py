"""Where the record system decides and another figure stands there: then ours is not what will become the result."""

from collections.abc import Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Authority
from lti_tool.models.catalogue import AchievementVersion, Enrolment, Run
from lti_tool.models.delivery import AGREED, FAILED, ON_HOLD, SENT, Discrepancy, OutboxMessage
from lti_tool.services import bodies, overrides
from lti_tool.services.claims import has_newer

KEPT = "kept"  # by registry, whether or not the record system's own board has agreed it yet


def of(session: Session, enrolment: Enrolment) -> str:
    """``agreed``: they have decided on another figure. ``kept``: they have not, and a person lets theirs stand."""
    return of_all(session, [enrolment.id]).get(enrolment.id, "")


def of_all(session: Session, enrolment_ids: Sequence[int]) -> dict[int, str]:
    """The same for many, by registration; those of whom nothing else stands are left out."""
    message = OutboxMessage
    is_agreed = (message.theirs_state == AGREED) & message.state.in_((SENT, ON_HOLD, FAILED))
    is_difference = exists().where(
        Discrepancy.message_id == message.id, Discrepancy.kind == overrides.RECORD_DIFFERS,
        or_(Discrepancy.closed_at.is_(None), Discrepancy.closed_by.is_not(None)),  # not one that settled itself
    )
    is_kept = (message.state == FAILED) & message.is_final.is_(False) & is_difference
    rows = session.execute(
        select(Enrolment.id, message.theirs_state).join(message, message.enrolment_id == Enrolment.id)
        .join(Run, Enrolment.run_id == Run.id).join(AchievementVersion, Run.version_id == AchievementVersion.id)
        .where(
            Enrolment.id.in_(enrolment_ids), AchievementVersion.authority == Authority.RECORD_SYSTEM,
            message.kind == bodies.RECORD, or_(is_agreed, is_kept), ~has_newer(),
        )
    ).tuples().all()
    agreed = {enrolment_id for enrolment_id, state in rows if state == AGREED}
    return {enrolment_id: AGREED if enrolment_id in agreed else KEPT for enrolment_id, _ in rows}
