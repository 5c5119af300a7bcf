"""The published language: frozen, keyword-only, made of the standard library, and only ever added to."""

import ast
import dataclasses
import sys
from pathlib import Path

import pytest

from connectors import contract
from connectors.contract import CheckLine, CheckReport
from connectors.testing import a_record

TYPES = [thing for thing in vars(contract).values() if dataclasses.is_dataclass(thing)]


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_values_are_frozen_and_named(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert all(each.kw_only for each in dataclasses.fields(kind))


def test_it_needs_the_standard_library_only() -> None:
    tree = ast.parse(Path(contract.__file__).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {str(module).partition(".")[0] for module in modules} <= sys.stdlib_module_names


def test_a_record_cannot_be_changed_on_its_way() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        a_record().mark = None  # type: ignore[misc]


def test_one_bad_line_makes_a_bad_report() -> None:
    good, bad = (CheckLine(label="x", is_ok=is_ok, text="y") for is_ok in (True, False))
    assert CheckReport(lines=(good,)).is_ok
    assert not CheckReport(lines=(good, bad)).is_ok
