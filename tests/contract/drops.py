"""Drops for the tests: the demo record system's own folder, reached by SFTP or directly, with faults on demand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from connectors.contract import CheckLine
from connectors.errors import Unavailable, Uncertain
from connectors.folders import Entry, Folder, LocalFolder, Place
from tests.demo.record_system import RecordSystemProcess

STUDENTS = """student,registration,family_name,given_name,class
S0000001,S0000001/1,Quillfeather,Alice,class-1
S0000002,S0000002/1,Bo,,class-1
S0000003,S0000003/1,D'Arcy,Cleo,class-1
"""
RUBBISH = "cairn-sits_marks-0123456789abcdef.json"


class Crash(BaseException):
    """The process ends here; no handler of the connector may catch it."""


class FaultyFolder:
    """A folder whose every change is a step; it can crash, fail or go silent after any of them."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.steps = 0
        self.crash_after: int | None = None
        self.is_down = False
        self.loses_publish = False

    def entries(self, folder: str) -> list[Entry]:
        self._ask()
        return self.folder.entries(folder)

    def read(self, path: str) -> bytes:
        self._ask()
        return self.folder.read(path)

    def write(self, path: str, data: bytes) -> None:
        self._ask()
        if self._is_last_step():
            self.folder.write(path, data[: len(data) // 2])
            raise Crash
        self.folder.write(path, data)

    def replace(self, source: str, target: str) -> None:
        self._ask()
        if self._is_last_step():
            raise Crash
        self.folder.replace(source, target)

    def publish(self, source: str, target: str) -> None:
        self._ask()
        if self._is_last_step():
            raise Crash
        self.folder.publish(source, target)
        if self.loses_publish:
            raise Uncertain("The rename was not answered.")

    def _ask(self) -> None:
        if self.is_down:
            raise Unavailable("The folder does not answer.")

    def _is_last_step(self) -> bool:
        self.steps += 1
        return self.crash_after is not None and self.steps > self.crash_after


class FaultyPlace:
    """A local drop through a :class:`FaultyFolder`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.local = LocalFolder(root)
        self.folder = FaultyFolder(self.local)

    @contextmanager
    def open(self) -> Iterator[Folder]:
        self.folder._ask()
        yield self.folder

    def check(self) -> list[CheckLine]:
        return self.local.check()


class PromptPlace:
    """A drop whose night comes after every piece of work, so that what was left is loaded at once."""

    def __init__(self, place: Place, system: RecordSystemProcess) -> None:
        self.place = place
        self.system = system

    @contextmanager
    def open(self) -> Iterator[Folder]:
        with self.place.open() as folder:
            yield folder
        self.system.load_files()

    def check(self) -> list[CheckLine]:
        return self.place.check()


class DropRemote:
    """The record system behind a drop, as the shared tests drive it."""

    def __init__(self, system: RecordSystemProcess) -> None:
        self.system = system

    def held(self) -> int:
        self.system.control(reset=True)
        self.system.load_files()
        return len(self.system.held.store.all("marks"))

    def be_unavailable(self) -> None:
        self.system.held.faults.change({"down": True})

    def lose_answers(self) -> None:
        self.system.held.faults.change({"cut_after_write": 1})

    def refuse_credentials(self) -> None:
        self.system.drop.password = "changed"

    def talk_rubbish(self) -> None:
        (self.system.drop.root / "inbound" / RUBBISH).write_bytes(b"<html>moved</html>")

    def recover(self) -> None:
        self.system.held.faults.change({"reset": True})
        self.system.drop.password = "inverlea-drop"
        (self.system.drop.root / "inbound" / RUBBISH).unlink(missing_ok=True)

    def agree(self, key: str, reference: str, agreed_on: date) -> None:
        self.system.load_files()
        self.system.agree(reference=reference, date=agreed_on.isoformat())


class LocalRemote(DropRemote):
    """The same by way of a mounted folder: what fails is the folder."""

    def __init__(self, system: RecordSystemProcess, place: FaultyPlace) -> None:
        super().__init__(system)
        self.place = place
        self._moved = place.root.with_name("moved")

    def be_unavailable(self) -> None:
        self.place.folder.is_down = True

    def lose_answers(self) -> None:
        self.place.folder.loses_publish = True

    def refuse_credentials(self) -> None:
        self.place.root.rename(self._moved)

    def recover(self) -> None:
        self.place.folder.is_down = self.place.folder.loses_publish = False
        if self._moved.exists():
            self._moved.rename(self.place.root)
        super().recover()


@contextmanager
def running(folder: Path) -> Iterator[RecordSystemProcess]:
    """A record system that knows three students."""
    students = folder / "students.csv"
    students.write_text(STUDENTS, encoding="utf-8")
    with RecordSystemProcess(folder / "records", students=students) as system:
        yield system
