"""Imports follow the arrows: the contracts of setup.cfg hold."""

import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[2]


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run in a process of its own: inside this one it would switch our loggers off for every later test."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "setup.cfg"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_every_contract_is_kept() -> None:
    result = linted(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_broken_contract_would_be_seen(tmp_path: Path) -> None:
    """The same call with a contract that cannot hold: otherwise the test above could pass by finding nothing."""
    (tmp_path / "setup.cfg").write_text(
        "[importlinter]\nroot_packages =\n    lti_tool\n    connectors\n\n"
        "[importlinter:contract:upside_down]\nname = Upside down\ntype = layers\nlayers =\n"
        "    lti_tool.domain\n    lti_tool.services\n", encoding="utf-8",
    )
    result = linted(tmp_path)
    assert result.returncode == 1
    assert "Upside down BROKEN" in result.stdout


def test_every_concrete_connector_is_under_the_contract() -> None:
    """A connector that is added to the entry points must stand alone like the others."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    points = config["options.entry_points"]["cairn.connectors"].strip().splitlines()
    shipped = {line.partition("=")[2].partition(":")[0].strip() for line in points}
    listed = {line.strip() for line in config["importlinter:contract:concrete"]["modules"].strip().splitlines()}
    assert shipped == listed
