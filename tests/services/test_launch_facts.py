"""One statement for all that is known of a launch, whatever is known."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.lti.tool_config import registered
from lti_tool.lti.values import CourseClaim, Launch, UserClaim
from lti_tool.models.people import LtiUser
from lti_tool.services.launch_facts import add, change, differing, known_of
from tests import factories


def launch_in(session: Session, now: datetime, **changes: Any) -> Launch:
    lms = factories.registration(session, factories.institution(session))
    fields: Mapping[str, Any] = {
        "registration": registered(lms), "deployment_id": "1", "message_type": "LtiResourceLinkRequest", "nonce": "n",
        "target_link_uri": "", "role": None, **changes,
    }
    return Launch(**fields)


def test_an_unknown_deployment_is_nothing(session: Session, now: datetime) -> None:
    assert known_of(session.connection(), launch_in(session, now, deployment_id="2")) is None


def test_what_is_not_known_is_none(session: Session, now: datetime) -> None:
    launch = launch_in(session, now, user=UserClaim(sub="dora"), course=CourseClaim(id="c1"))
    known = known_of(session.connection(), launch)
    assert known is not None
    assert (known.deployment_is_active, known.registration_is_active) == (True, True)
    assert (known.course_id, known.link_id, known.user_id, known.membership_id, known.line_item_id) == (None,) * 5


def test_what_is_added_is_known_and_changes_show(session: Session, now: datetime) -> None:
    launch = launch_in(session, now, user=UserClaim(sub="dora"))
    db = session.connection()
    added = add(db, LtiUser, {
        "institution_id": launch.registration.institution_id, "registration_id": launch.registration.id, "sub": "dora",
        "name": "Dora", "email": "", "sourcedid": "", "seen_at": now,
    })
    known = known_of(db, launch)
    assert known is not None and known.user_id == added
    assert (known.user_match, known.user_seen_at) == ("none", now)
    assert differing(known, "user", {"name": "Dora", "email": "d@inverlea.example"}) == {"email": "d@inverlea.example"}
    change(db, LtiUser, added, {"name": "Dora Abel"})
    change(db, LtiUser, added, {})
    assert session.get_one(LtiUser, added).name == "Dora Abel"
