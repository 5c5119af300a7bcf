"""``cairn serve`` and ``cairn worker`` hand the settings on; test_serving and test_worker test what they run."""

import pytest

from lti_tool import serving, worker
from lti_tool.settings import Settings
from tests.cli.conftest import Cairn


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, dict[str, object]]]:
    """What would have run, noted instead of run: it would not come back."""
    noted: list[tuple[Settings, dict[str, object]]] = []
    for module in (serving, worker):
        monkeypatch.setattr(module, "run", lambda settings, **how: noted.append((settings, how)))
    return noted


@pytest.mark.parametrize(("words", "how"), [
    pytest.param([], {"bind": "127.0.0.1:8400", "is_dispatching": True}, id="as the settings say"),
    pytest.param(["--bind", "0.0.0.0:80"], {"bind": "0.0.0.0:80", "is_dispatching": True}, id="another address"),
    pytest.param(["--no-dispatch"], {"bind": "127.0.0.1:8400", "is_dispatching": False}, id="no dispatcher"),
])
def test_serve(
    cairn: Cairn, ran: list[tuple[Settings, dict[str, object]]], words: list[str], how: dict[str, object]
) -> None:
    told = cairn("serve", *words)
    assert told == f"Cairn serves https://cairn.example on {how['bind']}.\n"
    assert [found for _, found in ran] == [how]


@pytest.mark.parametrize("bind", ["nonsense", "127.0.0.1:99999"])
def test_nothing_is_served_where_nobody_can_listen(
    cairn: Cairn, ran: list[tuple[Settings, dict[str, object]]], bind: str
) -> None:
    assert "--bind: an address and a port up to 65535" in cairn("serve", "--bind", bind, code=2)
    assert ran == []


def test_serve_does_not_dispatch_where_the_settings_say_no(
    cairn: Cairn, ran: list[tuple[Settings, dict[str, object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAIRN_IS_DISPATCHING", "no")
    cairn("serve")
    assert ran[0][1]["is_dispatching"] is False


def test_worker(cairn: Cairn, ran: list[tuple[Settings, dict[str, object]]]) -> None:
    cairn("worker")
    assert [settings.public_url for settings, _ in ran] == ["https://cairn.example"]
