"""What a dispatcher does beside sending."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.errors import Unavailable
from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.platform import LaunchSession
from lti_tool.services import bodies, chores, outbox
from lti_tool.services.connecting import Connectors
from lti_tool.settings import Settings
from tests import factories
from tests.services import delivering
from tests.services.test_lms_results import Lms
from tests.services.test_passback import Course


def chores_of(sessions: Sessions, world: delivering.World) -> chores.Chores:
    return chores.Chores(sessions, Connectors(sessions, world.connectors), Settings(sweep_seconds=1), utcnow)


def test_what_was_sent_is_read_back(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        delivering.queued(session, world)
    delivering.drain(sessions, world.connectors)
    chores_of(sessions, world).do()
    assert delivering.message(sessions).state == "confirmed"


def test_one_that_confirms_nothing_is_asked_less_and_less(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        delivering.queued(session, world)
    delivering.drain(sessions, world.connectors)
    world.registry.rows.clear()
    made = chores_of(sessions, world)
    made.do()
    first = made._looks[world.destination.id]
    made.do()
    assert made._looks[world.destination.id] == first, "it is not asked again at once"
    assert first[1] == 2.0


def test_a_system_that_is_away_does_not_keep_the_other_chores_from_being_done(
    sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        delivering.queued(session, world)
    delivering.drain(sessions, world.connectors)
    world.registry.trouble = Unavailable("records.example cannot be reached")
    chores_of(sessions, world).do()
    assert "records.example cannot be reached" in caplog.text


def test_launches_go_a_day_after_their_end(session: Session) -> None:
    institution = factories.institution(session)
    registration = factories.registration(session, institution)
    now = utcnow()
    for age in (timedelta(hours=-1), timedelta(hours=1), timedelta(hours=30)):
        session.add(LaunchSession(
            institution_id=institution.id, secret_hash="x", nonce_hash=str(age), registration_id=registration.id,
            deployment_id=registration.deployments[0].id, message_type="m", claims={}, created_at=now - age,
            expires_at=now - age,
        ))
    session.flush()
    chores.clear(session, now)
    assert session.query(LaunchSession).count() == 2


def test_it_ends_when_it_is_told(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
    made = chores_of(sessions, world)
    made.start()
    made.stop()


def test_a_column_opened_after_the_marks_is_filled(sessions: Sessions) -> None:
    with sessions.begin() as session:
        course = Course(session)
        part = course.part("CRIT")
        course.column(part)
        course.mark(part, "15")
    chores_of(sessions, course.world).do()
    with sessions() as session:
        [queued] = session.scalars(select(OutboxMessage))
    assert queued.kind == "score"


def test_a_column_that_cannot_be_read_keeps_no_other_waiting(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with sessions.begin() as session:
        course = Course(session)
        columns = [course.column(course.part(code), url=f"https://lms.example/{code}") for code in ("CRIT", "PORT")]
        for column in columns:
            figure = bodies.ScoreFigure(value=Decimal("15.5"), maximum=Decimal(20))
            message = outbox.enqueue_score(session, column, course.user, figure, utcnow())
            message.state, message.sent_at = "sent", utcnow() - timedelta(minutes=1)
            column.compared_at = utcnow()
    made = chores_of(sessions, course.world)
    monkeypatch.setattr(made._connectors, "lms", Lms(course.user.sub, gone="CRIT").lms)
    made.do()
    with sessions() as session:
        states = session.scalars(select(OutboxMessage.state).order_by(OutboxMessage.id)).all()
    assert states == ["sent", "confirmed"]
    assert "lms.example cannot be reached" in caplog.text
