"""What is left for the next page: once, for a moment, and never instead of the cookie."""

from datetime import timedelta

from sqlalchemy import event, select

from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.models.institution import Institution
from lti_tool.services import launch_sessions
from lti_tool.services.launch_sessions import Found, OpenLaunch
from lti_tool.web.handover import MOST, SECONDS, Handover
from tests.platform.fixtures import Registered, app, lms, platform, settings
from tests.platform.payloads import LEARNER, set_to

__all__ = ["app", "lms", "platform", "settings"]


class Watch:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def found(key: str) -> Found:
    launch = OpenLaunch(
        key=key, secret_hash="", institution_id=1, registration_id=1, deployment_id=1, context_id=None,
        resource_link_id=None, lti_user_id=None, role="", message_type="", claims={},
        expires_at=utcnow() + timedelta(hours=1),
    )
    return Found(launch=launch, institution=Institution(id=1), person_id=None)


def test_it_is_taken_once() -> None:
    handover, left = Handover(Watch()), found("a")
    handover.leave(left)
    assert handover.take("a") is left
    assert handover.take("a") is None and handover.take("b") is None


def test_it_is_good_for_a_moment() -> None:
    watch = Watch()
    handover = Handover(watch)
    handover.leave(found("a"))
    watch.at += SECONDS
    assert handover.take("a") is None


def test_it_does_not_grow() -> None:
    handover = Handover(Watch())
    for number in range(MOST + 1):
        handover.leave(found(str(number)))
    assert handover.take("0") is None
    assert handover.take(str(MOST)) is not None


def test_it_is_what_the_database_would_have_said(lms: Registered) -> None:
    key = lms.tab().launch(lms.login_path).location.split("/")[2]
    left = lms.app.extensions["cairn"].handover.take(key)
    with reading(lms.sessions) as session:
        looked_up = launch_sessions.find(session, key)
        assert looked_up is not None and left is not None
        assert (left.launch, left.person_id, left.course) == (
            looked_up.launch, looked_up.person_id, looked_up.course,
        )
        row = session.scalars(select(Institution)).one()
        assert all(getattr(left.institution, name) == getattr(row, name) for name in (
            "id", "key", "code", "name", "timezone", "words",
        ))


def test_the_first_page_of_a_launch_reads_nothing_again(lms: Registered) -> None:
    tab = lms.tab()
    location = tab.launch(lms.login_path, set_to("https://purl.imsglobal.org/spec/lti/claim/roles", [LEARNER])).location
    statements: list[str] = []
    listener = (lms.sessions.kw["bind"], "before_cursor_execute", lambda _c, _k, text, *_: statements.append(text))
    event.listen(*listener)
    assert tab.open(location).status_code == 200
    first = len(statements)
    assert tab.open(location).status_code == 200
    event.remove(*listener)
    assert (first, len(statements)) == (0, 1)


def test_without_its_cookie_nothing_opens_and_nothing_is_lost(lms: Registered) -> None:
    tab = lms.tab()
    location = tab.launch(lms.login_path).location
    assert lms.tab().open(location).status_code == 403
    assert tab.open(location).status_code == 200
