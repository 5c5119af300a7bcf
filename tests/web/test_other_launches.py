"""A launch opens its own course: with keys of another course or another university it shows and changes nothing.

Eve teaches at another university and Mallory another course of this one. Each tries every route behind a launch, with
the launch and cookie of their own and every other key of Bob's course, and with Bob's launch key and their own cookie.
"""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.platform import Context, TeachingRequest
from lti_tool.web.uploads import _packed
from tests.rows import everything
from tests.web.classroom import Classroom, Seat
from tests.web.test_passback import _sent
from tests.web.test_uploads import MOODLE

OF_BOBS_COURSE = ("Łukasiewicz", "O&#39;Neil", "O'Neil", "Gast", "Della", "61.5")


@pytest.fixture
def busy(classroom: Classroom) -> Classroom:
    """Bob's course at work: the LMS has refused a score of Lena's, and Mallory's course asks to teach the run too."""
    _sent(classroom)
    with classroom.sessions.begin() as session:
        message = session.scalars(select(OutboxMessage)).one()
        message.state, message.error_class, message.error_text = "on_hold", "fix_there", "The grade is locked."
        classroom.keys["message"] = message.key
        asking = TeachingRequest(
            institution_id=classroom.ids["institution"], run_id=classroom.ids["run"], asked_at=classroom.now,
            context_id=session.scalars(select(Context.id).where(Context.context_id == "course-2")).one(),
        )
        session.add(asking)
        session.flush()
        classroom.keys["request"] = asking.key
    return classroom


def keys_of(room: Classroom) -> dict[str, str]:
    return {
        "component_key": room.keys["PORT"], "run_key": room.keys["run"], "enrolment_key": room.keys["Lena"],
        "message_key": room.keys["message"], "request_key": room.keys["request"],
    }


def routes(app: Flask, room: Classroom, launch_key: str, *, named: bool) -> Iterator[tuple[str, str]]:
    """Method and path of every route behind a launch; ``named``: those only that name something of the course."""
    keys = {**keys_of(room), "launch_key": launch_key}
    for rule in app.url_map.iter_rules():
        if "launch_key" not in rule.arguments or (named and len(rule.arguments) == 1):
            continue
        path = re.sub(r"<(?:[^:>]*:)?([^>]+)>", lambda match: keys[match[1]], rule.rule)
        yield from ((method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"}))


def fields(room: Classroom) -> dict[str, str]:
    """What would change something, sent by Bob."""
    lena = room.keys["Lena"]
    return {
        "authority": "lms", f"mark-{lena}": "99", f"seen-{lena}": "1", f"submitted-{lena}": "2026-05-20T10:00",
        f"extension-{lena}": "24", "column": "Assignment: Port (Real)", "maximum": "100", "seen_digest": "0" * 64,
        "content": _packed(MOODLE.encode()), "run": room.keys["run"], "choice": room.keys["PORT"],
        "component": room.keys["PORT"], "release": "at_once", "enrolment": lena,
        "answer": "let_in",
    }


def ask(seat: Seat, room: Classroom, method: str, path: str) -> tuple[int, str]:
    answer = seat.inner.get(path) if method == "GET" else seat.inner.post(
        path, data={"csrf": seat.token, "file": (BytesIO(MOODLE.encode()), "grades.csv"), **fields(room)}
    )
    with answer:
        return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("name", ["eve", "mallory", "lena"])
def test_with_their_own_launch_nobody_reaches_into_another_course(app: Flask, busy: Classroom, name: str) -> None:
    seat, before = busy.client(name), everything(busy.sessions)
    for method, path in routes(app, busy, seat.key, named=True):
        status, page = ask(seat, busy, method, path)
        assert status in (403, 404), (method, path, status)
        assert not [word for word in OF_BOBS_COURSE if word in page], (method, path)
    assert everything(busy.sessions) == before


def test_another_university_s_forms_name_nothing_of_this_one(app: Flask, busy: Classroom) -> None:
    """What is chosen in a form is no other key than one in an address."""
    before = everything(busy.sessions)
    of_eve = ("run", "pick", "progress/towards", "asking", "asking/withdrawal")
    for name, paths in {"eve": of_eve, "mallory": ("pick",)}.items():
        for path in paths:
            status, page = ask(busy.client(name), busy, "POST", f"/l/{busy.client(name).key}/{path}")
            assert status in (303, 403, 404, 409), (name, path, status)
            assert not [word for word in OF_BOBS_COURSE if word in page], (name, path)
    assert everything(busy.sessions) == before


@pytest.mark.parametrize("name", ["eve", "mallory", "lena", ""])
def test_a_launch_key_opens_nothing_with_another_launch_s_cookie(app: Flask, busy: Classroom, name: str) -> None:
    key, before = busy.launches["bob"][0], everything(busy.sessions)
    inner = app.test_client()
    secret = busy.launches[name][1] if name else ""
    if secret:
        inner.set_cookie("cairn-launch", secret, path=f"/l/{key}")
    for method, path in routes(app, busy, key, named=False):
        status, page = ask(Seat(inner, key, secret), busy, method, path)
        assert status == (403 if secret or method == "GET" else 400), (method, path, status)
        assert not [word for word in OF_BOBS_COURSE if word in page], (method, path)
    assert everything(busy.sessions) == before


def test_bob_himself_opens_them(app: Flask, busy: Classroom) -> None:
    """The other side of the wall: with Bob's cookie these very addresses answer."""
    bob = busy.client("bob")
    answers = {
        (method, path.removeprefix(f"/l/{bob.key}/")): ask(bob, busy, method, path)[0]
        for method, path in routes(app, busy, bob.key, named=True)
    }
    assert not [each for each, status in answers.items() if status in (400, 403, 404)], answers
