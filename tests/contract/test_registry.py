"""Connectors by name, and one sentence for each setting that is wrong."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connectors import registry
from connectors.errors import Misconfigured
from connectors.memory import MemoryRecords
from connectors.oneroster import OneRosterGradebook

GIVEN = {"url": "https://records.example/ims/oneroster", "token_url": "https://records.example/token", "client_id": "c"}


def test_what_is_installed_is_listed_with_what_it_can() -> None:
    found = {each.name: each for each in registry.available()}
    assert {"memory", "oneroster", "file_drop"} <= set(found)
    assert "OneRoster 1.2" in found["oneroster"].summary
    assert "look_up" in found["memory"].capabilities
    assert not found["memory"].problem


def test_a_connector_is_loaded_by_its_name() -> None:
    assert registry.load("memory") is MemoryRecords


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(Misconfigured, match="no connector 'banner'; installed are: .*memory"):
        registry.load("banner")


def test_defaults_are_filled_in() -> None:
    connector = registry.configure("oneroster", GIVEN, {"client_secret": "s"})
    assert isinstance(connector, OneRosterGradebook)
    connector.close()


@pytest.mark.parametrize(("settings", "secrets", "sentence"), [
    pytest.param({}, {"client_secret": "s"}, "oneroster needs url: the address before", id="missing"),
    pytest.param({**GIVEN, "url": ""}, {"client_secret": "s"}, "oneroster needs url", id="empty is missing"),
    pytest.param(GIVEN, {}, "oneroster needs the secret client_secret: ", id="a secret is missing"),
    pytest.param({**GIVEN, "colour": "red"}, {"client_secret": "s"}, "oneroster has no setting colour", id="unknown"),
    pytest.param({**GIVEN, "client_secret": "s"}, {}, "client_secret is a secret", id="a secret among the settings"),
    pytest.param(GIVEN, {"client_secret": "s", "school": "x"}, "school is no secret", id="a setting among the secrets"),
    pytest.param(
        {**GIVEN, "dialect": "odd"}, {"client_secret": "s"}, "dialect must be one of strict, lenient", id="no choice"),
])
def test_a_wrong_setting_gets_its_sentence(
    settings: dict[str, str], secrets: dict[str, str], sentence: str
) -> None:
    with pytest.raises(Misconfigured, match=sentence):
        registry.configure("oneroster", settings, secrets)


def test_all_faults_are_told_at_once_and_no_value_is_repeated() -> None:
    with pytest.raises(Misconfigured) as caught:
        registry.configure("oneroster", {"client_secret": "hush-4711", "colour": "red"}, {})
    text = str(caught.value)
    assert "colour" in text
    assert "url" in text
    assert "hush-4711" not in text


class Distribution:
    """What the registry asks of an installed distribution."""

    name = "inverlea-records"
    requires = ("paramiko<6,>=5.1; extra == 'sftp'", "requests")


@pytest.mark.parametrize(("module", "line"), [
    pytest.param("paramiko", r'pip install "inverlea-records\[sftp\]"$', id="an extra brings it"),
    pytest.param("frobnicate", "pip install frobnicate$", id="nothing we know of brings it"),
])
def test_a_missing_package_is_answered_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str, line: str
) -> None:
    (tmp_path / "needy_connector.py").write_text(f"import {module}.client\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, module, None)
    point = EntryPoint("needy", "needy_connector:Needy", registry.GROUP)
    monkeypatch.setattr(registry, "_points", lambda: (point,))
    vars(point)["dist"] = Distribution()
    with pytest.raises(Misconfigured, match=line):
        registry.load("needy")
    (found,) = registry.available()
    assert "needy needs" in found.problem
