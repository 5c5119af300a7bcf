"""Scores to the LMS: marks made in Cairn, and ratified results where a column holds them; never a mark of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award, Revocation
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.outcome import Outcome
from lti_tool.models.people import LtiUser, Membership, Person
from lti_tool.models.platform import Context, Deployment, LineItem, ScoreClock
from lti_tool.services import outbox, outcomes, records, rulebook, score_clock, standing
from lti_tool.services.bodies import ScoreFigure

CAIRN, COUNTED = "cairn", "counted"
AT_ONCE, WHEN_RATIFIED = "at_once", "when_ratified"
COMPONENT, OVERALL = "component", "overall"


@dataclass(frozen=True, kw_only=True)
class _Due:
    """A figure that a column is to show of one learner, for one of their accounts."""

    line_item: LineItem
    lti_user: LtiUser
    enrolment: Enrolment
    figure: ScoreFigure


def after_outcome(session: Session, outcome: Outcome, now: datetime) -> None:
    """Send a mark that was made in Cairn to the columns that show component marks at once."""
    if outcome.run_component.authority != CAIRN or outcome.standing != COUNTED or outcome.gate:
        return
    figure = _marked(session, outcome)
    for line_item in _line_items(session, outcome.run_component, (AT_ONCE,)):
        _send(session, line_item, outcome.enrolment, figure, now)


def after_award(session: Session, award: Award, now: datetime) -> None:
    """Send what was ratified: the overall result, and the marks made in Cairn that waited for it."""
    _show(session, award.enrolment, award, now)


def after_revocation(session: Session, award: Award, now: datetime) -> None:
    """Clear what was shown of an award that does not stand any more."""
    _show(session, award.enrolment, None, now)


def catch_up(session: Session, now: datetime) -> int:
    """Fill what stands empty although there is a figure: the column was opened, or the account known, only after it.

    Returns how many figures were sent.
    """
    empty = list(_never_filled(session))
    for due in empty:
        _ask(session, due, now)
    return len(empty)


def is_behind(session: Session) -> bool:
    """Whether there is something to catch up; to ask takes no lock."""
    return next(_never_filled(session), None) is not None


def after_rematch(session: Session, lti_user: LtiUser, now: datetime) -> None:
    """This account was taken for another person: where our columns show that one's figure, show its own, or none."""
    shown = session.scalars(
        select(LineItem).join(ScoreClock, ScoreClock.line_item_id == LineItem.id).where(
            ScoreClock.lti_user_id == lti_user.id, ScoreClock.last_score.is_not(None),
            LineItem.is_ours_to_fill.is_(True), LineItem.state == "open",
        ).order_by(LineItem.id)
    ).all()
    for line_item in shown:
        own = list(_due(session, LineItem.id == line_item.id, LtiUser.id == lti_user.id))
        for due in own:
            _ask(session, due, now)
        if not own:
            outbox.enqueue_score(session, line_item, lti_user, ScoreFigure(value=None, maximum=line_item.maximum), now)


def _show(session: Session, enrolment: Enrolment, award: Award | None, now: datetime) -> None:
    """Let the columns that wait for whoever ratifies show what stands by now."""
    for part in enrolment.run.components:
        if part.component is None:
            releases: tuple[str, ...] = (AT_ONCE, WHEN_RATIFIED)
        elif part.authority == CAIRN:
            releases = (WHEN_RATIFIED,)
        else:
            continue
        figure = _ratified(session, enrolment, part, award)
        for line_item in _line_items(session, part, releases):
            _send(session, line_item, enrolment, figure, now)


def _never_filled(session: Session) -> Iterator[_Due]:
    """What a column of ours was never asked to show, and there is by now."""
    was_asked = select(ScoreClock.id).where(
        ScoreClock.line_item_id == LineItem.id, ScoreClock.lti_user_id == LtiUser.id
    ).exists()
    return _due(session, ~was_asked)


def _due(session: Session, *which: ColumnElement[bool]) -> Iterator[_Due]:
    """The figures for open columns of ours, in courses where an account is the learner's."""
    for line_item, part, lti_user, enrolment in session.execute(_candidates().where(*which)).all():
        figure = _figure(session, line_item, part, enrolment)
        if figure is not None and figure.value is not None:
            yield _Due(line_item=line_item, lti_user=lti_user, enrolment=enrolment, figure=figure)


def _candidates() -> Select[Any]:
    """Whose figures may be due: there was a mark, or an award that was not taken back. What stands is looked at after.
    """
    is_marked = select(Outcome.id).where(
        Outcome.enrolment_id == Enrolment.id, Outcome.run_component_id == RunComponent.id, Outcome.standing == COUNTED,
        Outcome.raw.is_not(None), RunComponent.authority == CAIRN,
    ).exists()
    is_awarded = select(Award.id).outerjoin(Revocation, Revocation.award_id == Award.id).where(
        Award.enrolment_id == Enrolment.id, Award.mark.is_not(None), Revocation.id.is_(None)
    ).exists()
    is_due = or_(
        and_(LineItem.holds == COMPONENT, is_marked, or_(LineItem.release == AT_ONCE, is_awarded)),
        and_(LineItem.holds == OVERALL, is_awarded),
    )
    return (
        select(LineItem, RunComponent, LtiUser, Enrolment)
        .join(RunComponent, LineItem.run_component_id == RunComponent.id)
        .join(Enrolment, Enrolment.run_id == RunComponent.run_id)
        .join(Membership, Membership.context_id == LineItem.context_id)
        .join(LtiUser, and_(LtiUser.id == Membership.lti_user_id, LtiUser.person_id == Enrolment.person_id))
        .join(Person, and_(Person.id == LtiUser.person_id, Person.erased_at.is_(None)))
        .join(Context, Context.id == LineItem.context_id)
        .join(Deployment, and_(
            Deployment.id == Context.deployment_id, Deployment.registration_id == LtiUser.registration_id,
        ))
        .where(LineItem.is_ours_to_fill.is_(True), LineItem.state == "open", Membership.is_active.is_(True), is_due)
        .order_by(Enrolment.id, LineItem.id, LtiUser.id)
    )


def _figure(session: Session, line_item: LineItem, part: RunComponent, enrolment: Enrolment) -> ScoreFigure | None:
    """What a column is to show of a learner by now."""
    if line_item.holds != (COMPONENT if part.component else OVERALL):
        return None
    if part.component is None or line_item.release == WHEN_RATIFIED:
        return _ratified(session, enrolment, part, standing.current(session, enrolment))
    newest = outcomes.standing_now(session, enrolment, part)
    return _marked(session, newest) if newest is not None and not newest.gate else None


def _marked(session: Session, outcome: Outcome) -> ScoreFigure:
    return ScoreFigure(
        value=outcome.raw, maximum=outcome.out_of or _maximum(session, outcome.enrolment),
        submitted_at=outcome.submitted_at,
    )


def _ratified(session: Session, enrolment: Enrolment, part: RunComponent, award: Award | None) -> ScoreFigure:
    """The overall result that stands, or the mark of a component that counted for it; without a value where none does.
    """
    maximum = _maximum(session, enrolment)
    if award is None:
        return ScoreFigure(value=None, maximum=maximum)
    if part.component is None:
        return ScoreFigure(value=award.mark, maximum=maximum, comment=award.grade)
    marks = {
        figure["component"]: figure["mark"] for figure in award.decision.figures if not figure.get("outcome")
    }
    mark = marks.get(part.component.code)
    return ScoreFigure(value=None if mark is None else Decimal(mark), maximum=maximum)


def _line_items(session: Session, part: RunComponent, releases: tuple[str, ...]) -> list[LineItem]:
    """Open columns of ours to fill; on a column where the LMS makes the marks we never write."""
    holds = COMPONENT if part.component else OVERALL
    return list(session.scalars(
        select(LineItem).where(
            LineItem.run_component_id == part.id, LineItem.holds == holds, LineItem.release.in_(releases),
            LineItem.is_ours_to_fill.is_(True), LineItem.state == "open",
        ).order_by(LineItem.id)
    ))


def _send(session: Session, line_item: LineItem, enrolment: Enrolment, figure: ScoreFigure, now: datetime) -> None:
    """Queue it for the learner as each course knows them."""
    for lti_user in _users(session, line_item, enrolment):
        _ask(session, _Due(line_item=line_item, lti_user=lti_user, enrolment=enrolment, figure=figure), now)


def _ask(session: Session, due: _Due, now: datetime) -> None:
    """Queue one figure. What the column was last asked to show is not asked again."""
    figure, clock = due.figure, score_clock.of(session, due.line_item.id, due.lti_user.id)
    if clock is None and figure.value is None:
        return  # there is no figure, and none was ever sent
    if clock is not None and (clock.last_score, clock.last_maximum) == (figure.value, figure.maximum):
        return
    outbox.enqueue_score(session, due.line_item, due.lti_user, figure, now).enrolment_id = due.enrolment.id


def _users(session: Session, line_item: LineItem, enrolment: Enrolment) -> list[LtiUser]:
    """The learner's accounts in the course of a column; none once the learner was erased."""
    return list(session.scalars(
        select(LtiUser)
        .join(Person, and_(Person.id == LtiUser.person_id, Person.erased_at.is_(None)))
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
