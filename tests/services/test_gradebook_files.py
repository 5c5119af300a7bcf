"""Exports of Moodle and Canvas in their real shapes; a column that will not do says why."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from lti_tool.services import gradebook_files
from lti_tool.services.errors import Refused

MOODLE = (
    'First name,Surname,"ID number",Institution,Department,"Email address","Quiz: Risk and fairness (Real)",'
    '"Quiz: Risk and fairness (Feedback)","Assignment: Case (Percentage)","Assignment: Case (Letter)",'
    '"Last downloaded from this course"\n'
    'Lena,L,1001,"University of Inverlea",,lena@example.org,6.00,well done,60.00 %,C,1779271200\n'
    "Gast,G,,,,gast@example.org,-,,-,-,1779271200\n"
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Change plan (7001),Survey (7002),Current Score,Final Score\n"
    ",,,,,Manual Posting,,,\n"
    "    Points Possible,,,,,100.00,0.00,(read only),(read only)\n"
    '"L, Lena",11,1001,lena.l,IL5104 A,62.00,,62.00,62.00\n'
    '"Student, Test",99,,abcdef,IL5104 A,100.00,,100.00,100.00\n'
)


def columns(text):
    return [
        (column.title, column.maximum, column.problem[:40]) for column in gradebook_files.read(text.encode()).columns
    ]


def test_moodle_s_columns_and_rows():
    assert columns(MOODLE) == [
        ("Quiz: Risk and fairness", None, ""),
        ("Assignment: Case", None, "“Assignment: Case (Percentage)” holds no"),
        ("Assignment: Case", None, "“Assignment: Case (Letter)” holds no poi"),
    ]
    book = gradebook_files.read(MOODLE.encode())
    assert book.source == "moodle_csv"
    assert [book.number_in(row) for row in book.rows] == ["1001", ""]
    assert book.time_of(book.rows[0]) == datetime(2026, 5, 20, 10, 0, tzinfo=UTC)
    assert book.hints_in(book.rows[1]) == {"name": "Gast G", "email": "gast@example.org"}


def test_canvas_s_columns_and_rows():
    assert columns(CANVAS) == [
        ("Change plan", Decimal(100), ""),
        ("Survey", None, "“Survey” has no points possible, so its "),
    ]
    book = gradebook_files.read(CANVAS.encode())
    assert book.source == "canvas_csv"
    assert [book.number_in(row) for row in book.rows] == ["1001"]  # no policies, no points, no test student
    assert book.time_of(book.rows[0]) is None
    assert book.hints_in(book.rows[0]) == {"name": "L, Lena", "email": "lena.l", "number": "1001"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MOODLE.replace(",", ";"), id="semicolons"),
        pytest.param(MOODLE.replace(",", "\t"), id="tabs"),
        pytest.param("\ufeff" + MOODLE, id="byte order mark"),
        pytest.param(MOODLE.replace("Surname", "Last name"), id="newer names"),
        pytest.param(MOODLE.replace(" (Real)", ""), id="older Moodle without display type"),
    ],
)
def test_moodle_however_it_is_exported(text):
    assert columns(text)[0] == ("Quiz: Risk and fairness", None, "")


@pytest.mark.parametrize(
    "name, says",
    [
        ("Assignment: Case (Percentage)", "Export again with “Real”"),
        ("Assignment: Case (Letter)", "Export again with “Real”"),
        ("Quiz: Other (Real)", "has no column"),
    ],
)
def test_a_column_that_will_not_do_is_refused(name, says):
    with pytest.raises(Refused, match=says):
        gradebook_files.read(MOODLE.encode()).column(name)


@pytest.mark.parametrize(
    "text, says",
    [
        pytest.param("a,b\n1,2\n", "no gradebook export", id="some other table"),
        pytest.param(
            MOODLE.replace('"ID number",', "").replace("1001,", "").replace("G,,", "G,", 1),
            "no column “ID number”",
            id="Moodle without numbers",
        ),
        pytest.param(
            "Student,ID,Section,A (1)\n    Points Possible,,,10\n",
            "no column “SIS User ID”",
            id="Canvas without numbers",
        ),
        pytest.param(
            "Student,ID,SIS User ID,Section,A (1)\nx,1,1,A,9\n", "no row “Points Possible”", id="Canvas without points"
        ),
        pytest.param("Vorname,Nachname,ID-Nummer\n", "in English", id="another language"),
    ],
)
def test_a_file_that_will_not_do_is_refused(text, says):
    with pytest.raises(Refused, match=says):
        gradebook_files.read(text.encode())
