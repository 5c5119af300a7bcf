"""The marksheet: typed or pasted, previewed, saved as seen; and the facts about a submission."""

import re
from datetime import UTC, datetime

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.outcome import Outcome
from tests.web.classroom import Classroom


def _fields(classroom: Classroom, **texts: str) -> dict[str, str]:
    """Typed lines on a sheet on which nothing stood."""
    fields = {}
    for name, text in texts.items():
        fields |= {f"mark-{classroom.keys[name]}": text, f"seen-{classroom.keys[name]}": "0"}
    return fields


def _stands(classroom: Classroom) -> list[tuple[str, str, object]]:
    with reading(classroom.sessions) as session:
        rows = session.scalars(select(Outcome).where(Outcome.standing == "counted").order_by(Outcome.id))
        return [(row.enrolment.person.display_name.split()[0], row.status, row.raw) for row in rows]


def _in_cairn(classroom: Classroom) -> str:
    path = f"components/{classroom.keys['PORT']}"
    classroom.client("bob").post(f"{path}/authority", authority="cairn")
    return path


def test_marks_are_previewed_then_saved(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), _in_cairn(classroom)
    shown = bob.post(f"{path}/marksheet/preview", **_fields(classroom, Lena="61.5", Omar="absent"))
    assert shown.status_code == 200
    assert "2 changes to Port" in shown.text
    assert _stands(classroom) == [], "a preview saves nothing"
    page = bob.after(f"{path}/marksheet", **_fields(classroom, Lena="61.5", Omar="absent"))
    assert "Saved: 2 lines." in page.text
    assert [(name, status, str(raw)) for name, status, raw in _stands(classroom)] == [
        ("Lena", "marked", "61.5"), ("Omar", "absent", "None"),
    ]


def test_a_pasted_list_names_each_bad_line(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), _in_cairn(classroom)
    page = bob.post(f"{path}/marksheet/preview", pasted="S1\t61.5\nS9 40\nS2 hundred").text
    assert "1 change to Port" in page
    assert "2 lines cannot be taken" in page
    assert "Line 2" in page and "not on the marksheet" in page
    assert "<bdi>Omar O&#39;Neil</bdi>" in page


def test_a_line_changed_by_somebody_else_meanwhile_is_not_overwritten(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), _in_cairn(classroom)
    bob.after(f"{path}/marksheet", **_fields(classroom, Lena="61.5"))
    page = bob.after(f"{path}/marksheet", **_fields(classroom, Lena="40")).text
    assert "Somebody else has changed 1 of these lines" in page
    assert len(_stands(classroom)) == 1


def test_where_the_lms_makes_the_marks_only_states_are_taken(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    page = bob.post(f"{path}/marksheet/preview", **_fields(classroom, Lena="61.5", Omar="deferred")).text
    assert "are made in the LMS" in page
    assert "1 change to Port" in page


def test_a_state_over_a_mark_of_the_lms_is_taken_back(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    assert "as in the LMS" not in bob.get(f"{path}/marksheet").text
    classroom.mark("Lena", "PORT", "60")
    sheet = bob.get(f"{path}/marksheet").text
    assert "as in the LMS" not in sheet
    bob.after(f"{path}/marksheet", **_seen(classroom, sheet, "absent"))
    sheet = bob.get(f"{path}/marksheet").text
    assert "write <b>as in the LMS</b>" in sheet and "In the LMS: 60" in sheet
    shown = bob.post(f"{path}/marksheet/preview", **_seen(classroom, sheet, "as in the LMS")).text
    assert "<strong>as in the LMS</strong>" in shown and "60" in shown.partition("Becomes")[2]
    bob.after(f"{path}/marksheet", **_seen(classroom, sheet, "as in the LMS"))
    assert [(status, raw and str(raw)) for _, status, raw in _stands(classroom)] == [
        ("marked", "60"), ("absent", None), ("marked", "60"),
    ]


def _seen(classroom: Classroom, sheet: str, text: str) -> dict[str, str]:
    """Lena's line as it is shown, with another text."""
    key = classroom.keys["Lena"]
    found = re.search(rf'name="seen-{key}" value="([^"]*)"', sheet)
    assert found, sheet
    return {f"mark-{key}": text, f"seen-{key}": found[1]}


def test_an_empty_line_takes_no_mark_back(classroom: Classroom) -> None:
    classroom.mark("Lena", "PORT", "61.5")
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    page = bob.post(f"{path}/marksheet/preview", **_fields(classroom, Lena="")).text
    assert "write pending" in page


def test_hand_in_times_are_meant_in_the_zone_of_the_institution(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    key = classroom.keys["Lena"]
    bob.after(f"{path}/facts", **{f"submitted-{key}": "2026-05-09T13:00", f"seen-{key}": "0"}, pasted="S2;;48")
    with reading(classroom.sessions) as session:
        rows = {row.enrolment.key: row for row in session.scalars(select(Outcome))}
    assert rows[key].submitted_at == datetime(2026, 5, 9, 12, 0, tzinfo=UTC)
    assert rows[classroom.keys["Omar"]].extension_hours == 48
    page = bob.get(f"{path}/facts").text
    assert 'value="2026-05-09T13:00"' in page


def test_what_the_facts_sheet_shows_again_changes_nothing(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    bob.after(f"{path}/facts", pasted="S1,2026-05-10T17:00:01+01:00,")
    with reading(classroom.sessions) as session:
        seen = session.scalars(select(Outcome.key)).one()
    key = classroom.keys["Lena"]
    page = bob.after(f"{path}/facts", **{
        f"submitted-{key}": "2026-05-10T17:00", f"extension-{key}": "", f"seen-{key}": seen,
    }).text
    assert "Saved: 0 lines." in page, "the second that the form does not show is not lost"


def test_a_bad_time_is_named_and_nothing_is_saved(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    answer = bob.post(f"{path}/facts", pasted="S1;tomorrow;\nS2;;24")
    assert answer.status_code == 422
    assert "“tomorrow” is no time" in answer.text
    assert _stands(classroom) == []
