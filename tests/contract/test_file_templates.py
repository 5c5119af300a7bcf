"""Per-site templates: what they may say, and the one sentence for everything else."""

from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Misconfigured
from connectors.file_templates import from_mapping, profile_named
from connectors.testing import a_record

GOOD: dict[str, Any] = {"name": "inverlea", "columns": {"Student": "student_number", "Run": "run", "Mark": "mark"}}


def test_a_template_becomes_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "inverlea.yaml"
    path.write_text("""
name: inverlea
delimiter: ";"
bom: yes
decimal_mark: ","
date_format: "%d.%m.%Y"
status_codes: {absent: NA}
required: [registration]
columns:
  Student: registration
  Where: "{run}/{occurrence}"
  Mark: mark_or_status
  Board: board_date
answers: {code: FEHLER, row: ZEILE}
""", encoding="utf-8")
    profile = profile_named(str(path))
    assert profile.document([profile.row(a_record())]).decode("utf-8-sig").splitlines() == [
        "Student;Where;Mark;Board", "S0000001/1;class-1/A;67,5;12.06.2026"]
    assert profile.row(a_record(mark=None, status="absent"))[2] == "NA"
    assert profile.answers == {"code": "FEHLER", "row": "ZEILE"}


def test_json_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('{"name": "t", "header": false, "columns": {"a": "registration", "b": "run", "c": "grade"}}')
    assert not profile_named(str(path)).header


def test_ready_profiles_go_by_their_names() -> None:
    assert profile_named("two_column").one_file_per_run


@pytest.mark.parametrize(("changes", "words"), [
    pytest.param({"columns": {"Student": "registration", "Run": "run", "Mark": "marks"}}, "'mark' is near", id="typo"),
    pytest.param({"columns": {"S": "registration", "R": "{run}{shoe_size}", "M": "mark"}}, "'shoe_size'", id="pattern"),
    pytest.param({"columns": {"S": "registration", "R": "{run", "M": "mark"}}, "no field", id="open brace"),
    pytest.param({"columns": {"S": "registration", "R": 7, "M": "mark"}}, "Column R", id="a number for a field"),
    pytest.param({"columns": {}}, "no columns", id="empty"),
    pytest.param({"columns": {"Run": "run", "Mark": "mark"}}, "says who", id="nobody"),
    pytest.param({"columns": {"S": "registration", "Run": "run"}}, "says the result", id="no result"),
    pytest.param({"columns": {"S": "registration", "Mark": "mark"}}, "says the run", id="no run"),
    pytest.param({"colums": {}}, "'columns' is near", id="unknown key"),
    pytest.param({"name": "In/ver"}, "small letters", id="a name that is a path"),
    pytest.param({"header": "maybe"}, "`header`", id="neither yes nor no"),
    pytest.param({"decimals": True}, "`decimals`", id="yes for a number"),
    pytest.param({"decimal_mark": "·"}, "`decimal_mark`", id="odd decimal mark"),
    pytest.param({"decimal_mark": ","}, "must differ", id="comma twice"),
    pytest.param({"delimiter": "||"}, "one character", id="two delimiters"),
    pytest.param({"required": ["everything"]}, "'everything'", id="unknown required"),
    pytest.param({"answers": {"colour": "C"}}, "'colour'", id="unknown answer word"),
])
def test_what_cannot_be_meant_is_refused_with_a_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured, match=words) as caught:
        from_mapping({**GOOD, **changes})
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(("name", "words"), [
    ("sits", "sits_marks"), ("/nowhere/t.yaml", "could not be read"),
])
def test_a_profile_that_is_not_there_is_named(name: str, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        profile_named(name)


@pytest.mark.parametrize("text", ["- a list", "name: [", ""])
def test_a_template_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(text)
    with pytest.raises(Misconfigured, match=r"t\.yaml"):
        profile_named(str(path))


@pytest.mark.parametrize(("line", "said"), [
    pytest.param("status_codes: {absent: NO}", "The code for absent", id="no, and not NO"),
    pytest.param("status_codes: {deferred: 007}", "The code for deferred", id="7, and not 007"),
    pytest.param("status_codes: {exempt: }", "The code for exempt", id="null, and nothing"),
    pytest.param('status_codes: {exempt: ""}', "The code for exempt", id="nothing in quotes"),
    pytest.param("answers: {code: 12}", "The answer code", id="a number as a heading"),
    pytest.param("required: [[mark]]", "`required`", id="a list in a list"),
    pytest.param("date_format: d/m/y", "`date_format`", id="a format that writes itself"),
    pytest.param('date_format: "%d/%m"', "`date_format`", id="a format without the year"),
    pytest.param("decimals: -1", "`decimals`", id="fewer places than none"),
])
def test_what_yaml_or_a_slip_would_change_on_the_way_is_refused(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(f"name: site\ncolumns: {{STU: student_number, RUN: run, MARK: mark}}\n{line}\n", encoding="utf-8")
    with pytest.raises(Misconfigured, match=said):
        profile_named(str(path))


def test_a_heading_that_yaml_reads_as_a_word_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("name: site\ncolumns: {NO: student_number, RUN: run, MARK: mark}\n", encoding="utf-8")
    with pytest.raises(Misconfigured, match="The heading False"):
        profile_named(str(path))
