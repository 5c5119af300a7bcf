"""The nightly load: what a batch job of a record system does with files in a folder, and the extract it leaves."""

import csv
import hashlib
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.demo.record_system.held import Held
from tests.demo.record_system.mark_files import MarkLine, Unreadable, read_mark_file, totals_fault, who_is
from tests.demo.record_system.store import Thing, now_text

FOLDERS = ("inbound", "receipts", "rejects", "extracts")
REJECT_COLUMNS = ("row", "student", "registration", "run", "occurrence", "period", "component", "code", "words")
RECEIPT_COLUMNS = ("batch", "sha256", "rows", "loaded", "rejected", "loaded_at")
EXTRACT_COLUMNS = ("student", "registration", "run", "occurrence", "period", "component", "attempt", "actual_mark",
                   "agreed_mark", "grade", "state", "reference", "agreed_on")
MARK_KEY = ("registration", "run", "occurrence", "period", "component", "attempt")
Refusal = tuple[str, str]  # a code and words; both empty: none

TWICE: Refusal = ("duplicate_row", "this mark is in the file twice")


class Night:
    """Loads what is new in the drop, once."""

    def __init__(self, held: Held, root: Path) -> None:
        self.held = held
        self.root = root
        for folder in FOLDERS:
            (root / folder).mkdir(parents=True, exist_ok=True)

    def load(self) -> dict[str, Any]:
        """Load every complete new file; the answer says what became of each."""
        report: dict[str, Any] = {"loaded": [], "refused": [], "seen_before": [], "waiting": []}
        for path in sorted((self.root / "inbound").glob("*.csv")):
            with self.held.store.lock:
                report[self._load_one(path)].append(path.name)
        return report

    def write_extract(self, run: str) -> str:
        """Leave the marks of a run as they are held now; the answer is the file's name."""
        marks = [mark for mark in self.held.store.all("marks") if mark["run"] == run]
        if not marks:
            return ""
        name = f"marks-{run}-{now_text().replace(':', '').replace('.', '-')}.csv"
        self._leave("extracts", name, EXTRACT_COLUMNS, marks)
        return name

    def _load_one(self, path: Path) -> str:
        store, sidecar = self.held.store, path.with_suffix(".json")
        if store.get("files", path.stem):
            return "seen_before"
        if not sidecar.exists():
            return "waiting"
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        refusal, lines = self._examine(data, digest, json.loads(sidecar.read_text(encoding="utf-8")))
        rejects: list[Thing] = [{"code": refusal[0], "words": refusal[1]}] if refusal else self._take(lines, path.stem)
        if rejects:
            self._leave("rejects", f"{path.stem}.rejects.csv", REJECT_COLUMNS, rejects)
        if not refusal:
            self._leave("receipts", f"{path.stem}.receipt.csv", RECEIPT_COLUMNS, [{
                "batch": path.stem, "sha256": digest, "rows": len(lines), "loaded": len(lines) - len(rejects),
                "rejected": len(rejects), "loaded_at": now_text(),
            }])
        store.put("files", path.stem, {"sha256": digest, "loaded_at": now_text(), "refused": bool(refusal)})
        return "refused" if refusal else "loaded"

    def _examine(self, data: bytes, digest: str, sidecar: dict[str, Any]) -> tuple[Refusal | None, list[MarkLine]]:
        """Whether the file as a whole may be believed."""
        if any(file["sha256"] == digest and not file["refused"] for file in self.held.store.all("files")):
            return ("loaded_before", "a file of the same content was loaded before"), []
        if digest != sidecar["sha256"]:
            return ("sha256", "the file is not the one that the sidecar vouches for"), []
        try:
            lines = read_mark_file(data, sidecar["run"])
        except (Unreadable, ValueError, KeyError) as error:
            return ("format", str(error) if isinstance(error, Unreadable) else "a line has the wrong columns"), []
        fault = totals_fault(lines, sidecar["totals"])
        return (("control_total", fault) if fault else None), lines

    def _take(self, lines: list[MarkLine], file: str) -> list[Thing]:
        """Hold each line as an actual mark; the answer is the lines that could not be."""
        rejects: list[Thing] = []
        seen: set[str] = set()
        for line in lines:
            code, words = TWICE if line.key in seen else self._hold(line, file)
            seen.add(line.key)
            if code:
                rejects.append({**vars(line), "code": code, "words": words})
        return rejects

    def _hold(self, line: MarkLine, file: str) -> Refusal:
        student, registrations = who_is(line, self.held.students)
        if student is None:
            return "unknown_learner", "unknown person"
        if student.number in self.held.faults.reject:
            return "unknown_learner", self.held.faults.reject[student.number]
        if not registrations:
            return "unknown_run", f"the student is not registered on {line.run}"
        if len(registrations) > 1:
            return "ambiguous_learner", "the student has two registrations on this run"
        if line.mark and not 0 <= Decimal(line.mark) <= 100:
            return "invaliddata", "the mark is not between 0 and 100"
        mark: Thing = {
            **vars(line), "student": student.number, "registration": registrations[0], "actual_mark": line.mark,
            "agreed_mark": "", "state": "actual", "reference": "", "agreed_on": "", "file": file,
        }
        key = "|".join(str(mark[name]) for name in MARK_KEY)
        before = self.held.store.get("marks", key)
        if before and before["state"] == "agreed":
            if (before["agreed_mark"], before["grade"]) == (line.mark, line.grade):
                return "", ""  # a repeat leaves the agreement alone
            if not line.board or line.board == before["reference"]:
                return "exists_different", "the mark is agreed and is not overwritten"
        self.held.store.put("marks", key, mark)
        return "", ""

    def _leave(self, folder: str, name: str, columns: tuple[str, ...], rows: list[Thing]) -> None:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        part = self.root / folder / f"{name}.part"
        part.write_text(text.getvalue(), encoding="utf-8", newline="")
        part.rename(part.with_suffix(""))
