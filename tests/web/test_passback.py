"""What went back into the LMS: per learner, with whoever must act."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.people import LtiUser
from lti_tool.models.platform import LineItem
from lti_tool.services import shown_scores
from lti_tool.services.readings import Reading
from tests.services.test_shown_scores import Gradebook
from tests.web.classroom import Classroom


def _sent(classroom: Classroom) -> None:
    """A mark made in Cairn for Lena, and the column that shows it at once."""
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    bob.post(f"{path}/authority", authority="cairn")
    with classroom.sessions.begin() as session:
        session.add(LineItem(
            institution_id=classroom.ids["institution"], context_id=classroom.ids["context"], label="Port",
            run_component_id=classroom.ids["PORT"], url="https://inverlea.example/items/7", resource_id="cairn:PORT",
            maximum=Decimal(100), is_ours_to_fill=True, release="at_once",
        ))
    key = classroom.keys["Lena"]
    bob.post(f"{path}/marksheet", **{f"mark-{key}": "61.5", f"seen-{key}": "0"})


def test_a_score_is_shown_with_its_state(classroom: Classroom) -> None:
    _sent(classroom)
    page = classroom.client("bob").get("passback").text
    assert "61.5 of 100" in page
    assert "Waiting to be sent" in page


def test_a_teacher_sends_a_score_on_hold_again(classroom: Classroom) -> None:
    _sent(classroom)
    with classroom.sessions.begin() as session:
        message = session.scalars(select(OutboxMessage)).one()
        message.state, message.error_class, message.error_text = "on_hold", "fix_there", "The grade is locked."
    bob = classroom.client("bob")
    assert "The grade is locked." in bob.get("passback").text
    assert classroom.client("mallory").post(f"passback/{message.key}/retry").status_code == 404
    assert "on its way again" in bob.after(f"passback/{message.key}/retry").text
    assert "on its way already" in bob.after(f"passback/{message.key}/retry").text
    with reading(classroom.sessions) as session:
        assert session.scalars(select(OutboxMessage.state)).one() == "ready"


@pytest.mark.parametrize(("shown", "state", "says"), [
    pytest.param("61.5", "confirmed", "Shown in the column", id="shown"),
    pytest.param("75", "on_hold", "another figure", id="overridden"),
    pytest.param(None, "on_hold", "does not show it", id="not shown for a day"),
])
def test_what_the_column_shows_is_told_in_words(
    classroom: Classroom, shown: str | None, state: str, says: str
) -> None:
    _sent(classroom)
    with classroom.sessions.begin() as session:
        message = session.scalars(select(OutboxMessage)).one()
        message.state, message.sent_at = "sent", utcnow() - timedelta(days=1)
        account, item_id = session.get_one(LtiUser, message.lti_user_id), message.line_item_id
    bob = classroom.client("bob")
    assert "Sent, not seen in the column yet" in bob.get("passback").text
    seen = Gradebook(Reading(user_id=account.sub, score=Decimal(shown) if shown else None, maximum=Decimal(100)))
    shown_scores.look(classroom.sessions, seen, item_id or 0, utcnow)
    page = bob.get("passback").text
    assert says in page
    assert ("(department)" in page) == ("Send again" in page) == (state == "on_hold")
    if state == "on_hold":
        assert "on its way again" in bob.after(f"passback/{message.key}/retry").text


def test_a_course_without_such_columns_says_so(classroom: Classroom) -> None:
    assert "writes into no column" in classroom.client("bob").get("passback").text
