"""Where each role lands, and the instructor's home (the walk's points 4, 5 and 12)."""

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.platform import ResourceLink
from tests.web.classroom import Classroom


def test_each_role_lands_on_its_own_page(classroom: Classroom) -> None:
    for name, path in (("bob", "course"), ("lena", "progress"), ("bob picks", "pick")):
        seat = classroom.client(name)
        answer = seat.get()
        assert (answer.status_code, answer.location) == (303, f"/l/{seat.key}/{path}"), name


def test_without_a_role_or_a_name_a_page_says_who_can_do_what(classroom: Classroom) -> None:
    for name in ("tess", "nobody"):
        answer = classroom.client(name).get()
        assert answer.status_code == 200
        assert "depends on your role" in answer.text


def test_the_home_counts_who_is_on_the_micro_credential_and_who_is_not(classroom: Classroom) -> None:
    page = classroom.client("bob").get("course").text
    assert "<strong>2 learners</strong> on the micro-credential, 1 degree students not included" in page
    assert "4 unmarked" in page
    assert "1 account waits for registry" in page


def test_a_course_is_joined_with_a_run_by_its_own_link(classroom: Classroom) -> None:
    page = classroom.client("mallory").get("course").text
    assert "Which run does this course teach?" not in page, "the run is taught in another course"
    with classroom.sessions.begin() as session:
        for link in session.scalars(select(ResourceLink)):
            link.run_component_id = None
    bob = classroom.client("bob")
    assert "Which run does this course teach?" in bob.get("course").text
    assert "now teaches IL5101" in bob.after("run", run=classroom.keys["run"]).text
    with reading(classroom.sessions) as session:
        joined = session.scalars(select(ResourceLink.run_component_id)).all()
    assert joined == [classroom.ids["overall"]]


def test_what_the_last_act_did_is_said_once(classroom: Classroom) -> None:
    bob = classroom.client("bob")
    assert "The board of this sitting has not met yet" in bob.after(f"runs/{classroom.keys['run']}/sitting").text
    assert "The board of this sitting has not met yet" not in bob.get("course").text


def test_another_course_another_university_and_learners_are_refused(classroom: Classroom) -> None:
    path = f"components/{classroom.keys['PORT']}"
    for name, status in (("mallory", 404), ("eve", 404), ("lena", 403), ("tess", 403), ("nobody", 403)):
        assert classroom.client(name).get(path).status_code == status, name


def test_a_launch_opens_nothing_without_its_own_cookie(classroom: Classroom) -> None:
    bob = classroom.client("bob")
    mine = classroom.app.test_client()
    mine.set_cookie("cairn-launch", classroom.launches["lena"][1], path=f"/l/{bob.key}")
    answer = mine.get(f"/l/{bob.key}/course")
    assert answer.status_code == 403
    assert "https://inverlea.example" in answer.headers["Content-Security-Policy"], "it is readable in its frame"


def test_a_form_without_its_token_is_refused(classroom: Classroom) -> None:
    bob = classroom.client("bob")
    assert bob.inner.post(f"/l/{bob.key}/run", data={"run": classroom.keys["run"]}).status_code == 400


def test_those_on_leave_are_named_and_not_counted_as_unmarked(classroom: Classroom) -> None:
    with classroom.sessions.begin() as session:
        classroom.enrolment(session, "Lena").status = "paused"
    page = classroom.client("bob").get("course").text
    assert "<strong>2 learners</strong>" in page
    assert "2 unmarked" in page
    assert "1 is on leave: of them nothing counts as unmarked." in page
