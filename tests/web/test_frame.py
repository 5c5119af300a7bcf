"""Pages inside the frame: whose they are, and the sentence that is said once, in its own launch only."""

from lti_tool.models.platform import LaunchSession
from tests.web.classroom import Classroom


def test_the_lms_may_frame_the_page_and_nobody_else(classroom: Classroom) -> None:
    policy = classroom.client("bob").get("course").headers["Content-Security-Policy"]
    assert "frame-ancestors https://inverlea.example" in policy
    assert classroom.app.test_client().get("/l/unknown/course").headers["Content-Security-Policy"].endswith("'none'")


def test_a_sentence_belongs_to_its_launch(classroom: Classroom) -> None:
    bob = classroom.client("bob")
    answer = bob.post(f"runs/{classroom.keys['run']}/sitting")
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("cairn-said="))
    for part in ("Secure", "HttpOnly", f"Path=/l/{bob.key}", "SameSite=None", "Partitioned"):
        assert part in cookie
    shown = bob.get("course")
    assert "The board of this sitting has not met yet" in shown.text
    assert any("cairn-said=;" in line for line in shown.headers.getlist("Set-Cookie")), "said once"


def test_what_somebody_puts_into_the_cookie_is_only_text(classroom: Classroom) -> None:
    bob = classroom.client("bob")
    bob.inner.set_cookie("cairn-said", "evil%20%3Cscript%3Ealert(1)%3C/script%3E", path=f"/l/{bob.key}")
    page = bob.get("course").text
    assert "<script>alert" not in page
    assert 'class="notice good"' in page
    bob.inner.set_cookie("cairn-said", "bad", path=f"/l/{bob.key}")
    assert "notice bad" not in bob.get("course").text


def test_a_link_in_no_course_says_so(classroom: Classroom) -> None:
    with classroom.sessions.begin() as session:
        session.query(LaunchSession).update({"context_id": None})
    answer = classroom.client("bob").get("course")
    assert answer.status_code == 409
    assert "stands in no course" in answer.text
    assert classroom.client("bob").get().status_code == 200
