"""Scores that meet something in the column: a later time, or a person who decides."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.delivery import Discrepancy, OutboxMessage
from lti_tool.models.platform import LineItem
from lti_tool.services import bodies, outbox
from lti_tool.services.results import Claimed, Differs, Settled, Stale
from tests import factories
from tests.services import delivering


@pytest.fixture
def message(sessions: Sessions) -> Claimed:
    """A score that was claimed."""
    with sessions.begin() as session:
        world = delivering.world(session)
        registration = factories.registration(session, world.institution)
        user = factories.lti_user(session, registration)
        item = LineItem(
            institution_id=world.institution.id, context_id=factories.context(session, registration).id, url="u",
            resource_id="r", label="x", maximum=Decimal(100),
        )
        session.add(item)
        session.flush()
        outbox.enqueue_score(session, item, user, bodies.ScoreFigure(value=Decimal(62), maximum=Decimal(100)), utcnow())
    (claimed,) = delivering.claim(sessions)
    return claimed


def test_a_stale_score_goes_again_at_once_with_a_later_time(sessions: Sessions, message: Claimed) -> None:
    delivering.settle(sessions, Settled(message=message, result=Stale("too old", code="stale")))
    (again,) = delivering.claim(sessions)
    assert isinstance(message.body, bodies.ScoreMessage)
    assert isinstance(again.body, bodies.ScoreMessage)
    assert again.body.timestamp > message.body.timestamp
    assert again.body.figure == message.body.figure


def test_a_teachers_figure_is_respected_and_noted_once(sessions: Sessions, message: Claimed) -> None:
    error = Differs("another figure", code="overridden", mark=Decimal(75), grade="of 100")
    delivering.settle(sessions, Settled(message=message, result=error))
    with sessions.begin() as session:
        row = session.get_one(OutboxMessage, message.id)
        assert (row.state, row.error_class, row.theirs_mark) == ("on_hold", "decide", Decimal(75))
        row.state, row.due_at = "ready", utcnow()
    (again,) = delivering.claim(sessions)
    delivering.settle(sessions, Settled(message=again, result=error))
    with sessions() as session:
        discrepancy = session.scalars(select(Discrepancy)).one()
        assert (discrepancy.kind, discrepancy.ours, discrepancy.theirs) == ("other_side", "62 of 100", "75 of 100")
