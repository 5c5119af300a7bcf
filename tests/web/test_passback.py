"""What went back into the LMS: per learner, with whoever must act."""

from decimal import Decimal

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.platform import LineItem
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


def test_a_course_without_such_columns_says_so(classroom: Classroom) -> None:
    assert "writes into no column" in classroom.client("bob").get("passback").text
