"""Connectors are built once and kept until their settings change."""

import pytest

from connectors import registry
from connectors.errors import Misconfigured
from connectors.memory import MemoryRecords
from lti_tool.db import Sessions
from lti_tool.lti.scores import LmsScores
from lti_tool.models.delivery import Destination
from lti_tool.services import destinations
from lti_tool.services.connecting import Connectors
from tests import factories
from tests.services import delivering


def test_a_connector_is_built_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
    connectors = Connectors(sessions)
    first = connectors[world.destination.id]
    assert isinstance(first, MemoryRecords)
    assert connectors[world.destination.id] is first
    connectors.close()


def test_it_is_built_anew_once_its_settings_have_changed(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
    connectors = Connectors(sessions)
    first = connectors[world.destination.id]
    with sessions.begin() as session:
        connectors.refresh(session)
    assert connectors[world.destination.id] is first
    with sessions.begin() as session:
        session.get_one(Destination, world.destination.id).settings = {"x": "y"}
        session.flush()
        connectors.refresh(session)
    with pytest.raises(Misconfigured, match="no setting x"):
        connectors[world.destination.id]
    connectors.close()


def test_an_lms_is_a_channel_for_scores(sessions: Sessions) -> None:
    with sessions.begin() as session:
        institution = factories.institution(session)
        registration = factories.registration(session, institution)
        destination = destinations.of_lms(session, registration.id, institution.id)
    connectors = Connectors(sessions)
    assert isinstance(connectors[destination.id], LmsScores)
    assert connectors.lms(registration.id).registered.issuer == "https://lms.example"
    connectors.close()


def test_one_that_breaks_while_it_is_built_is_misconfigured(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise TypeError("the text may hold anything")

    with sessions.begin() as session:
        world = delivering.world(session)
    monkeypatch.setattr(registry, "configure", broken)
    connectors = Connectors(sessions)
    with pytest.raises(Misconfigured, match=r"cannot be set up \(TypeError\)"):
        connectors[world.destination.id]
    connectors.close()
