"""Asking to teach a run that is taught elsewhere, and answering it inside the LMS."""

import pytest
from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.platform import Context, LaunchSession, ResourceLink, TeachingRequest
from tests.web.classroom import Classroom, Seat


def request_key(classroom: Classroom) -> str:
    with reading(classroom.sessions) as session:
        return session.scalars(select(TeachingRequest.key)).one()


def state(classroom: Classroom) -> str:
    with reading(classroom.sessions) as session:
        return session.scalars(select(TeachingRequest.state)).one()


def told(seat: Seat, path: str, landing: str = "course", **fields: str) -> str:
    """What the page says on which the act lands; the launch's own address leads there."""
    answer = seat.post(path, **fields)
    assert answer.location == f"/l/{seat.key}/"
    return str(seat.get(landing).text)


def ask(classroom: Classroom) -> str:
    page = told(classroom.client("mallory"), "asking", run=classroom.keys["run"])
    assert "Whoever teaches it, or registry, answers" in page and "not answered yet" in page
    return request_key(classroom)


def test_a_teacher_asks_and_a_teacher_of_the_run_lets_in(classroom: Classroom) -> None:
    mallory, bob = classroom.client("mallory"), classroom.client("bob")
    page = mallory.get("course").text
    assert "Ask to teach it too" in page and "There is no run to choose" not in page
    assert "2 learners" not in page, "nothing is told of a run that is not theirs"
    key = ask(classroom)
    page = bob.get("course").text
    assert "Another course asks to teach with you" in page and "a course in Moodle" in page
    assert "Let in: IL5101" in told(bob, f"asking/{key}", answer="let_in")
    assert "It has not joined yet" in bob.get("course").text
    page = mallory.get("course").text
    assert "Which run does this course teach?" in page and "choose it above" in page


def test_a_refusal_is_told_and_nothing_opens(classroom: Classroom) -> None:
    key = ask(classroom)
    assert "Refused: IL5101" in told(classroom.client("bob"), f"asking/{key}", answer="refused")
    page = classroom.client("mallory").get("course").text
    assert "speak to whoever teaches it" in page and "Which run" not in page
    assert "Another course teaches this run" in classroom.client("mallory").after("run", run=classroom.keys["run"]).text


def test_a_request_is_taken_back(classroom: Classroom) -> None:
    ask(classroom)
    page = told(classroom.client("mallory"), "asking/withdrawal", run=classroom.keys["run"])
    assert "Taken back" in page and "Ask to teach it too" in page
    assert "Another course asks" not in classroom.client("bob").get("course").text


@pytest.mark.parametrize(("name", "status"), [
    ("mallory", 404), ("eve", 404), ("lena", 403), ("tess", 403), ("nobody", 403),
])
def test_nobody_else_answers(classroom: Classroom, name: str, status: int) -> None:
    key = ask(classroom)
    assert classroom.client(name).post(f"asking/{key}", answer="let_in").status_code == status
    assert state(classroom) == "asked"


@pytest.mark.parametrize(("name", "status"), [("eve", 404), ("lena", 403), ("tess", 403), ("nobody", 403)])
def test_nobody_else_asks(classroom: Classroom, name: str, status: int) -> None:
    for path in ("asking", "asking/withdrawal"):
        assert classroom.client(name).post(path, run=classroom.keys["run"]).status_code == status
    with reading(classroom.sessions) as session:
        assert session.scalars(select(TeachingRequest)).all() == []


def test_a_form_without_its_token_is_refused(classroom: Classroom) -> None:
    key = ask(classroom)
    for name, path in (("mallory", "asking"), ("mallory", "asking/withdrawal"), ("bob", f"asking/{key}")):
        seat = classroom.client(name)
        assert seat.inner.post(f"/l/{seat.key}/{path}", data={"answer": "let_in"}).status_code == 400, path
    assert state(classroom) == "asked"


def test_the_picker_offers_to_ask_too(classroom: Classroom) -> None:
    with classroom.sessions.begin() as session:  # Bob picks in the other course
        picking = session.scalars(
            select(LaunchSession).where(LaunchSession.key == classroom.launches["bob picks"][0])
        ).one()
        picking.context_id = session.scalars(select(Context.id).where(Context.context_id == "course-2")).one()
    seat = classroom.client("bob picks")
    assert "Ask to teach it too" in seat.get("pick").text
    page = told(seat, "asking", "pick", run=classroom.keys["run"])
    assert "Add from Cairn" in page and "not answered yet" in page
    assert seat.post("pick", component=classroom.keys["PORT"]).status_code == 303
    assert "Another course teaches this run" in seat.get("pick").text


def test_a_copied_activity_says_that_marks_come_from_the_first(classroom: Classroom) -> None:
    assert "is a copy of another one" not in classroom.client("bob").get("course").text
    with classroom.sessions.begin() as session:
        launch = session.scalars(
            select(LaunchSession).where(LaunchSession.key == classroom.launches["bob"][0])
        ).one()
        launch.claims = launch.claims | {"link_note": "copy"}
    page = classroom.client("bob").get("course").text
    assert "is a copy of another one" in page and "the first one only" in page


@pytest.mark.parametrize("joined", [False, True])
def test_a_link_of_another_run_says_so(classroom: Classroom, joined: bool) -> None:
    """A copied course: its teacher is asked, and marks are taken from no such link."""
    with classroom.sessions.begin() as session:
        stale = ResourceLink(
            institution_id=classroom.ids["institution"], context_id=classroom.ids["context"], resource_link_id="stale",
        )
        session.add(stale)
        session.flush()
        if not joined:
            session.scalars(select(ResourceLink).where(ResourceLink.resource_link_id == "tile")).one(
            ).run_component_id = None
        launch = session.scalars(
            select(LaunchSession).where(LaunchSession.key == classroom.launches["bob"][0])
        ).one()
        launch.resource_link_id, launch.claims = stale.id, launch.claims | {"link_note": "another_run"}
    bob = classroom.client("bob")
    page = bob.get("course").text
    assert "This activity names a component of another run" in page
    assert ("Add the component anew from Cairn" in page) is joined
    if not joined:
        assert "Which run does this course teach?" in page
        assert "names a component of another run" not in bob.after("run", run=classroom.keys["run"]).text
