"""SFTP against asyncssh, an implementation that is not ours: the pinned key, the login, the rename that counts."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from connectors.errors import ConnectorError, Misconfigured, Unavailable, Uncertain
from connectors.sftp import SftpPlace, load_paramiko
from tests.demo.record_system.drop import SftpDrop
from tests.demo.record_system.faults import Faults

KEY = asyncssh.generate_private_key("ssh-ed25519")
OTHER = asyncssh.generate_private_key("ssh-ed25519")
RSA = asyncssh.generate_private_key("ssh-rsa", key_size=2048)


def public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode()


def secret(key: asyncssh.SSHKey) -> str:
    return key.export_private_key("openssh").decode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpDrop]:
    drop = SftpDrop(tmp_path, Faults(), password="inverlea-drop", authorized_key=public(KEY))
    yield drop
    drop.close()


@pytest.fixture
def place(server: SftpDrop) -> SftpPlace:
    return SftpPlace(
        host="127.0.0.1", port=server.port, user="cairn", host_key=server.host_key, password="inverlea-drop",
    )


def test_it_writes_lists_reads_and_publishes(place: SftpPlace, server: SftpDrop) -> None:
    with place.open() as folder:
        folder.write("a.part", b"x" * 100_000)
        folder.publish("a.part", "a.csv")
        folder.write("b.part", b"two")
        folder.replace("b.part", "b")
        folder.write("c.part", b"three")
        folder.replace("c.part", "b")
        assert sorted((entry.name, entry.size) for entry in folder.entries("")) == [("a.csv", 100_000), ("b", 5)]
        assert folder.read("b") == b"three"
    assert (server.root / "a.csv").stat().st_size == 100_000


def test_publishing_never_lands_on_a_file_that_is_there(place: SftpPlace) -> None:
    with place.open() as folder:
        folder.write("a", b"theirs")
        folder.write("a.part", b"ours")
        with pytest.raises(Unavailable):
            folder.publish("a.part", "a")
        assert folder.read("a") == b"theirs"


def test_a_key_opens_the_door_as_well(place: SftpPlace) -> None:
    with replace(place, password="", private_key=secret(KEY)).open() as folder:
        assert folder.entries("") == []


@pytest.mark.parametrize(("changes", "code"), [
    pytest.param({"host_key": public(OTHER)}, "host_key", id="another key of the same kind"),
    pytest.param({"host_key": public(RSA)}, "host_key", id="a key of another kind"),
    pytest.param({"password": "wrong"}, "login", id="a wrong password"),
    pytest.param({"password": "", "private_key": secret(OTHER)}, "login", id="a wrong key"),
    pytest.param({"host_key": ""}, "", id="no pinned key at all"),
    pytest.param({"host_key": "ssh-ed25519"}, "", id="half a key"),
    pytest.param({"host_key": "ssh-ed25519 AAAA"}, "", id="a pinned key that was cut off"),
    pytest.param({"host_key": "ssh-rsa !!!"}, "", id="a pinned key that is garbled"),
    pytest.param({"host_key": "x y z w"}, "", id="four words"),
    pytest.param({"host_key": f"ssh-rsa {public(KEY).split()[1]}"}, "", id="a pinned key under another kind"),
    pytest.param({"host_key": f"127.0.0.1 {public(KEY)}"}, "", id="a line of ssh-keyscan with its host"),
    pytest.param({"private_key": "no key"}, "", id="a key that is none"),
])
def test_what_an_administrator_must_correct_is_misconfigured(
    place: SftpPlace, changes: dict[str, str], code: str,
) -> None:
    with pytest.raises(Misconfigured) as caught, replace(place, **changes).open():
        pass
    assert caught.value.code == code


def test_a_server_that_is_not_there_is_unavailable(place: SftpPlace, server: SftpDrop) -> None:
    server.faults.change({"down": True})
    with pytest.raises(Unavailable), place.open():
        pass
    with pytest.raises(Unavailable), replace(place, port=1).open():
        pass


def test_a_missing_folder_is_misconfigured(place: SftpPlace) -> None:
    with place.open() as folder:
        with pytest.raises(Misconfigured, match="inbound"):
            folder.entries("inbound")
        with pytest.raises(Misconfigured):
            folder.write("inbound/a", b"")


def test_a_rename_that_is_not_answered_is_uncertain(place: SftpPlace, server: SftpDrop) -> None:
    with place.open() as folder:
        folder.write("a.part", b"one")
        server.faults.change({"cut_after_write": 1})
        with pytest.raises(Uncertain):
            folder.publish("a.part", "a")
        with pytest.raises(ConnectorError):
            folder.entries("")
    assert (server.root / "a").exists()


def test_the_connection_test_names_the_pinned_key(place: SftpPlace) -> None:
    assert [(line.label, line.is_ok) for line in place.check()] == [("host key", True), ("login", True)]


def test_without_the_package_there_is_an_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paramiko", None)
    with pytest.raises(Misconfigured, match=r'pip install "cairn-lti\[sftp\]"'):
        load_paramiko()
