"""Marks that the LMS showed and shows no more: no outcome (I4), the mark stands, and somebody looks."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.delivery import Discrepancy
from lti_tool.models.outcome import CaptureRun
from lti_tool.models.people import Membership
from lti_tool.models.platform import LineItem
from lti_tool.services import lms_figures, outcomes
from lti_tool.services.outcome_values import AGS, LMS, NewOutcome
from lti_tool.services.repetitions import is_same_figure
from lti_tool.services.shown_figures import NO_MARK

BACK = "The LMS shows the mark again."


def gone_from(
    session: Session, item: LineItem, part: RunComponent, accounts: Collection[int]
) -> list[Enrolment]:
    """Learners whose mark came from this column by an account that is not among those which all of it shows now.

    Moodle leaves a result that was deleted out of the list. Whoever has left the course is left out as well, and has
    lost no mark by it.
    """
    if item.is_ours_to_fill or part.authority != LMS:
        return []
    standing, shown = outcomes.standing_now_of_all(session, part), lms_figures.newest(session, part)
    runs = set(session.scalars(select(CaptureRun.id).where(CaptureRun.line_item_id == item.id)))
    here = set(session.scalars(select(Membership.lti_user_id).where(
        Membership.context_id == item.context_id, Membership.is_active.is_(True)
    )))
    found = {
        said.enrolment_id for said in shown.values()
        if said.source == AGS and said.capture_run_id in runs and said.lti_user_id in here
        and said.lti_user_id not in accounts and lms_figures.stands(said, standing.get(said.enrolment_id))
    }
    everybody = session.scalars(select(Enrolment).where(Enrolment.run_id == part.run_id).order_by(Enrolment.id))
    return [enrolment for enrolment in everybody if enrolment.id in found]


def close_those_back(
    session: Session, part: RunComponent, shown: Sequence[tuple[Enrolment, NewOutcome]], now: datetime
) -> None:
    """Close what was opened for a mark that was gone, where the LMS shows what stands again."""
    waiting = session.scalars(select(Discrepancy).where(
        Discrepancy.run_component_id == part.id, Discrepancy.kind == "other_side", Discrepancy.theirs == NO_MARK,
        Discrepancy.message_id.is_(None), Discrepancy.closed_at.is_(None),
    )).all()
    if not waiting:
        return
    standing = outcomes.standing_now_of_all(session, part)
    back = {
        enrolment.id for enrolment, result in shown
        if enrolment.id in standing and is_same_figure(standing[enrolment.id], result)
    }
    for discrepancy in waiting:
        if discrepancy.enrolment_id in back:
            discrepancy.closed_at, discrepancy.resolution = now, BACK
    session.flush()
