"""Destinations: added, changed, tried, paused and resumed by those who may."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import Sessions
from lti_tool.domain.ratification import Role
from lti_tool.models.audit import AuditEntry
from lti_tool.services import destinations
from lti_tool.services.actors import Actor
from lti_tool.services.connecting import secrets_of
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services import delivering
from tests.services.delivering import RATIFIED

ONEROSTER = {
    "url": "https://records.example/ims/oneroster", "token_url": "https://records.example/token", "client_id": "c",
}


@pytest.fixture
def admin(session: Session) -> Actor:
    return Actor(institution_id=factories.institution(session).id, roles=frozenset({Role.IT_ADMIN}))


def test_a_record_system_is_added_with_its_secrets_sealed(session: Session, admin: Actor) -> None:
    made = destinations.add(
        session, admin, name="records", connector="oneroster", settings=ONEROSTER, secrets={"client_secret": "hush"},
        now=RATIFIED,
    )
    assert b"hush" not in (made.secrets_sealed or b"")
    assert secrets_of(session, made) == {"client_secret": "hush"}
    assert session.scalars(select(AuditEntry.action)).all() == ["destination.add"]


@pytest.mark.parametrize(("fields", "words"), [
    ({"settings": {}}, "oneroster needs url"),
    ({"secrets": {}}, "client_secret"),
    ({"connector": "abacus"}, "no connector 'abacus'"),
    ({"sends": "everything"}, "sends one of"),
    ({"caps_by": "nobody"}, "applied by one of"),
    ({"name": " "}, "name of at most"),
])
def test_what_could_not_work_is_refused_with_a_sentence(
    session: Session, admin: Actor, fields: dict[str, object], words: str
) -> None:
    given = {"name": "records", "connector": "oneroster", "settings": ONEROSTER, "secrets": {"client_secret": "hush"}}
    with pytest.raises(Refused, match=words):
        destinations.add(session, admin, now=RATIFIED, **{**given, **fields})  # type: ignore[arg-type]


def test_a_name_is_taken_once(session: Session, admin: Actor) -> None:
    destinations.add(session, admin, name="records", connector="memory", settings={}, secrets={}, now=RATIFIED)
    with pytest.raises(Refused, match="already"):
        destinations.add(session, admin, name="records", connector="memory", settings={}, secrets={}, now=RATIFIED)


def test_a_setting_is_changed_and_the_others_stay(session: Session, admin: Actor) -> None:
    made = destinations.add(
        session, admin, name="records", connector="oneroster", settings=ONEROSTER, secrets={"client_secret": "hush"},
        now=RATIFIED,
    )
    destinations.change(session, admin, made.key, settings={"client_id": "d"}, secrets={}, now=RATIFIED)
    assert made.settings == {**ONEROSTER, "client_id": "d"}
    assert secrets_of(session, made) == {"client_secret": "hush"}


def test_only_administrators_set_up_and_registry_may_pause(session: Session, admin: Actor) -> None:
    dana = replace(admin, roles=frozenset({Role.REGISTRY}))
    with pytest.raises(Refused, match="administrators"):
        destinations.add(session, dana, name="records", connector="memory", settings={}, secrets={}, now=RATIFIED)
    destinations.add(session, admin, name="records", connector="memory", settings={}, secrets={}, now=RATIFIED)
    with pytest.raises(Refused, match="Say why"):
        destinations.pause(session, dana, "records", "", RATIFIED)
    paused = destinations.pause(session, dana, "records", "marks window closed", RATIFIED)
    assert (paused.is_paused, paused.pause_reason) == (True, "marks window closed")
    assert not destinations.resume(session, dana, "records", RATIFIED).is_paused
    bob = replace(admin, roles=frozenset({Role.INSTRUCTOR}))
    with pytest.raises(Refused, match="registry staff"):
        destinations.resume(session, bob, "records", RATIFIED)


def test_results_of_a_micro_credential_go_where_somebody_said(session: Session) -> None:
    world = delivering.world(session)
    other = factories.destination(session, world.institution, name="archive")
    first = destinations.feed(session, world.dana, world.version, other, RATIFIED)
    assert destinations.feed(session, world.dana, world.version, other, RATIFIED) is first
    stranger = Actor(institution_id=factories.institution(session, "elsewhere").id, roles=frozenset({Role.REGISTRY}))
    with pytest.raises(NotFound):
        destinations.feed(session, stranger, world.version, other, RATIFIED)


def test_another_institutions_destination_is_not_there(session: Session, admin: Actor) -> None:
    destinations.add(session, admin, name="records", connector="memory", settings={}, secrets={}, now=RATIFIED)
    with pytest.raises(NotFound):
        destinations.by_key(session, factories.institution(session, "elsewhere").id, "records")


def test_the_connection_is_tried_and_the_time_is_kept(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
    report = destinations.check(sessions, world.institution.id, world.destination.key)
    assert report.is_ok
    with sessions() as session:
        assert destinations.by_key(session, world.institution.id, "records").checked_at is not None


def test_an_lms_becomes_a_destination_with_its_first_score(session: Session) -> None:
    institution = factories.institution(session)
    registration = factories.registration(session, institution)
    first = destinations.of_lms(session, registration.id, institution.id)
    assert first.connector == destinations.LTI_SCORES
    assert destinations.of_lms(session, registration.id, institution.id) is first
