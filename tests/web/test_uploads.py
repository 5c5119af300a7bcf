"""A gradebook export: column, preview with each bad row named, applied as seen."""

import re
from io import BytesIO

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.outcome import Outcome
from tests.web.classroom import Classroom, Seat

MOODLE = (
    "First name,Surname,ID number,Email address,Assignment: Port (Real),Last downloaded from this course\n"
    "Lena,Łukasiewicz,S1,l@x.example,61.50,1770000000\n"
    "Omar,O'Neil,S2,o@x.example,hundred,1770000000\n"
    "Della,Degree,D9,d@x.example,80.00,1770000000\n"
    "No,Number,,n@x.example,40.00,1770000000\n"
)


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


def _upload(bob: Seat, path: str, content: str = MOODLE) -> str:
    return bob.post(f"{path}/upload", files={"file": (BytesIO(content.encode()), "grades.csv")}).get_data(as_text=True)


def test_an_export_is_shown_before_it_is_taken(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    page = _upload(bob, path)
    assert "A Moodle export with 4 people" in page
    content, column = _hidden(page, "content"), "Assignment: Port (Real)"
    shown = bob.post(f"{path}/upload/preview", content=content, column=column, maximum="100").text
    assert "Row 3" in shown and "is no number" in shown
    assert "Row 5" in shown and "no usable ID number" in shown
    assert "Take these 2 marks" in shown
    digest = _hidden(shown, "seen_digest")
    done = bob.after(
        f"{path}/upload/apply", content=content, column=column, maximum="100", seen_digest=digest,
    ).text
    assert "Export taken. 4 results: 1 new or changed, 1 held" in done
    with reading(classroom.sessions) as session:
        assert [str(row.raw) for row in session.scalars(select(Outcome))] == ["61.50"]


def test_a_file_that_was_taken_in_before_says_so_and_asks(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    older, newer = MOODLE, MOODLE.replace("61.50", "65.00").replace("1770000000", "1770000009")
    tick, told = 'name="should_stand"', "already; newer marks came since"

    def take(content: str, **ticked: str) -> str:
        form = {"content": _hidden(_upload(bob, path, content), "content"), "column": "Assignment: Port (Real)",
                "maximum": "100"}
        shown = bob.post(f"{path}/upload/preview", **form).text
        bob.after(f"{path}/upload/apply", **form, **ticked, seen_digest=_hidden(shown, "seen_digest"))
        return shown

    first, second = take(older), take(newer)
    assert tick not in first + second and told not in first + second
    shown = take(older)
    assert tick in shown and told in shown and "Count its 1 older mark all the same" in shown
    take(older, should_stand="yes")
    with reading(classroom.sessions) as session:
        rows = session.scalars(select(Outcome).order_by(Outcome.id))
        assert [str(row.raw) for row in rows if row.standing == "counted"] == ["61.50", "65.00", "61.50"]


def test_what_changed_since_the_preview_is_not_applied(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    content = _hidden(_upload(bob, path), "content")
    page = bob.after(
        f"{path}/upload/apply", content=content, column="Assignment: Port (Real)", seen_digest="another"
    ).text
    assert "Something has changed since the preview" in page


def test_a_file_that_is_none_or_arrives_torn_is_told_in_a_sentence(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    assert "Choose the file" in bob.after(f"{path}/upload").text
    for torn in ("%%%", "abcd", ""):
        assert bob.after(f"{path}/upload/preview", content=torn, column="x").status_code == 200
    answer = bob.post(f"{path}/upload", files={"file": (BytesIO(b"a,b\n1,2\n"), "x.csv")})
    assert "no gradebook export" in bob.inner.get(answer.location).text
