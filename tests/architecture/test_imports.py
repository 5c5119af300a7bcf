"""Imports follow the arrows: the contracts of setup.cfg hold."""

from configparser import ConfigParser
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]


def test_every_contract_is_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="setup.cfg", no_cache=True) == 0, capsys.readouterr().out


def test_a_broken_contract_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same call with a contract that cannot hold: otherwise the test above could pass by finding nothing."""
    (tmp_path / "setup.cfg").write_text(
        "[importlinter]\nroot_packages =\n    lti_tool\n    connectors\n\n"
        "[importlinter:contract:upside_down]\nname = Upside down\ntype = layers\nlayers =\n"
        "    lti_tool.domain\n    lti_tool.services\n", encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    assert lint_imports(config_filename="setup.cfg", no_cache=True) == 1
    assert "Upside down BROKEN" in capsys.readouterr().out


def test_every_concrete_connector_is_under_the_contract() -> None:
    """A connector that is added to the entry points must stand alone like the others."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    points = config["options.entry_points"]["cairn.connectors"].strip().splitlines()
    shipped = {line.partition("=")[2].partition(":")[0].strip() for line in points}
    listed = {line.strip() for line in config["importlinter:contract:concrete"]["modules"].strip().splitlines()}
    assert shipped == listed
