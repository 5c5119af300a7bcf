"""Whatever is installed as a connector has a test, a page, and a row in the table."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from connectors import registry
from connectors.contract import Capability

ROOT = Path(__file__).parents[2]
HEADINGS = ["## What it does", "## Settings", "## How to test it", "## Limitations and quirks"]
NAMES = sorted(
    point.name for point in entry_points(group=registry.GROUP) if point.dist is None or point.dist.name == "cairn-lti"
)


def test_there_are_connectors() -> None:
    assert {"memory", "oneroster", "file_drop"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_loaded_under_its_own_name(name: str) -> None:
    assert registry.load(name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_it_inherits_the_shared_promises(name: str) -> None:
    text = (ROOT / "tests" / "contract" / f"test_{name}.py").read_text()
    assert "RecordSystemContract):" in text


@pytest.mark.parametrize("name", NAMES)
def test_its_page_has_the_fixed_headings(name: str) -> None:
    lines = (ROOT / "connectors" / "docs" / f"{name}.md").read_text().splitlines()
    assert [line for line in lines if line.startswith("## ")] == HEADINGS


@pytest.mark.parametrize("name", NAMES)
def test_its_page_names_every_setting(name: str) -> None:
    page = (ROOT / "connectors" / "docs" / f"{name}.md").read_text()
    assert [setting.name for setting in registry.load(name).SETTINGS if f"`{setting.name}`" not in page] == []


@pytest.mark.parametrize("name", NAMES)
def test_its_row_says_what_it_can_do(name: str) -> None:
    lines = [line for line in (ROOT / "docs" / "connectors.md").read_text().splitlines() if line.startswith("|")]
    head = [cell.strip() for cell in lines[0].strip("|").split("|")]
    (row,) = [line for line in lines if line.startswith(f"| [{name}]")]
    cells = dict(zip(head, (cell.strip() for cell in row.strip("|").split("|")), strict=True))
    can = {capability for capability in Capability if cells[capability.name] == "yes"}
    assert can == set(getattr(registry.load(name), "capabilities", ()))
