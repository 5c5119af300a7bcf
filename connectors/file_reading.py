"""Reads the whole of a drop into a ledger, and does not read again what cannot have changed."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar, cast

from connectors import file_batch
from connectors.errors import Unavailable
from connectors.file_answers import ExtractLine, Line, read_extract, read_table
from connectors.file_batch import Batch
from connectors.file_ledger import Answer, Extract, Ledger
from connectors.file_profiles import Profile
from connectors.folders import Entry, Folder

T = TypeVar("T")
OURS = re.compile(r"cairn-[a-z0-9_]+-[0-9a-f]{16}\.json")
SETTLED = timedelta(seconds=10)  # SFTP keeps whole seconds: a file this young may still change unseen
DEBRIS = timedelta(hours=1)  # younger, and another process may be about to give the file its name


@dataclass(frozen=True, kw_only=True, slots=True)
class Folders:
    """What the folders of the drop are called; an empty name: the site has none."""

    inbound: str = "inbound"
    sidecars: str = ""
    receipts: str = "receipts"
    rejects: str = "rejects"
    extracts: str = "extracts"

    @property
    def of_sidecars(self) -> str:
        """Beside the files, unless the loader empties that folder."""
        return self.sidecars or self.inbound


class LedgerReader:
    """Reads everything of ours in a drop; one per connector, shared by its threads."""

    def __init__(self, profile: Profile, folders: Folders) -> None:
        self._profile = profile
        self._folders = folders
        self._known: dict[tuple[str, int, datetime], object] = {}

    def read(self, folder: Folder) -> Ledger:
        """The drop as it is now."""
        sidecars = [entry for entry in folder.entries(self._folders.of_sidecars) if OURS.fullmatch(entry.name)]
        files = {entry.name for entry in folder.entries(self._folders.inbound)}  # later: a sidecar is the older one
        published = list(self._published(folder, sidecars, files))
        batches = {batch.name: batch for batch, _ in published}
        return Ledger(
            published=published,
            receipts=list(self._answers(folder, self._folders.receipts, batches)),
            rejects=list(self._answers(folder, self._folders.rejects, batches, "row")),
            extracts=[self._extract(folder, entry) for entry in self._entries(folder, self._folders.extracts)],
            debris=[entry.name for entry in sidecars if _is_debris(entry, files) and _age(entry) > DEBRIS],
        )

    def _published(
        self, folder: Folder, sidecars: Iterable[Entry], files: Collection[str]
    ) -> Iterator[tuple[Batch, datetime]]:
        """Sidecars whose file has got its name; the others are the debris of a crash."""
        for entry in sidecars:
            if not _is_debris(entry, files):
                try:
                    batch = self._once(folder, self._folders.of_sidecars, entry, file_batch.from_json)
                except ValueError as error:
                    # what it vouches for is unknown, so nothing may be said to be absent
                    sentence = f"The sidecar {entry.name} cannot be read: restore it."
                    raise Unavailable(sentence, code="sidecar") from error
                yield batch, entry.modified_at

    def _answers(self, folder: Folder, name: str, batches: dict[str, Batch], *needs: str) -> Iterator[Answer]:
        """The files of a folder whose name begins with one of our batch ids; others are other people's."""
        for entry in self._entries(folder, name):
            batch = batches.get(entry.name.split(".", 1)[0])
            if batch is not None:
                lines: list[Line] = []
                try:
                    lines = self._once(folder, name, entry, lambda data: read_table(data, self._profile, *needs))
                    problem = _contradiction(batch, lines)
                except ValueError as error:
                    problem = f"{entry.name}: {error}"
                yield Answer(batch=batch.name, lines=lines, at=entry.modified_at, problem=problem)

    def _extract(self, folder: Folder, entry: Entry) -> Extract:
        lines: list[ExtractLine] = []
        problem = ""
        try:
            lines = self._once(folder, self._folders.extracts, entry, lambda data: read_extract(data, self._profile))
        except ValueError as error:
            problem = f"{entry.name}: {error}"
        return Extract(name=entry.name, lines=lines, at=entry.modified_at, problem=problem)

    def _entries(self, folder: Folder, name: str) -> list[Entry]:
        """Finished files only: a name that starts with a dot or ends in .part is still being written."""
        found = folder.entries(name) if name else []
        return [entry for entry in found if not entry.name.startswith(".") and not entry.name.endswith(".part")]

    def _once(self, folder: Folder, name: str, entry: Entry, parse: Callable[[bytes], T]) -> T:
        path = f"{name}/{entry.name}"
        seen = (path, entry.size, entry.modified_at)
        if seen in self._known:
            return cast(T, self._known[seen])
        value = parse(folder.read(path))
        if _age(entry) > SETTLED:
            self._known[seen] = value
        return value


def _is_debris(sidecar: Entry, files: Collection[str]) -> bool:
    """Whether its file never got its name."""
    file = f"{sidecar.name.removesuffix('.json')}.csv"
    return file not in files and f"{file}.part" in files


def _age(entry: Entry) -> timedelta:
    return datetime.now(UTC) - entry.modified_at


def _contradiction(batch: Batch, lines: list[Line]) -> str:
    """What an answer says about the file that is not so; one that says nothing of the kind is believed."""
    for line in lines:
        number = line.get("row", "").lstrip("0")
        if number and number not in {str(row.row) for row in batch.rows}:
            return f"it speaks of line {number[:20]}, and {len(batch.rows)} were sent"
        if line.get("sha256", batch.sha256).lower() != batch.sha256:
            return "the receipt is for a file of another SHA-256"
        if line.get("rows", str(len(batch.rows))) != str(len(batch.rows)):
            return "the receipt counts other rows than were sent"
    return ""
