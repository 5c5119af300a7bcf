"""Scores to the LMS: marks made in Cairn, and ratified results where a column holds them; never a mark of its own."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.outcome import Outcome
from lti_tool.models.people import LtiUser, Membership
from lti_tool.models.platform import Context, Deployment, LineItem
from lti_tool.services import outbox, records, rulebook, score_clock
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
    parts = award.enrolment.run.components
    maximum = _maximum(session, award.enrolment)
    overall = [part.id for part in parts if part.component_id is None]
    figure = ScoreFigure(value=award.mark, maximum=maximum, comment=award.grade)
    for line_item in _line_items(session, overall, OVERALL, (AT_ONCE, WHEN_RATIFIED)):
        _send(session, line_item, award.enrolment, figure, now)
    for part, mark in _ratified_marks(parts, award.decision.figures):
        for line_item in _line_items(session, [part.id], COMPONENT, (WHEN_RATIFIED,)):
            _send(session, line_item, award.enrolment, ScoreFigure(value=mark, maximum=maximum), now)


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
        outbox.enqueue_score(session, line_item, lti_user, figure, now)


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
