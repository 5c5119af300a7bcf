"""File drop: the shared promises over SFTP and over a folder, and what a crash between any two steps may not do."""

import csv
import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.contract import AwardRecord, BatchRecordSystem, LearnerIdentity, RecordSystem, RemoteState
from connectors.errors import ErrorClass, Misconfigured, Rejected, Unavailable
from connectors.file_drop import FileDrop
from connectors.file_profiles import BANNER_FINAL_GRADES, SITS_MARKS, TWO_COLUMN
from connectors.file_reading import Folders
from connectors.folders import LocalFolder
from connectors.places import place_at
from connectors.testing import SECRET, RecordSystemContract, a_provisional_record, a_record
from tests.contract.drops import Crash, DropRemote, FaultyPlace, LocalRemote, PromptPlace, running
from tests.demo.record_system import RecordSystemProcess

SINCE_EVER = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[RecordSystemProcess]:
    with running(tmp_path) as system:
        yield system


class TestFileDropOverSftp(RecordSystemContract):
    knows_learners = False

    @pytest.fixture
    def remote(self, system: RecordSystemProcess) -> DropRemote:
        return DropRemote(system)

    @pytest.fixture
    def connector(self, system: RecordSystemProcess) -> FileDrop:
        place = place_at(system.sftp_location, host_key=system.drop.host_key, password="inverlea-drop")
        return FileDrop(PromptPlace(place, system), SITS_MARKS)


class TestFileDropInAFolder(RecordSystemContract):
    knows_learners = False

    @pytest.fixture
    def place(self, system: RecordSystemProcess) -> FaultyPlace:
        return FaultyPlace(system.drop.root)

    @pytest.fixture
    def remote(self, system: RecordSystemProcess, place: FaultyPlace) -> LocalRemote:
        return LocalRemote(system, place)

    @pytest.fixture
    def connector(self, system: RecordSystemProcess, place: FaultyPlace) -> FileDrop:
        return FileDrop(PromptPlace(place, system), SITS_MARKS)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("inbound", "receipts", "rejects", "extracts"):
        (tmp_path / "drop" / name).mkdir(parents=True)
    return tmp_path / "drop"


@pytest.fixture
def drop(root: Path) -> FileDrop:
    return FileDrop(LocalFolder(root), SITS_MARKS)


def learner(number: int) -> LearnerIdentity:
    return LearnerIdentity(student_number=f"S000000{number}", registration=f"S000000{number}/1")


def three() -> list[AwardRecord]:
    return [a_record(f"S000000{number}", learner=learner(number)) for number in (1, 2, 3)]


def names(root: Path, folder: str = "inbound") -> list[str]:
    return sorted(path.name for path in (root / folder).iterdir())


def answer(root: Path, batch: str, folder: str, text: str) -> None:
    ending = {"receipts": "receipt", "rejects": "rejects"}[folder]
    (root / folder / f"{batch}.{ending}.csv").write_text(text, encoding="utf-8")


def test_it_takes_batches(drop: FileDrop) -> None:
    system: RecordSystem = drop
    batches: BatchRecordSystem = drop
    assert system.name == batches.name == "file_drop"


def test_a_batch_is_one_file_with_totals_and_digest(drop: FileDrop, root: Path) -> None:
    records = three()
    records[1] = replace(records[1], mark=Decimal(0), credit=Decimal(0))
    records[2] = replace(records[2], mark=None, status="absent", credit=Decimal(0))
    receipts = drop.push_batch(records)
    (batch,) = {receipt.batch for receipt in receipts.values()}
    assert names(root) == [f"{batch}.csv", f"{batch}.json"]
    sidecar = json.loads((root / "inbound" / f"{batch}.json").read_text(encoding="utf-8"))
    assert sidecar["totals"] == {"rows": 3, "with_mark": 2, "marks": "67.5", "credits": "10"}
    assert [row["key"] for row in sidecar["rows"]] == [record.key for record in records]


def test_the_same_records_in_any_order_make_the_same_file(tmp_path: Path) -> None:
    found = []
    for order in (1, -1):
        root = tmp_path / str(order)
        (root / "inbound").mkdir(parents=True)
        drop = FileDrop(LocalFolder(root), SITS_MARKS, Folders(receipts="", rejects="", extracts=""))
        drop.push_batch(three()[::order])
        (path,) = (root / "inbound").glob("*.csv")
        found.append((path.name, path.read_bytes()))
    assert found[0] == found[1]


def test_what_lies_there_already_is_not_left_again_in_another_company(drop: FileDrop, root: Path) -> None:
    first = drop.push(three()[0])
    receipts = drop.push_batch(three())
    assert receipts[first.key].was_there
    assert receipts[first.key].batch == first.batch
    files = [path.read_text(encoding="utf-8") for path in (root / "inbound").glob("*.csv")]
    lines = [row["SPR_CODE"] for text in files for row in csv.DictReader(text.splitlines())]
    assert sorted(lines) == ["S0000001/1", "S0000002/1", "S0000003/1"]


STEPS = [
    pytest.param(0, id="while the .part is written"),
    pytest.param(1, id="while the sidecar is written"),
    pytest.param(2, id="before the sidecar has its name"),
    pytest.param(3, id="before the file has its name"),
]


@pytest.mark.parametrize("steps", STEPS)
def test_after_a_crash_nothing_is_there_and_sending_again_leaves_one_whole_file(
    system: RecordSystemProcess, steps: int,
) -> None:
    place = FaultyPlace(system.drop.root)
    place.folder.crash_after = steps
    with pytest.raises(Crash):
        FileDrop(place, SITS_MARKS).push_batch(three())
    system.load_files()
    assert system.held.store.all("marks") == []

    restarted = FileDrop(LocalFolder(system.drop.root), SITS_MARKS)
    assert restarted.look_up(three()[0].key) is None
    assert not any(receipt.was_there for receipt in restarted.push_batch(three()).values())
    assert [len(system.load_files()[what]) for what in ("loaded", "refused")] == [1, 0]
    assert len(system.held.store.all("marks")) == 3
    assert [name for name in names(system.drop.root) if name.endswith(".part")] == []


@pytest.mark.parametrize("call", ["push", "read_back"])
def test_what_a_crash_left_does_not_come_to_mean_sent_when_somebody_tidies_up(
    system: RecordSystemProcess, call: str
) -> None:
    place, inbound = FaultyPlace(system.drop.root), system.drop.root / "inbound"
    place.folder.crash_after = 3
    with pytest.raises(Crash):
        FileDrop(place, SITS_MARKS).push_batch(three())
    for left in inbound.iterdir():
        os.utime(left, (time.time() - 7200,) * 2)
    restarted = FileDrop(LocalFolder(system.drop.root), SITS_MARKS)
    if call == "push":
        restarted.push(three()[0])
    else:
        assert list(restarted.read_back()) == []
    for part in inbound.glob("*.part"):
        part.unlink()
    assert restarted.look_up(three()[1].key) is None
    assert not restarted.push(three()[1]).was_there


def test_a_file_that_another_process_is_about_to_publish_keeps_its_sidecar(system: RecordSystemProcess) -> None:
    place, inbound = FaultyPlace(system.drop.root), system.drop.root / "inbound"
    place.folder.crash_after = 3
    with pytest.raises(Crash):
        FileDrop(place, SITS_MARKS).push_batch(three())
    FileDrop(LocalFolder(system.drop.root), SITS_MARKS).push(three()[0])
    assert len(list(inbound.glob("*.json"))) == 2


def test_a_crash_after_the_rename_is_found_by_looking_and_nothing_is_loaded_twice(system: RecordSystemProcess) -> None:
    place = FaultyPlace(system.drop.root)
    place.folder.crash_after = 4
    FileDrop(place, SITS_MARKS).push_batch(three())
    restarted = FileDrop(LocalFolder(system.drop.root), SITS_MARKS)
    assert restarted.look_up(three()[0].key) is not None
    assert all(receipt.was_there for receipt in restarted.push_batch(three()).values())
    assert len(system.load_files()["loaded"]) == 1


def test_a_loader_that_takes_files_away_does_not_make_us_send_again(root: Path) -> None:
    (root / "kept").mkdir()
    drop = FileDrop(LocalFolder(root), SITS_MARKS, Folders(sidecars="kept"))
    receipt = drop.push(a_record())
    (root / "inbound" / f"{receipt.batch}.csv").unlink()
    assert drop.push(a_record()).was_there
    assert names(root) == []
    assert drop.look_up(a_record().key) is not None


def test_a_file_that_nobody_loaded_confirms_nothing(drop: FileDrop, root: Path) -> None:
    receipt = drop.push(a_record())
    assert list(drop.read_back()) == []
    answer(root, receipt.batch, "receipts", "batch,rows\r\nx,1\r\n")
    (found,) = drop.read_back()
    assert (found.mark, found.state, found.version) == (Decimal("67.5"), RemoteState.FINAL, 1)


@pytest.mark.parametrize(("text", "words"), [
    pytest.param(f"sha256\r\n{'0' * 64}\r\n", "SHA-256", id="of another file"),
    pytest.param("rows\r\n7\r\n", "rows", id="that counts otherwise"),
    pytest.param("\xff", "UTF-8", id="in no known encoding"),
])
def test_a_receipt_that_does_not_fit_is_a_problem_and_no_confirmation(
    drop: FileDrop, root: Path, text: str, words: str,
) -> None:
    receipt = drop.push(a_record())
    (root / "receipts" / f"{receipt.batch}.receipt.csv").write_bytes(text.encode("latin-1"))
    (found,) = drop.read_back()
    assert words in found.problem


def test_reading_back_since_a_moment_leaves_out_what_is_older(drop: FileDrop, root: Path) -> None:
    answer(root, drop.push(a_record()).batch, "receipts", "rows\r\n1\r\n")
    assert len(list(drop.read_back(SINCE_EVER))) == 1
    assert list(drop.read_back(datetime.now(UTC) + timedelta(minutes=1))) == []


def test_a_rejected_line_is_told_and_may_go_again_in_a_file_of_its_own(drop: FileDrop, root: Path) -> None:
    batch = next(iter(drop.push_batch(three()).values())).batch
    answer(root, batch, "rejects", "row,code,words\r\n2,unknown_run,not registered\r\n")
    answer(root, batch, "receipts", "rows\r\n3\r\n")
    (rejection,) = drop.rejections()
    assert (rejection.key, rejection.code, rejection.words) == (three()[1].key, "unknown_run", "not registered")
    assert drop.look_up(rejection.key) is None
    assert {record.key for record in drop.read_back()} == {three()[0].key, three()[2].key}

    again = drop.push(three()[1])
    assert not again.was_there
    assert again.batch != batch
    assert list(drop.rejections()) == []


def test_a_row_number_may_have_leading_noughts(drop: FileDrop, root: Path) -> None:
    batch = next(iter(drop.push_batch(three()).values())).batch
    answer(root, batch, "rejects", "row,code,words\r\n002,unknown_run,not registered\r\n")
    assert [rejection.key for rejection in drop.rejections()] == [three()[1].key]


@pytest.mark.parametrize("row", ["4", "x", "-1"])
def test_a_reject_line_that_is_none_of_ours_confirms_nothing(drop: FileDrop, root: Path, row: str) -> None:
    batch = next(iter(drop.push_batch(three()).values())).batch
    answer(root, batch, "rejects", f"row,code,words\r\n2,unknown_run,x\r\n{row},unknown_run,not registered\r\n")
    assert [rejection.key for rejection in drop.rejections()] == [three()[1].key]
    assert {found.problem for found in drop.read_back()} == {f"it speaks of line {row}, and 3 were sent"}


def test_a_file_that_is_refused_whole_rejects_every_line_of_it(drop: FileDrop, root: Path) -> None:
    batch = next(iter(drop.push_batch(three()).values())).batch
    answer(root, batch, "rejects", "row,code,words\r\n,control_total,does not add up\r\n")
    found = list(drop.rejections())
    assert {(rejection.code, rejection.words) for rejection in found} == {
        ("file_refused", "control_total: does not add up")}
    assert len(found) == 3


def test_one_record_that_cannot_be_written_holds_up_no_other(drop: FileDrop) -> None:
    records = three()
    records[1] = replace(records[1], learner=replace(records[1].learner, registration=""))
    assert set(drop.push_batch(records)) == {records[0].key, records[2].key}
    with pytest.raises(Rejected, match="registration"):
        drop.push(records[1])


def test_an_empty_batch_leaves_nothing(drop: FileDrop, root: Path) -> None:
    assert drop.push_batch([]) == {}
    assert names(root) == []


def test_of_two_versions_in_one_batch_the_later_goes(drop: FileDrop) -> None:
    drop.push_batch([a_record(version=2, mark=Decimal(71)), a_record()])
    found = drop.look_up(a_record().key)
    assert found is not None
    assert (found.version, found.mark) == (2, Decimal(71))


def test_files_without_a_run_hold_one_run_each(root: Path) -> None:
    records = [a_record(), a_record("S0000002", learner=learner(2), run=replace(a_record().run, component="002"))]
    receipts = FileDrop(LocalFolder(root), TWO_COLUMN).push_batch(records)
    assert len({receipt.batch for receipt in receipts.values()}) == 2
    assert len(names(root)) == 4


def test_the_extract_says_which_marks_were_agreed(system: RecordSystemProcess) -> None:
    drop = FileDrop(LocalFolder(system.drop.root), SITS_MARKS)
    drop.push_batch([replace(record, is_final=False, board=None) for record in three()])
    system.load_files()
    system.agree(run="class-1", students=["S0000001"], reference="EB-9", date="2026-07-01")
    states = {record.key: (record.state, record.agreed_reference, record.agreed_on) for record in drop.read_back()}
    assert states[three()[0].key] == (RemoteState.AGREED, "EB-9", date(2026, 7, 1))
    assert states[three()[1].key] == (RemoteState.PROVISIONAL, "", None)


def test_a_mark_changed_over_there_is_read_back_as_theirs(system: RecordSystemProcess) -> None:
    drop = FileDrop(LocalFolder(system.drop.root), SITS_MARKS)
    drop.push(a_record())
    system.load_files()
    system.change(student="S0000001", mark="49")
    (found,) = drop.read_back()
    assert found.mark == Decimal(49)


def test_an_extract_from_before_the_file_says_nothing_about_it(system: RecordSystemProcess) -> None:
    drop = FileDrop(LocalFolder(system.drop.root), SITS_MARKS)
    drop.push(a_provisional_record(mark=Decimal(49)))
    system.load_files()
    system.agree(reference="EB-9", date="2026-07-01")
    drop.push(a_record(version=2, mark=Decimal(51), board=replace(a_record().board, reference="CA-3")))
    assert list(drop.read_back()) == []
    system.load_files()
    (found,) = drop.read_back()
    assert (found.mark, found.version, found.state) == (Decimal(51), 2, RemoteState.FINAL)


def test_an_extract_that_cannot_be_read_is_told(drop: FileDrop, root: Path) -> None:
    (root / "extracts/marks.csv").write_text("run,student,state,actual_mark\r\nx,S1,actual,fifty\r\n", encoding="utf-8")
    (found,) = drop.read_back()
    assert (found.remote_id, "line 1" in found.problem) == ("marks.csv", True)


def test_a_grade_file_is_agreed_by_student_where_it_knows_no_registration(system: RecordSystemProcess) -> None:
    drop = FileDrop(LocalFolder(system.drop.root), BANNER_FINAL_GRADES)
    drop.push(a_provisional_record(grade="A", mark=None))
    system.load_files()
    system.agree(reference="EB-9", date="2026-07-01")
    (found,) = drop.read_back()
    assert (found.state, found.grade) == (RemoteState.AGREED, "A")


def test_a_site_without_answers_has_only_what_was_sent(root: Path) -> None:
    drop = FileDrop(LocalFolder(root), SITS_MARKS, Folders(receipts="", rejects="", extracts=""))
    drop.push(a_record())
    assert (list(drop.read_back()), list(drop.rejections())) == ([], [])


def test_a_lost_sidecar_is_no_licence_to_send_again(drop: FileDrop, root: Path) -> None:
    receipt = drop.push(a_record())
    (root / "inbound" / f"{receipt.batch}.json").write_bytes(b"")
    with pytest.raises(Unavailable, match="sidecar"):
        drop.push(a_record())


def test_a_missing_folder_is_named_and_pauses(drop: FileDrop, root: Path) -> None:
    (root / "rejects").rmdir()
    with pytest.raises(Misconfigured, match="rejects"):
        drop.push(a_record())
    report = drop.check()
    assert [(line.label, line.is_ok) for line in report.lines if not line.is_ok] == [("rejects", False)]


def test_the_connection_test_compares_clocks(drop: FileDrop, root: Path) -> None:
    path = root / "receipts/tomorrow.csv"
    path.touch()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).timestamp()
    os.utime(path, (tomorrow, tomorrow))
    assert [line.label for line in drop.check().lines if not line.is_ok] == ["clock"]


def test_settings_make_a_connector(root: Path) -> None:
    drop = FileDrop.from_settings({"location": str(root), "profile": "two_column"}, {"password": SECRET})
    assert drop.push(a_record()).batch.startswith("cairn-two_column-")
    with pytest.raises(Misconfigured, match="absolute folder"):
        FileDrop.from_settings({"location": "drop"}, {})


def test_a_figure_that_the_site_cannot_take_is_ours_to_fix(root: Path) -> None:
    whole = replace(SITS_MARKS, formats=replace(SITS_MARKS.formats, decimals=0))
    with pytest.raises(Rejected, match="decimals") as caught:
        FileDrop(LocalFolder(root), whole).push(a_record())
    assert caught.value.error_class is ErrorClass.FIX_HERE
