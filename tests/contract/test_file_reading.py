"""What of a drop is ours, what is finished, and what need not be read again."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.errors import Unavailable
from connectors.file_batch import build, to_json
from connectors.file_profiles import SITS_MARKS
from connectors.file_reading import Folders, LedgerReader
from connectors.folders import LocalFolder
from connectors.testing import a_record

BATCH, CONTENT = build(SITS_MARKS, [a_record()], {})
SIDECAR = f"{BATCH.name}.json"


class CountingFolder(LocalFolder):
    reads = 0

    def read(self, path: str) -> bytes:
        self.reads += 1
        return super().read(path)


@pytest.fixture
def folder(tmp_path: Path) -> CountingFolder:
    for name in ("inbound", "receipts", "rejects", "extracts"):
        (tmp_path / name).mkdir()
    return CountingFolder(tmp_path)


def put(folder: LocalFolder, path: str, data: bytes, *, age: timedelta = timedelta(0)) -> None:
    folder.write(path, data)
    moment = (datetime.now(UTC) - age).timestamp()
    os.utime(folder.root / path, (moment, moment))


@pytest.mark.parametrize(("files", "is_held"), [
    pytest.param([SIDECAR, BATCH.file], True, id="file and sidecar"),
    pytest.param([SIDECAR], True, id="the loader took the file"),
    pytest.param([SIDECAR, f"{BATCH.file}.part"], False, id="a crash before the rename"),
    pytest.param([f"{BATCH.file}.part"], False, id="a crash before the sidecar"),
    pytest.param([f"{SIDECAR}.part", f"{BATCH.file}.part"], False, id="a crash in the sidecar"),
    pytest.param([SIDECAR, BATCH.file, f"{BATCH.file}.part"], True, id="debris beside a published file"),
])
def test_a_file_counts_from_the_rename_on(folder: CountingFolder, files: list[str], is_held: bool) -> None:
    for name in files:
        put(folder, f"inbound/{name}", to_json(BATCH) if name == SIDECAR else CONTENT)
    assert (LedgerReader(SITS_MARKS, Folders()).read(folder).held(a_record().key) is not None) is is_held


def test_other_peoples_files_are_left_alone(folder: CountingFolder) -> None:
    for name in ("inbound/theirs.json", "receipts/other.receipt.csv", "rejects/other.csv", "extracts/.hidden",
                 "extracts/marks.csv.part"):
        put(folder, name, b"\xff")
    ledger = LedgerReader(SITS_MARKS, Folders()).read(folder)
    assert (ledger.published, ledger.receipts, ledger.rejects, ledger.extracts) == ([], [], [], [])


def test_a_settled_file_is_read_once_and_a_young_one_again(folder: CountingFolder) -> None:
    put(folder, f"inbound/{BATCH.file}", CONTENT)
    put(folder, f"inbound/{SIDECAR}", to_json(BATCH), age=timedelta(minutes=1))
    put(folder, f"receipts/{BATCH.name}.csv", b"rows\r\n1\r\n")
    reader = LedgerReader(SITS_MARKS, Folders())
    reader.read(folder)
    reader.read(folder)
    assert folder.reads == 3


def test_a_sidecar_that_cannot_be_read_stops_everything(folder: CountingFolder) -> None:
    put(folder, f"inbound/{SIDECAR}", b"{")
    with pytest.raises(Unavailable, match="cannot be read"):
        LedgerReader(SITS_MARKS, Folders()).read(folder)


def test_sidecars_may_live_in_a_folder_of_their_own(folder: CountingFolder) -> None:
    (folder.root / "kept").mkdir()
    put(folder, f"kept/{SIDECAR}", to_json(BATCH))
    assert LedgerReader(SITS_MARKS, Folders(sidecars="kept")).read(folder).held(a_record().key) is not None
