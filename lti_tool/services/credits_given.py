"""Credit of one micro-credential counts once, however often somebody takes it (I9)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award, Revocation
from lti_tool.models.catalogue import AchievementVersion, Enrolment, Run
from lti_tool.services import standing

GIVEN_BEFORE = "credit_given_before"


def elsewhere(session: Session, enrolment: Enrolment) -> Award | None:
    """The award, on another registration, that already gave this person credit for the same micro-credential."""
    family = enrolment.run.version.achievement_id
    others = (
        select(Award, Revocation.id).join(Enrolment, Award.enrolment_id == Enrolment.id)
        .join(Run, Enrolment.run_id == Run.id).join(AchievementVersion, Run.version_id == AchievementVersion.id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .where(
            AchievementVersion.achievement_id == family, Enrolment.person_id == enrolment.person_id,
            Enrolment.id != enrolment.id,
        ).order_by(Award.enrolment_id, Award.version)
    )
    newest = {award.enrolment_id: (award, revoked) for award, revoked in session.execute(others)}
    return next((award for award, revoked in newest.values() if award.credit and revoked is None), None)


def is_due(session: Session, award: Award) -> bool:
    """Whether it gave no credit because another award had, which gives none any more (I9)."""
    given_before = award.code == GIVEN_BEFORE and award.decision.credit
    return bool(given_before) and elsewhere(session, award.enrolment) is None


def without_credit(session: Session, enrolment: Enrolment) -> list[Award]:
    """This person's standing awards for the same micro-credential that gave none for that reason; oldest first."""
    family = enrolment.run.version.achievement_id
    found = session.scalars(
        select(Award).join(Enrolment, Award.enrolment_id == Enrolment.id).join(Run, Enrolment.run_id == Run.id)
        .join(AchievementVersion, Run.version_id == AchievementVersion.id)
        .where(
            AchievementVersion.achievement_id == family, Enrolment.person_id == enrolment.person_id,
            Award.code == GIVEN_BEFORE,
        ).order_by(Award.id)
    ).all()
    return [award for award in found if standing.current(session, award.enrolment) is award]
