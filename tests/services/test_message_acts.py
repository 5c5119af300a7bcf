"""Dana of the registry decides about messages; Bob, who teaches, does not."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.audit import AuditEntry
from lti_tool.models.delivery import OutboxMessage
from lti_tool.services import message_acts
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services import delivering
from tests.services.delivering import RATIFIED


def test_sending_again_starts_anew_and_is_audited(session: Session) -> None:
    world = delivering.world(session)
    message = delivering.queued(session, world)
    message.state, message.tries = "on_hold", 7
    message_acts.retry(session, world.dana, message.key, RATIFIED)
    assert (message.state, message.tries) == ("ready", 0)
    assert session.scalars(select(AuditEntry.action)).all() == ["outbox.retry"]


def test_closing_needs_a_reason(session: Session) -> None:
    world = delivering.world(session)
    message = delivering.queued(session, world)
    with pytest.raises(Refused, match="Say why"):
        message_acts.close(session, world.dana, message.key, " ", RATIFIED)
    message_acts.close(session, world.dana, message.key, "Entered by hand.", RATIFIED)
    assert (message.state, message.error_text) == ("failed", "Closed: Entered by hand.")


def test_a_message_can_be_kept_back_and_sent_later(session: Session) -> None:
    world = delivering.world(session)
    message = delivering.queued(session, world)
    message_acts.hold(session, world.dana, message.key, "The learner appeals.", RATIFIED)
    assert message.state == "on_hold"
    message_acts.retry(session, world.dana, message.key, RATIFIED)
    assert message.state == "ready"


def test_what_is_confirmed_is_not_sent_again(session: Session) -> None:
    world = delivering.world(session)
    message = delivering.queued(session, world)
    message.state = "confirmed"
    with pytest.raises(Refused, match="confirmed"):
        message_acts.retry(session, world.dana, message.key, RATIFIED)


def test_only_registry_and_administrators_may(session: Session) -> None:
    world = delivering.world(session)
    message = delivering.queued(session, world)
    bob = replace(world.dana, roles=frozenset({Role.INSTRUCTOR}))
    with pytest.raises(Refused, match="registry staff"):
        message_acts.retry(session, bob, message.key, RATIFIED)


def test_another_institution_sees_no_such_message(session: Session) -> None:
    world = delivering.world(session)
    message = delivering.queued(session, world)
    charlie = Actor(institution_id=factories.institution(session, "elsewhere").id, roles=frozenset({Role.REGISTRY}))
    with pytest.raises(NotFound):
        message_acts.close(session, charlie, message.key, "curious", RATIFIED)
    assert session.get_one(OutboxMessage, message.id).state == "ready"
