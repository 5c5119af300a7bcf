"""What an administrator may type as a location."""

from pathlib import Path

import asyncssh
import pytest

from connectors.errors import Misconfigured
from connectors.folders import LocalFolder
from connectors.places import place_at
from connectors.sftp import SftpPlace

KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()


def test_a_folder_is_a_folder(tmp_path: Path) -> None:
    assert isinstance(place_at(str(tmp_path)), LocalFolder)


def test_an_address_is_taken_apart() -> None:
    place = place_at("sftp://cai%40rn@host.example:2222/in", host_key=KEY, password="hush")
    assert place == SftpPlace(
        host="host.example", port=2222, user="cai@rn", host_key=KEY, password="hush", base="/in",
    )
    assert "hush" not in repr(place)


@pytest.mark.parametrize(("location", "words"), [
    ("drop", "absolute folder"), ("ftp://host/x", "absolute folder"), ("sftp://host/x", "user and host"),
    ("sftp://cairn@hush:99999/x", "no usable address"), ("sftp://cairn@hush:x/x", "no usable address"),
    ("sftp://cairn@[hush/x", "no usable address"),
    ("sftp://cairn:hush@host/x", "out of the location"), ("sftp://cairn@host/x", "password or a private_key"),
])
def test_what_is_no_place_is_refused_without_repeating_it(location: str, words: str) -> None:
    with pytest.raises(Misconfigured, match=words) as caught:
        place_at(location)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(("keys", "words"), [
    ({"host_key": "ssh-ed25519 AAAA"}, "host_key is garbled"), ({"host_key": ""}, "host_key must be"),
    ({"host_key": KEY, "private_key": "hush"}, "private_key is not"),
])
def test_keys_are_read_while_whoever_typed_them_is_there(keys: dict[str, str], words: str) -> None:
    with pytest.raises(Misconfigured, match=words) as caught:
        place_at("sftp://cairn@host/x", password="hush", **keys)
    assert "hush" not in str(caught.value)
