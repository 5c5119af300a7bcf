"""Regulation sets from the command line: checked with exit 0 or 1, loaded word for word, listed."""

from pathlib import Path

import pytest

from lti_tool.schema import shipped
from tests.cli.conftest import Cairn

SET = shipped("config") / "regulations" / "inverlea-2026.yaml"


def changed(folder: Path, old: str, new: str) -> str:
    text = SET.read_text(encoding="utf-8")
    assert old in text
    file = folder / "set.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("name", ["inverlea-2026", "twenty-point"])
def test_shipped_sets_hold(bare: Cairn, name: str) -> None:
    told = bare("regulations", "check", str(SET.with_name(f"{name}.yaml")))
    assert "FAILS" not in told
    assert " passed" in told


def test_a_case_that_fails_is_named_with_expected_and_found(bare: Cairn) -> None:
    file = changed(bare.folder, 'overall_reported: "50"', 'overall_reported: "51"')
    told = bare("regulations", "check", file, code=1)
    (failing, *_) = [line for line in told.splitlines() if line.startswith("FAILS")]
    assert "INV-" in failing
    assert "expected 51, found 50" in told


@pytest.mark.parametrize(("old", "new", "said"), [
    pytest.param('pass_mark: "50"', 'pass_maks: "50"', "pass_maks", id="an unknown key is named"),
    pytest.param('"70", Distinction', "70, Distinction", "quote", id="a number without quotes"),
    pytest.param("version: 1", "version: [", "not readable as YAML", id="no YAML"),
])
def test_a_file_that_cannot_be_read_is_a_sentence(bare: Cairn, old: str, new: str, said: str) -> None:
    assert said in bare("regulations", "check", changed(bare.folder, old, new), code=2)


def test_a_file_of_other_bytes_is_a_sentence(cairn: Cairn) -> None:
    (cairn.folder / "set.yaml").write_bytes(b"\xff\xfe\x00")
    for verb in ("check", "load"):
        assert "save it as UTF-8" in cairn("regulations", verb, "set.yaml", code=2)


def test_a_set_is_loaded_and_listed(cairn: Cairn) -> None:
    assert "INV-2026.1 is loaded; its worked cases hold." in cairn("regulations", "load", str(SET))
    cairn("regulations", "load", str(SET))
    (line,) = cairn("regulations", "list").splitlines()
    assert line.startswith("INV-2026.1 ")
    assert "cases hold" in line


def test_a_set_whose_cases_fail_is_loaded_and_says_so(cairn: Cairn) -> None:
    told = cairn("regulations", "load", changed(cairn.folder, 'overall_reported: "50"', 'overall_reported: "51"'))
    assert "do NOT hold" in told
    assert "cases not proven" in cairn("regulations", "list")


def test_another_text_needs_another_code(cairn: Cairn) -> None:
    cairn("regulations", "load", str(SET))
    told = cairn("regulations", "load", changed(cairn.folder, "max_attempts: 2", "max_attempts: 3"), code=2)
    assert "Give the new text a code of its own" in told
