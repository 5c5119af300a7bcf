"""Launch sessions: a key in a URL opens nothing without its own cookie, nor after its time."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from lti_tool.db import new_key
from lti_tool.domain.ratification import Role
from lti_tool.models.institution import Institution
from lti_tool.models.platform import Deployment, LaunchSession, Registration
from lti_tool.services import launch_sessions
from tests import factories
from tests.conftest import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def registration(session: Session) -> Registration:
    return factories.registration(session, factories.institution(session))


def launch(
    session: Session, registration: Registration, secret: str = "cookie-1", role: str = Role.INSTRUCTOR, **more: object
) -> LaunchSession:
    deployment = session.query(Deployment).filter_by(registration_id=registration.id).one()
    made = LaunchSession(
        institution_id=registration.institution_id, registration_id=registration.id, deployment_id=deployment.id,
        nonce_hash=new_key(), secret_hash=launch_sessions.secret_hash(secret), role=role,
        message_type="LtiResourceLinkRequest", created_at=NOW, expires_at=NOW + HOUR, **more,
    )
    session.add(made)
    session.flush()
    return made


def test_its_own_cookie_opens_it_with_the_role_of_the_launch(session: Session, registration: Registration) -> None:
    bob = factories.person(session, session.get_one(Institution, registration.institution_id), "Bob")
    user = factories.lti_user(session, registration, person_id=bob.id)
    made = launch(session, registration, lti_user_id=user.id)
    found = launch_sessions.opened(session, made.key, "cookie-1", NOW)
    assert found is not None
    assert (found[0].key, found[1].person_id, found[1].roles) == (made.key, bob.id, frozenset({Role.INSTRUCTOR}))


def test_the_cookie_of_another_tab_does_not(session: Session, registration: Registration) -> None:
    one, two = launch(session, registration), launch(session, registration, "cookie-2", Role.LEARNER)
    assert launch_sessions.opened(session, one.key, "cookie-2", NOW) is None
    found = launch_sessions.opened(session, two.key, "cookie-2", NOW)
    assert found is not None and found[1].roles == frozenset({Role.LEARNER})


@pytest.mark.parametrize("secret", ["", "cookie", "cookie-1 "])
def test_nothing_like_it_does(session: Session, registration: Registration, secret: str) -> None:
    assert launch_sessions.opened(session, launch(session, registration).key, secret, NOW) is None


def test_it_ends_with_its_time(session: Session, registration: Registration) -> None:
    key = launch(session, registration).key
    assert launch_sessions.opened(session, key, "cookie-1", NOW + HOUR - timedelta(seconds=1)) is not None
    assert launch_sessions.opened(session, key, "cookie-1", NOW + HOUR) is None


def test_a_launch_without_a_person_or_a_role_gives_no_rights(session: Session, registration: Registration) -> None:
    found = launch_sessions.opened(session, launch(session, registration, role="").key, "cookie-1", NOW)
    assert found is not None
    assert (found[1].person_id, found[1].roles) == (None, frozenset())


def test_an_unknown_key_is_nothing(session: Session) -> None:
    assert launch_sessions.find(session, "nothing") is None


def test_the_key_alone_tells_who_may_frame_it(session: Session, registration: Registration) -> None:
    made = launch(session, registration, claims={"frame_ancestors": ["https://lms.example"]})
    found = launch_sessions.find(session, made.key)
    assert found is not None and found.frames == ("https://lms.example",)
    plain = launch_sessions.find(session, launch(session, registration).key)
    assert plain is not None and plain.frames == ()
