"""A place where files are left and found: what any transport must do, and the plain folder on this machine."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from connectors.contract import CheckLine
from connectors.errors import Misconfigured, Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A file in a folder."""

    name: str
    size: int
    modified_at: datetime


class Folder(Protocol):
    """An open way to the drop; paths are relative to it. Errors are those of :mod:`connectors.errors`."""

    def entries(self, folder: str) -> list[Entry]: ...

    def read(self, path: str) -> bytes: ...

    def write(self, path: str, data: bytes) -> None:
        """Write all of it, or raise; what is half written has no meaning to anybody."""

    def replace(self, source: str, target: str) -> None:
        """Rename over whatever is there."""

    def publish(self, source: str, target: str) -> None:
        """Rename in one step onto a name that is free: from here on, the other side may take the file."""


class Place(Protocol):
    """How to get to a drop; a connection lives as long as one piece of work."""

    def open(self) -> AbstractContextManager[Folder]: ...

    def check(self) -> list[CheckLine]: ...


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn what the operating system says into what happens next."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        sentence = f"{doing} failed: there is no such folder, or Cairn may not use it."
        raise Misconfigured(sentence, code=type(error).__name__) from error
    except OSError as error:
        sentence = f"{doing} failed: {error.strerror or 'the folder does not answer'}."
        raise Unavailable(sentence, code="os_error") from error


class LocalFolder:
    """A folder on this machine or one that is mounted, as :class:`Place` and :class:`Folder` in one."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def open(self) -> Iterator["LocalFolder"]:
        yield self

    def check(self) -> list[CheckLine]:
        return [CheckLine(label="folder", is_ok=self.root.is_dir(), text=f"the folder {self.root}")]

    def entries(self, folder: str) -> list[Entry]:
        with explained(f"Listing {folder}"), os.scandir(self.root / folder) as found:
            return [_entry(item) for item in found if item.is_file()]

    def read(self, path: str) -> bytes:
        with explained(f"Reading {path}"):
            return (self.root / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        with explained(f"Writing {path}"), (self.root / path).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # a rename may outlive the bytes in a power cut

    def replace(self, source: str, target: str) -> None:
        with explained(f"Renaming to {target}"):
            (self.root / source).replace(self.root / target)

    def publish(self, source: str, target: str) -> None:
        with explained(f"Renaming to {target}"):
            if (self.root / target).exists():
                raise FileExistsError(None, "a file of that name is there already")
            (self.root / source).rename(self.root / target)


def _entry(item: "os.DirEntry[str]") -> Entry:
    status = item.stat()
    return Entry(
        name=item.name, size=status.st_size, modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
    )
