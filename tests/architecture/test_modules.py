"""Every module has a test file of its name, in the folder of the tests that mirrors its package."""

from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = {"connectors": "contract", "lti_tool": "."}  # the others are called as the package is


def modules() -> Iterator[Path]:
    for package in ("lti_tool", "connectors"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.name.startswith("__"):
                yield path.relative_to(ROOT)


def folder(module: Path) -> Path:
    """Where its tests are: of a package inside a package, in the folder of the outer one or in one of its own."""
    if module.parts[0] == "connectors" or len(module.parts) == 2:
        return ROOT / "tests" / FOLDERS[module.parts[0]]
    return ROOT / "tests" / module.parts[1]


@pytest.mark.parametrize("module", [pytest.param(path, id=path.as_posix()) for path in modules()])
def test_every_module_has_a_test_file_of_its_name(module: Path) -> None:
    place, name = folder(module), f"test_{module.stem}.py"
    found = [place / name] if place == ROOT / "tests" else list(place.rglob(name))
    assert any(path.is_file() for path in found), f"write {(place / name).relative_to(ROOT)}"
