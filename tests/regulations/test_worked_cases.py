"""Every worked case of every file, by its own id: the report reads as compliance."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lti_tool.domain.casefile import CaseResult, CaseStatus, Report, check
from lti_tool.domain.errors import RegulationError
from lti_tool.services import regulation_files

HERE = Path(__file__).parent
SHARED = HERE / "cases" / "regulation-cases.yaml"
SHIPPED = sorted((HERE.parents[1] / "config" / "regulations").glob("*.yaml"))


@cache
def report(path: Path) -> Report:
    return regulation_files.check(path)


@cache
def shared() -> Mapping[str, Any]:
    return regulation_files.parse(regulation_files.read(SHARED))


def results(*paths: Path) -> list[object]:
    return [pytest.param(case, id=f"{case.id} {case.title}") for path in paths for case in report(path).results]


@pytest.mark.parametrize("case", results(SHARED, *SHIPPED))
def test_worked_case(case: CaseResult) -> None:
    assert case.differences == ()
    assert case.status is (CaseStatus.NOT_RUN if case.kind == "workflow" else CaseStatus.PASSED)


def test_every_kind_has_a_case_and_every_file_holds() -> None:
    assert {case.kind for case in report(SHARED).results} == {
        "result",
        "outcomes",
        "stack",
        "dates",
        "convert",
        "quorum",
        "workflow",
    }
    assert len(report(SHARED).results) == 42
    assert all(report(path).holds for path in (SHARED, *SHIPPED))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_set_may_be_published_as_it_stands(path: Path) -> None:
    file = regulation_files.load(path)
    assert [regulation_files.reasons_against_publishing(file, version) for version in file.regulations] == [[]]


def expectations() -> list[object]:
    """Every single expected value of the shared file, with its place."""
    places = []
    for n, case in enumerate(shared()["cases"]):
        name = "expected" if "expected" in case else "checks"
        entries = case.get(name, [])
        for m, entry in enumerate(entries if isinstance(entries, list) else [entries]):
            keys = [key for key in entry if name == "expected" or key in CHECKED]
            places += [pytest.param(n, name, m, key, id=f"{case['id']} {m} {key}") for key in keys if key != "board"]
    return places


CHECKED = {"valid", "last_valid_day", "latest_completion", "quorate", "expected"}


def another(value: object) -> object:
    """Some other value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [*value, "item_below_ZZ"]
    if isinstance(value, dict):
        return {**value, "credit": value["credit"] + 1}
    if value is None:
        return "13"
    text = str(value)
    if text.replace(".", "").isdigit():
        return f"1{text}"
    if is_a_day(text):
        return f"19{text[2:]}"
    return f"{text}X"


def is_a_day(text: str) -> bool:
    return len(text) == 10 and text.startswith("20")


@pytest.mark.parametrize(("n", "name", "m", "key"), expectations())
def test_any_other_expectation_fails_by_name(n: int, name: str, m: int, key: str) -> None:
    case = deepcopy(shared()["cases"][n])
    entry = case[name][m] if isinstance(case[name], list) else case[name]
    before, entry[key] = entry[key], another(entry[key])
    found = check({**shared(), "cases": [case]}).results[0]
    assert found.status is CaseStatus.FAILED, f"{before!r} and {entry[key]!r} both hold"
    (where, expected, said), *more = found.differences
    assert where.startswith(f"{case['id']}, {name}") and key in where and not more
    assert expected != said


def test_a_typing_error_anywhere_in_the_file_is_named() -> None:
    text = regulation_files.read(SHARED).replace("absence_effect: fail_no_right", "absence_efect: fail_no_right")
    with pytest.raises(RegulationError, match="EX-06, with: unknown key 'absence_efect'"):
        check(regulation_files.parse(text))


@pytest.mark.parametrize(
    ("written", "instead", "words"),
    [
        pytest.param(
            'weight: "30", out_of: "9"', 'weight: "31", out_of: "9"', r"RC-05: weights must total 100", id="weights"
        ),
        pytest.param('raw: "48.9"', "raw: 48.9", r"RC-01, attempts\[0\]: raw is a number without quotes", id="float"),
        pytest.param(
            "board: 1, status: exempt",
            "board: 1, stauts: exempt",
            r"EX-08, attempts\[0\]: unknown key 'stauts'",
            id="key",
        ),
        pytest.param(
            'B, attempt: 1, board: 1, status: marked, raw: "57"',
            "B, attempt: 1, board: 1, status: exempt",
            "EX-08: all components with a weight are exempt",
            id="all exempt",
        ),
    ],
)
def test_a_file_that_means_nothing_is_refused(written: str, instead: str, words: str) -> None:
    text = regulation_files.read(SHARED)
    assert text.count(written) == 1
    with pytest.raises(RegulationError, match=words):
        check(regulation_files.parse(text.replace(written, instead)))
