"""Compares the ledger, worked out by hand, with what the record system itself says: its GETs and its drop's files.

Nothing here asks Cairn: a ledger that trusted the product would prove nothing.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import requests

from tests.demo.people import read_rows
from tests.demo.town import STORY, Town

GRADEBOOK, ROSTERING = "/ims/oneroster/gradebook/v1p2", "/ims/oneroster/rostering/v1p2"
SCOPES = " ".join(
    f"https://purl.imsglobal.org/spec/or/v1p2/scope/{name}" for name in ("gradebook.readonly", "roster-core.readonly")
)
Place = tuple[str, str, str]  # run, student number, attempt


@dataclass(frozen=True)
class Entry:
    """What stands for one learner on one run at one attempt, in the words of the ledger."""

    mark: str
    grade: str
    credit: str
    decision: str
    state: str
    version: str
    reference: str

    def differences(self, other: "Entry") -> Iterator[str]:
        for name, mine in vars(self).items():
            theirs = getattr(other, name)
            if mine != theirs:
                yield f"{name} {mine or 'none'}, there it is {theirs or 'none'}"


@dataclass(frozen=True)
class Comparison:
    """The verdict: a sentence, and every row that is not as it should be, by run and student number."""

    expected: int
    equal: int
    problems: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not self.problems and self.equal == self.expected > 0

    @property
    def summary(self) -> str:
        verdict = "as worked out by hand" if self.agrees else f"{len(self.problems)} are not as worked out by hand"
        return f"{self.equal} of {self.expected} results are held {verdict}."


def compare(town: Town) -> Comparison:
    """Every row of the ledger against what is held, both ways."""
    expected, absent = written()
    held = {**in_gradebook(town), **in_drop(town)}
    problems, equal = [], 0
    for place, entry in expected.items():
        if place not in held:
            problems.append(f"{' '.join(place)}: the record system does not hold it.")
            continue
        wrong = "; ".join(entry.differences(held[place]))
        problems += [f"{' '.join(place)}: {wrong}."] if wrong else []
        equal += not wrong
    for place in sorted(held.keys() - expected.keys()):
        why = "must not be there" if place[:2] in absent else "nobody expects it"
        problems.append(f"{' '.join(place)}: the record system holds it, and {why}.")
    return Comparison(len(expected), equal, tuple(problems))


def written() -> tuple[dict[Place, Entry], set[tuple[str, str]]]:
    """The ledger: what must be held, and of whom nothing may be."""
    expected, absent = {}, set()
    for row in read_rows(STORY / "ledger.csv"):
        if row["expect"] == "absent":
            absent.add((row["run"], row["student"]))
            continue
        expected[row["run"], row["student"], row["attempt"]] = Entry(
            mark=_plain(row["mark"]), grade=row["grade"], credit=row["credit"], decision=row["decision"],
            state=row["state"], version=row["version"], reference=row["reference"],
        )
    return expected, absent


def in_gradebook(town: Town) -> dict[Place, Entry]:
    """What the OneRoster gradebook answers to anybody with a token."""
    answer = requests.post(
        town.records + "/oauth/token", auth=("cairn", "inverlea-gradebook"), timeout=30,
        data={"grant_type": "client_credentials", "scope": SCOPES},
    )
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    numbers = {
        user["sourcedId"]: user["identifier"] for user in _all(town, ROSTERING + "/users", "users", headers)
    }
    found = {}
    for result in _all(town, GRADEBOOK + "/results", "results", headers):
        more = result.get("metadata", {})
        place = (result["class"]["sourcedId"], numbers[result["student"]["sourcedId"]], more["cairn.attempt"])
        is_agreed = more.get("agreed") == "true"
        state = "agreed" if is_agreed else "final" if more["cairn.final"] == "true" else "provisional"
        found[place] = Entry(
            mark=_plain(result.get("score")), grade=result.get("textScore", ""), credit=_plain(more["cairn.credit"]),
            decision=more["cairn.decision"], state=state, version=more["cairn.version"],
            reference=more.get("agreedReference") or more.get("cairn.boardReference", ""),
        )
    return found


def in_drop(town: Town) -> dict[Place, Entry]:
    """What the SITS files in the drop say that the nightly job gave a receipt for: a line without a board is actual,
    one with a board was ratified, and the same line in a later file is its next version."""
    root, found = town.folder / "records" / "sftp", {}
    taken = {path.name.removesuffix(".receipt.csv") for path in (root / "receipts").glob("*.receipt.csv")}
    rejects = (_csv(path.read_bytes()) for path in (root / "rejects").glob("*.csv"))
    refused = {row["key"] for rows in rejects for row in rows if row.get("key")}
    for path in sorted((root / "inbound").glob("*.csv"), key=lambda path: path.stat().st_mtime):
        for row in _csv(path.read_bytes()) if path.stem in taken else ():
            if row["RECORD_KEY"] not in refused:
                place = (row["MOD_CODE"], row["SPR_CODE"].partition("/")[0], row["ATTEMPT"])
                found[place] = _line(row, before=found.get(place))
    return found


def _line(row: Mapping[str, str], before: Entry | None) -> Entry:
    credit = _plain(row["CREDIT"])
    return Entry(
        mark=_plain(row["ACTUAL_MARK"]), grade=row["ACTUAL_GRADE"], credit=credit,
        decision="PASS" if credit != "0" else "RESIT", state="final" if row["BOARD_REF"] else "provisional",
        version=str(int(before.version) + 1 if before else 1), reference=row["BOARD_REF"],
    )


def _csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(data.decode("utf-8-sig").splitlines()))


def _all(town: Town, path: str, name: str, headers: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """Every page of a collection."""
    offset = 0
    while True:
        answer = requests.get(town.records + path, params={"limit": 200, "offset": offset}, headers=headers, timeout=30)
        answer.raise_for_status()
        page = answer.json()[name]
        yield from page
        offset += len(page)
        if not page or offset >= int(answer.headers["X-Total-Count"]):
            return


def _plain(figure: object) -> str:
    """A number without its trailing zeros; nothing for nothing."""
    return "" if figure in (None, "") else format(Decimal(str(figure)).normalize(), "f")
