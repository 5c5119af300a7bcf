"""Scores to the LMS: marks made in Cairn, and ratified results where a column holds them; never a mark of its own."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.outcome import Outcome
from lti_tool.models.people import LtiUser, Membership
from lti_tool.models.platform import Context, Deployment, LineItem, ScoreClock
from lti_tool.services import outbox, outcomes, records, rulebook, score_clock, standing
from lti_tool.services.bodies import ScoreFigure

CAIRN, COUNTED = "cairn", "counted"
AT_ONCE, WHEN_RATIFIED = "at_once", "when_ratified"
COMPONENT, OVERALL = "component", "overall"


def after_outcome(session: Session, outcome: Outcome, now: datetime) -> None:
    """Send a mark that was made in Cairn to the columns that show component marks at once."""
    if outcome.run_component.authority != CAIRN or outcome.standing != COUNTED or outcome.gate:
        return
    figure = ScoreFigure(
        value=outcome.raw, maximum=outcome.out_of or _maximum(session, outcome.enrolment),
        submitted_at=outcome.submitted_at,
    )
    for line_item in _line_items(session, [outcome.run_component_id], COMPONENT, (AT_ONCE,)):
        _send(session, line_item, outcome.enrolment, figure, now)


def after_award(session: Session, award: Award, now: datetime) -> None:
    """Send what was ratified: the overall result, and the marks made in Cairn that waited for it."""
    marks = _ratified_marks(award.enrolment.run.components, award.decision.figures)
    _show(session, award, award.mark, award.grade, marks, now)


def after_revocation(session: Session, award: Award, now: datetime) -> None:
    """Clear what was shown of an award that does not stand any more."""
    marks = _ratified_marks(award.enrolment.run.components, award.decision.figures)
    _show(session, award, None, "", ((part, None) for part, _ in marks), now)


def _show(
    session: Session, award: Award, mark: Decimal | None, grade: str,
    marks: Iterable[tuple[RunComponent, Decimal | None]], now: datetime,
) -> None:
    maximum = _maximum(session, award.enrolment)
    overall = [part.id for part in award.enrolment.run.components if part.component_id is None]
    figure = ScoreFigure(value=mark, maximum=maximum, comment=grade)
    for line_item in _line_items(session, overall, OVERALL, (AT_ONCE, WHEN_RATIFIED)):
        _send(session, line_item, award.enrolment, figure, now)
    for part, value in marks:
        for line_item in _line_items(session, [part.id], COMPONENT, (WHEN_RATIFIED,)):
            _send(session, line_item, award.enrolment, ScoreFigure(value=value, maximum=maximum), now)


def catch_up(session: Session, now: datetime) -> int:
    """Fill what stands empty although there is a figure: the column was opened, or the account known, only after it.

    Returns of how many learners figures were looked at.
    """
    empty = _never_filled(session)
    for enrolment, part in empty:
        _fill(session, enrolment, part, now)
    return len(empty)


def after_rematch(session: Session, lti_user: LtiUser, now: datetime) -> None:
    """This account was taken for another person: where our columns show that one's figure, show its own, or none."""
    shown = session.scalars(
        select(LineItem).join(ScoreClock, ScoreClock.line_item_id == LineItem.id).where(
            ScoreClock.lti_user_id == lti_user.id, ScoreClock.last_score.is_not(None),
            LineItem.is_ours_to_fill.is_(True), LineItem.state == "open",
        ).order_by(LineItem.id)
    ).all()
    for line_item in shown:
        own = _due(session, LineItem.id == line_item.id, LtiUser.id == lti_user.id)
        for enrolment, part in own:
            _fill(session, enrolment, part, now)
        if not own:
            outbox.enqueue_score(session, line_item, lti_user, ScoreFigure(value=None, maximum=line_item.maximum), now)


def is_behind(session: Session) -> bool:
    """Whether there is something to catch up; to ask takes no lock."""
    return bool(_never_filled(session))


def _fill(session: Session, enrolment: Enrolment, part: RunComponent, now: datetime) -> None:
    """Send what there is of one learner by now."""
    award = standing.current(session, enrolment)
    if award is not None:
        after_award(session, award, now)
    newest = outcomes.standing_now(session, enrolment, part)
    if newest is not None:
        after_outcome(session, newest, now)


def _never_filled(session: Session) -> list[tuple[Enrolment, RunComponent]]:
    """Learners with a figure, and a column of ours that was never asked to show anything for their account."""
    was_asked = select(ScoreClock.id).where(
        ScoreClock.line_item_id == LineItem.id, ScoreClock.lti_user_id == LtiUser.id
    ).exists()
    return _due(session, ~was_asked)


def _due(session: Session, *which: ColumnElement[bool]) -> list[tuple[Enrolment, RunComponent]]:
    """Learners with a figure for an open column of ours, in a course where an account is theirs."""
    is_marked = select(Outcome.id).where(
        Outcome.enrolment_id == Enrolment.id, Outcome.run_component_id == RunComponent.id, Outcome.standing == COUNTED,
        Outcome.raw.is_not(None), RunComponent.authority == CAIRN,
    ).exists()
    is_awarded = select(Award.id).where(Award.enrolment_id == Enrolment.id, Award.mark.is_not(None)).exists()
    is_due = or_(
        and_(LineItem.holds == COMPONENT, is_marked, or_(LineItem.release == AT_ONCE, is_awarded)),
        and_(LineItem.holds == OVERALL, is_awarded),
    )
    rows = session.execute(
        select(Enrolment, RunComponent)
        .join(RunComponent, RunComponent.run_id == Enrolment.run_id)
        .join(LineItem, LineItem.run_component_id == RunComponent.id)
        .join(Membership, Membership.context_id == LineItem.context_id)
        .join(LtiUser, and_(LtiUser.id == Membership.lti_user_id, LtiUser.person_id == Enrolment.person_id))
        .where(
            LineItem.is_ours_to_fill.is_(True), LineItem.state == "open", Membership.is_active.is_(True), is_due,
            *which,
        ).order_by(Enrolment.id, RunComponent.id)
    )
    return [(enrolment, part) for enrolment, part in rows.tuples()]


def _ratified_marks(
    parts: Iterable[RunComponent], figures: Iterable[dict[str, Any]]
) -> Iterator[tuple[RunComponent, Decimal | None]]:
    """The components whose marks are made here, with the mark that counts."""
    by_code = {figure["component"]: figure for figure in figures}
    for part in parts:
        figure = by_code.get(part.component.code) if part.component else None
        if figure is not None and part.authority == CAIRN and not figure.get("outcome"):
            yield part, None if figure["mark"] is None else Decimal(figure["mark"])


def _line_items(
    session: Session, run_component_ids: list[int], holds: str, releases: tuple[str, ...]
) -> list[LineItem]:
    """Open columns of ours to fill; on a column where the LMS makes the marks we never write."""
    return list(session.scalars(
        select(LineItem).where(
            LineItem.run_component_id.in_(run_component_ids), LineItem.holds == holds, LineItem.release.in_(releases),
            LineItem.is_ours_to_fill.is_(True), LineItem.state == "open",
        ).order_by(LineItem.id)
    ))


def _send(session: Session, line_item: LineItem, enrolment: Enrolment, figure: ScoreFigure, now: datetime) -> None:
    """Queue it for the learner as each course knows them. What the column was last asked to show is not asked again."""
    for lti_user in _users(session, line_item, enrolment):
        clock = score_clock.of(session, line_item.id, lti_user.id)
        if clock is None and figure.value is None:
            continue  # there is no figure, and none was ever sent
        if clock is not None and (clock.last_score, clock.last_maximum) == (figure.value, figure.maximum):
            continue
        outbox.enqueue_score(session, line_item, lti_user, figure, now).enrolment_id = enrolment.id


def _users(session: Session, line_item: LineItem, enrolment: Enrolment) -> list[LtiUser]:
    return list(session.scalars(
        select(LtiUser)
        .join(Membership, Membership.lti_user_id == LtiUser.id)
        .join(Context, Context.id == Membership.context_id)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .where(
            Membership.context_id == line_item.context_id, Membership.is_active.is_(True),
            LtiUser.person_id == enrolment.person_id, LtiUser.registration_id == Deployment.registration_id,
        ).order_by(LtiUser.id)
    ))


def _maximum(session: Session, enrolment: Enrolment) -> Decimal:
    return records.scale_maximum(rulebook.regulations_of(session, enrolment))
