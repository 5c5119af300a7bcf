"""What the drop, read as a whole, says about every line that Cairn ever left there."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from connectors.contract import Rejection, RemoteRecord, RemoteState
from connectors.file_answers import ExtractLine, Line, place_of
from connectors.file_batch import Batch, Row

FILE_REFUSED = "file_refused"  # no line of it was looked at: the set-up is wrong, not the marks


def our_state(row: Row) -> RemoteState:
    """How a line stands until the record system says otherwise: on our word."""
    return RemoteState.FINAL if row.is_final else RemoteState.PROVISIONAL


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A receipt or reject file, tied to its batch by its name."""

    batch: str
    lines: list[Line]
    at: datetime
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extract:
    """One extract file of the record system."""

    name: str
    lines: list[ExtractLine]
    at: datetime
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """One published line: the batch it went in, and when."""

    batch: Batch
    row: Row
    at: datetime

    @property
    def place(self) -> tuple[str, int]:
        return (self.batch.name, self.row.row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """Published batches and all the answers to them. A line counts until it is rejected; the newest version wins."""

    published: list[tuple[Batch, datetime]]
    receipts: list[Answer]
    rejects: list[Answer]
    extracts: list[Extract]
    debris: list[str] = field(default_factory=list)  # sidecars that a crash left, whose file never got its name
    _by_key: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    _answers: dict[str, Answer] = field(default_factory=dict)
    _rejected: dict[tuple[str, int], Rejection] = field(default_factory=dict)
    _extracted: dict[tuple[str, ...], list[tuple[ExtractLine, datetime]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def __post_init__(self) -> None:
        for batch, at in self.published:
            for row in batch.rows:
                self._by_key[row.key].append(Sent(batch, row, at))
        for history in self._by_key.values():
            history.sort(key=lambda sent: (sent.row.version, sent.row.sending))
        batches = {batch.name: batch for batch, _ in self.published}
        for answer in self.rejects:
            self._reject(batches[answer.batch], answer)
        # the one that cannot be read goes last, and so is the one that is told
        for answer in sorted((*self.receipts, *self.rejects), key=lambda answer: bool(answer.problem)):
            self._answers[answer.batch] = answer
        for extract in sorted(self.extracts, key=lambda extract: (extract.at, extract.name)):
            for line in extract.lines:
                self._extracted[place_of(line)].append((line, extract.at))

    def sendings(self, key: str, version: int) -> int:
        """How often this version was left in the drop."""
        return sum(sent.row.version == version for sent in self._by_key.get(key, ()))

    def held(self, key: str) -> tuple[Sent, RemoteRecord] | None:
        """The newest line under a key that was not rejected, and how it stands."""
        standing = [sent for sent in self._by_key.get(key, ()) if sent.place not in self._rejected]
        return (standing[-1], self._record(standing[-1])) if standing else None

    def answered(self) -> Iterator[RemoteRecord]:
        """Every key that a receipt or an extract speaks of; a file that merely lies there confirms nothing."""
        for key in self._by_key:
            held = self.held(key)
            if held and (held[0].batch.name in self._answers or self._extract_of(held[0])):
                yield held[1]
        for extract in self.extracts:
            if extract.problem:
                yield RemoteRecord(key="", remote_id=extract.name, state=RemoteState.PROVISIONAL,
                                   changed_at=extract.at, problem=extract.problem)

    def rejections(self) -> Iterator[Rejection]:
        """The newest line under each key, where it was refused."""
        for history in self._by_key.values():
            if history[-1].place in self._rejected:
                yield self._rejected[history[-1].place]

    def _record(self, sent: Sent) -> RemoteRecord:
        row, told, answer = sent.row, self._extract_of(sent), self._answers.get(sent.batch.name)
        line, told_at = told if told else (None, None)
        return RemoteRecord(
            key=row.key, remote_id=f"{sent.batch.name}:{row.row}",
            state=RemoteState.AGREED if line and line.is_agreed else our_state(row),
            mark=line.mark if line else row.mark, grade=line.grade if line and line.grade else row.grade,
            credit=row.credit, status=row.status, version=row.version,
            agreed_reference=line.reference if line and line.is_agreed else "",
            agreed_on=line.agreed_on if line and line.is_agreed else None,
            changed_at=told_at or (answer.at if answer else sent.at), problem=answer.problem if answer else "",
            is_our_word=line is None,
        )

    def _extract_of(self, sent: Sent) -> tuple[ExtractLine, datetime] | None:
        """The newest word on this line; an extract older than the file knows nothing of it."""
        row = sent.row
        about = self._extracted.get(place_of(row), ())
        found = [(line, at) for line, at in about if at >= sent.at and line.is_about(row)]
        return found[-1] if found else None

    def _reject(self, batch: Batch, answer: Answer) -> None:
        """Tie each line of a reject file to ours by its number; one without a number refuses the whole file."""
        for line in answer.lines:
            number, code, words = (line.get(word, "") for word in ("row", "code", "words"))
            number = number.lstrip("0")
            if not number:
                code, words = FILE_REFUSED, f"{code}: {words}" if code else words
            for row in batch.rows:
                if code == FILE_REFUSED or number == str(row.row):
                    self._rejected[(batch.name, row.row)] = Rejection(key=row.key, code=code, words=words)
