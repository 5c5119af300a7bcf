"""What follows from new outcomes: the rules decide anew, and marks made here travel to the LMS."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Enrolment
from lti_tool.models.outcome import Outcome
from lti_tool.services import decisions, passback
from lti_tool.services.outcome_values import MARKSHEET


def after(session: Session, outcomes: Iterable[Outcome], now: datetime) -> None:
    """Decide once for each learner with something new that counts, and hand marks made here on."""
    counted = [outcome for outcome in outcomes if outcome.standing == "counted"]
    for outcome in counted:
        if outcome.source == MARKSHEET:
            passback.after_outcome(session, outcome, now)
    after_change(session, {outcome.enrolment_id: outcome.enrolment for outcome in counted}.values(), now)


def after_change(session: Session, enrolments: Iterable[Enrolment], now: datetime) -> None:
    """Decide anew for learners of whom something else has changed: a status, a judgement."""
    decisions.decide_all(session, sorted(enrolments, key=lambda enrolment: enrolment.id), now)
