"""Score timestamps are strictly later, a second apart at least, for each learner on each column."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.people import LtiUser
from lti_tool.models.platform import LineItem
from lti_tool.services import score_clock
from lti_tool.services.bodies import ScoreFigure
from tests import factories

A_SECOND = timedelta(seconds=1)


@pytest.fixture
def place(session: Session) -> tuple[LineItem, LtiUser]:
    institution = factories.institution(session)
    registration = factories.registration(session, institution)
    context = factories.context(session, registration)
    item = LineItem(
        institution_id=institution.id, context_id=context.id, url="u", resource_id="r", label="x", maximum=Decimal(100)
    )
    session.add(item)
    session.flush()
    return item, factories.lti_user(session, registration)


def stamp(session: Session, place: tuple[LineItem, LtiUser], value: str, now: datetime) -> score_clock.Stamp:
    return score_clock.next_stamp(session, *place, ScoreFigure(value=Decimal(value), maximum=Decimal(100)), now)


def test_two_scores_in_one_moment_are_a_second_apart(
    session: Session, place: tuple[LineItem, LtiUser], now: datetime
) -> None:
    times = [stamp(session, place, "40", now).at for _ in range(3)]
    assert times == [now, now + A_SECOND, now + A_SECOND * 2]


def test_a_clock_that_is_put_back_does_not_put_scores_back(
    session: Session, place: tuple[LineItem, LtiUser], now: datetime
) -> None:
    first = stamp(session, place, "40", now)
    assert stamp(session, place, "50", now - timedelta(hours=1)).at == first.at + A_SECOND


def test_each_score_knows_the_figure_before_it(
    session: Session, place: tuple[LineItem, LtiUser], now: datetime
) -> None:
    assert stamp(session, place, "40", now).previous is None
    assert stamp(session, place, "50", now).previous == Decimal(40)


def test_a_stale_score_gets_a_later_time_and_keeps_its_figure(
    session: Session, place: tuple[LineItem, LtiUser], now: datetime
) -> None:
    first = stamp(session, place, "40", now)
    item, user = place
    assert score_clock.restamp(session, item.id, user.id, now) == first.at + A_SECOND
    clock = score_clock.of(session, item.id, user.id)
    assert clock is not None
    assert clock.last_score == 40
