"""Deep linking: what a column holds is said before it is made, and the answer goes back signed (DL 2.0)."""

import re

from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.platform import LineItem
from lti_tool.services import registrations
from tests.web.classroom import RETURN, Classroom

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"


def _claims(classroom: Classroom, page: str) -> dict[str, object]:
    token = re.search(r'name="JWT" value="([^"]+)"', page)
    assert token, page
    with reading(classroom.sessions) as session:
        keys = KeySet.import_key_set({"keys": registrations.published_keys(session, classroom.now)})
    return dict(jwt.decode(token[1], keys, algorithms=["RS256"]).claims)


def test_what_a_column_holds_is_said_before_it_is_made(classroom: Classroom) -> None:
    page = classroom.client("bob picks").get("pick").text
    for words in ("The marks of Port.", "Out of 100.", "You mark here, in the LMS", "when you release it in the LMS",
                  "degree students in the course stay out"):
        assert words in page, words


def test_the_picked_component_goes_back_signed_with_its_column(classroom: Classroom) -> None:
    bob = classroom.client("bob picks")
    answer = bob.post("pick", component=classroom.keys["PORT"])
    assert f'action="{RETURN}"' in answer.text
    assert "form-action 'self' https://inverlea.example;" in answer.headers["Content-Security-Policy"]
    claims = _claims(classroom, answer.text)
    assert (claims["iss"], claims[f"{DL}data"]) == ("client-1", "opaque")
    (item,) = claims[f"{DL}content_items"]  # type: ignore[misc]
    assert item["url"].endswith(f"/lti/c/{classroom.keys['PORT']}")
    assert item["custom"] == {"cairn_component": classroom.keys["PORT"]}
    assert item["lineItem"] == {
        "scoreMaximum": 100, "label": "Port", "resourceId": f"cairn:{classroom.keys['PORT']}",
    }


def test_the_column_is_planned_once_until_the_lms_has_made_it(classroom: Classroom) -> None:
    bob = classroom.client("bob picks")
    for _ in range(2):
        bob.post("pick", component=classroom.keys["PORT"])
    with classroom.sessions.begin() as session:
        column = session.scalars(select(LineItem)).one()
        assert (column.state, column.url, column.is_ours_to_fill, column.holds) == ("planned", "", False, "component")
        column.state, column.url = "open", "https://inverlea.example/items/1"
    assert "a column for it already" in bob.after("pick", component=classroom.keys["PORT"]).text


def test_the_overall_result_is_ours_to_fill_and_waits_for_ratification(classroom: Classroom) -> None:
    classroom.client("bob picks").post("pick", component=classroom.keys["overall"])
    with reading(classroom.sessions) as session:
        column = session.scalars(select(LineItem)).one()
    assert (column.holds, column.is_ours_to_fill, column.release) == ("overall", True, "when_ratified")


def test_nothing_picked_is_an_empty_answer(classroom: Classroom) -> None:
    page = classroom.client("bob picks").post("pick/cancel").text
    assert _claims(classroom, page)[f"{DL}content_items"] == []
    with reading(classroom.sessions) as session:
        assert session.scalars(select(LineItem)).all() == []


def test_only_a_launch_that_asked_can_answer(classroom: Classroom) -> None:
    assert classroom.client("bob").post("pick", component=classroom.keys["PORT"]).status_code in (303, 409)
    assert classroom.client("bob").get("pick").status_code == 409
    assert classroom.client("lena").get("pick").status_code == 403
