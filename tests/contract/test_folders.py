"""A plain folder: what it does, and how the operating system's words are sorted."""

from pathlib import Path

import pytest

from connectors.errors import Misconfigured, Unavailable
from connectors.folders import LocalFolder, explained


def test_it_writes_lists_reads_and_publishes(tmp_path: Path) -> None:
    with LocalFolder(tmp_path).open() as folder:
        folder.write("a.part", b"one")
        folder.publish("a.part", "a")
        folder.write("b.part", b"two")
        folder.replace("b.part", "a")
        assert [(entry.name, entry.size) for entry in folder.entries("")] == [("a", 3)]
        assert folder.read("a") == b"two"


def test_publishing_never_lands_on_a_file_that_is_there(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path)
    folder.write("a", b"theirs")
    folder.write("a.part", b"ours")
    with pytest.raises(Unavailable):
        folder.publish("a.part", "a")
    assert folder.read("a") == b"theirs"


def test_folders_inside_are_not_files(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    assert LocalFolder(tmp_path).entries("") == []


@pytest.mark.parametrize(("error", "kind"), [
    (FileNotFoundError(2, "no"), Misconfigured), (PermissionError(13, "no"), Misconfigured),
    (NotADirectoryError(20, "no"), Misconfigured), (OSError(28, "No space left on device"), Unavailable),
    (OSError("odd"), Unavailable),
])
def test_an_error_is_sorted_by_what_happens_next(error: OSError, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=r"^Doing it failed: .*\.$"), explained("Doing it"):
        raise error


def test_the_connection_test_sees_whether_it_is_there(tmp_path: Path) -> None:
    assert [line.is_ok for root in (tmp_path, tmp_path / "x") for line in LocalFolder(root).check()] == [True, False]
