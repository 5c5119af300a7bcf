"""Bodies of messages: exact, sealed under the learner's key, bound to their message."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.delivery import OutboxMessage
from lti_tool.seal import SealError
from lti_tool.services import bodies
from lti_tool.services.bodies import ScoreFigure, ScoreMessage
from tests import factories
from tests.services import delivering

SCORE = ScoreMessage(
    line_item_url="https://lms.example/1?type_id=2", user="u1", timestamp=datetime(2026, 6, 1, 9, 0, 0, 123000, UTC),
    figure=ScoreFigure(value=Decimal("15.50"), maximum=Decimal(20), submitted_at=datetime(2026, 5, 1, tzinfo=UTC)),
    previous=Decimal(12), previous_maximum=Decimal(20),
)
NOTHING = replace(SCORE, figure=ScoreFigure(value=None, maximum=Decimal(1)), previous=None)


@pytest.mark.parametrize("score", [SCORE, NOTHING])
def test_a_score_comes_back_as_it_went_in(session: Session, score: ScoreMessage) -> None:
    person = factories.person(session, factories.institution(session))
    message = OutboxMessage(key="m1", kind="score")
    sealed = bodies.seal(session, message, score, person)
    assert bodies.open_sealed(session, "score", "m1", sealed, person) == score


def test_a_body_belongs_to_its_message_and_its_person(session: Session) -> None:
    institution = factories.institution(session)
    bob, alice = factories.person(session, institution), factories.person(session, institution, "Alice")
    sealed = bodies.seal(session, OutboxMessage(key="m1", kind="score"), SCORE, bob)
    for key, person in (("m2", bob), ("m1", alice), ("m1", None)):
        with pytest.raises(SealError):
            bodies.open_sealed(session, "score", key, sealed, person)


def test_a_score_of_nobody_known_is_sealed_all_the_same(session: Session) -> None:
    sealed = bodies.seal(session, OutboxMessage(key="m1", kind="score"), SCORE, None)
    assert b"lms.example" not in sealed
    assert bodies.open_sealed(session, "score", "m1", sealed, None) == SCORE


def test_a_message_of_another_kind_carries_no_record(session: Session) -> None:
    world = delivering.world(session)
    message = delivering.queued(session, world)
    assert bodies.record_of(session, message).mark == 62
    message.kind, message.body = "score", bodies.seal(session, message, SCORE, bodies.person_of(session, message))
    with pytest.raises(TypeError, match="no record"):
        bodies.record_of(session, message)
