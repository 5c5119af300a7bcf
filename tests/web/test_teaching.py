"""Registry answers courses that ask to teach a run which another course teaches."""

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.audit import AuditEntry
from lti_tool.models.platform import TeachingRequest
from lti_tool.services import parting
from tests.web.conftest import Browser, Client, text
from tests.web.university import Desks


def state(desks: Desks) -> str:
    with reading(desks.sessions) as session:
        return session.scalars(select(TeachingRequest.state)).one()


def told(client: Client, path: str, answer: str) -> str:
    assert client.post(path, answer=answer).location == "/staff/teaching/"
    return text(client.get("/staff/teaching/"))


def test_registry_sees_who_asks_and_lets_in_or_refuses(signed_in: Browser, desks: Desks) -> None:
    dana, path = signed_in("dana"), f"/staff/teaching/{desks.keys['request_key']}"
    assert "course asks to teach a run" in text(dana.get("/staff/"))
    page = text(dana.get("/staff/teaching/"))
    assert "a course in Moodle, asks to teach" in page and "Let this course in" in page
    assert "Let in: " in told(dana, path, answer="let_in")
    assert "Refused: " in told(dana, path, answer="refused")
    assert state(desks) == "refused"
    with reading(desks.sessions) as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.number.desc()).limit(2)).all()
    assert actions == ["refuse_course", "let_course_in"]
    assert "answered so already" in told(dana, path, answer="refused")


def test_nobody_asks(signed_in: Browser, desks: Desks) -> None:
    with desks.sessions.begin() as session:
        session.delete(session.scalars(select(TeachingRequest)).one())
    assert "No course asks." in text(signed_in("dana").get("/staff/teaching/"))


def test_another_university_s_registry_answers_nothing(signed_in: Browser, desks: Desks) -> None:
    assert signed_in("charlie").post(f"/staff/teaching/{desks.keys['request_key']}", answer="let_in").status_code == 404
    assert state(desks) == "asked"


def test_registry_parts_a_course_from_a_run(signed_in: Browser, desks: Desks) -> None:
    dana = signed_in("dana")
    assert "Teaching now (1)" in text(dana.get("/staff/teaching/"))
    with reading(desks.sessions) as session:
        [one] = parting.listed(session, desks.institution_id)
    fields = {"course": one.course_key, "run": one.run_key}
    assert signed_in("charlie").post("/staff/teaching/parting", **fields, reason="x").status_code == 404
    assert signed_in("alice").post("/staff/teaching/parting", **fields, reason="x").status_code == 403
    assert dana.post("/staff/teaching/parting", **fields, reason="").location == "/staff/teaching/"
    assert "Say why" in text(dana.get("/staff/teaching/"))
    dana.post("/staff/teaching/parting", **fields, reason="It is another module.")
    page = text(dana.get("/staff/teaching/"))
    assert "Parted: " in page and "No course teaches a run yet." in page
