"""Awards: versions are added, each once; an award is revoked once."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from lti_tool.models.award import Award, Revocation
from tests.models.conftest import Refuses
from tests.services import delivering


def test_there_is_one_award_of_each_version(
    session: Session, world: delivering.World, refuses: Refuses
) -> None:
    enrolment = delivering.learner(session, world)
    first = delivering.award(session, delivering.decision(session, enrolment))
    delivering.award(session, delivering.decision(session, enrolment, "65", number=2), version=2)
    refuses(Award(
        institution_id=first.institution_id, enrolment_id=enrolment.id, version=2, decision_id=first.decision_id,
        ratification_id=first.ratification_id, kind="PASS", awarded_on=date(2026, 6, 17),
        ratified_at=delivering.RATIFIED,
    ))
    assert first.mark == Decimal(62), "the first is as it was"


def test_an_award_is_revoked_once(session: Session, world: delivering.World, refuses: Refuses) -> None:
    award = delivering.award(session, delivering.decision(session, delivering.learner(session, world)))

    def revocation() -> Revocation:
        return Revocation(
            institution_id=award.institution_id, award_id=award.id, ratification_id=award.ratification_id,
            reason="Given in error.", revoked_at=delivering.RATIFIED,
        )

    session.add(revocation())
    session.flush()
    refuses(revocation())
