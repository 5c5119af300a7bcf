"""What the record system holds: a dictionary with a journal, so that a restart forgets nothing."""

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

Thing = dict[str, Any]
KINDS = ("categories", "lineItems", "results", "marks", "files")


class Store:
    """Everything held, by kind and id; each change is one line appended to the journal before it counts."""

    def __init__(self, path: Path) -> None:
        self.lock = RLock()
        self.kept: dict[str, dict[str, Thing]] = {kind: {} for kind in KINDS}
        self.history: dict[tuple[str, str], int] = defaultdict(int)  # how often each thing was written
        self.count: Counter[str] = Counter()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                event = json.loads(line)
                self._apply(event["kind"], event["id"], event["thing"])
        self._journal = path.open("a", encoding="utf-8")

    def close(self) -> None:
        self._journal.close()

    def put(self, kind: str, key: str, thing: Thing) -> None:
        self._write(kind, key, thing)

    def delete(self, kind: str, key: str) -> None:
        self._write(kind, key, None)

    def get(self, kind: str, key: str) -> Thing | None:
        return self.kept[kind].get(key)

    def all(self, kind: str) -> list[Thing]:
        with self.lock:
            return list(self.kept[kind].values())

    def stats(self) -> dict[str, int]:
        """Counts by which a test can see that nothing came twice."""
        with self.lock:
            active = [result for result in self.kept["results"].values() if result["status"] == "active"]
            pairs = {(result["student"]["sourcedId"], result["lineItem"]["sourcedId"]) for result in active}
            return {
                "results": len(active), "pairs": len(pairs), "doubled": len(active) - len(pairs),
                "marks": len(self.kept["marks"]), "files": len(self.kept["files"]), **self.count,
            }

    def _write(self, kind: str, key: str, thing: Thing | None) -> None:
        with self.lock:
            event = {"at": now_text(), "kind": kind, "id": key, "thing": thing}
            self._journal.write(json.dumps(event, ensure_ascii=False) + "\n")
            self._journal.flush()
            self._apply(kind, key, thing)

    def _apply(self, kind: str, key: str, thing: Thing | None) -> None:
        self.history[(kind, key)] += 1
        self.count[f"{kind}_written"] += 1
        if thing is None:
            self.kept[kind].pop(key, None)
        else:
            self.kept[kind][key] = thing


def now_text() -> str:
    """This moment as OneRoster writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
