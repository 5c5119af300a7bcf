"""Tables that people export and paste: CSV with comma, semicolon or tab, in UTF-8 with or without a byte order mark."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from lti_tool.services.errors import Refused

LARGEST = 20_000_000  # bytes; a cohort of a whole university is smaller
SEPARATORS = ",;\t"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row by column name, with the line of the file that it starts in."""

    line: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str:
        """The first of these columns that is there, without blanks around it; nothing is an empty text."""
        return next((self.cells[name].strip() for name in names if name in self.cells), "")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as read. ``folded`` are the names in lower case, by which rows are asked; ``columns`` as written."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    digest: str
    ragged: tuple[int, ...] = field(default=())  # lines with more or fewer cells than the header

    @property
    def folded(self) -> tuple[str, ...]:
        return tuple(fold(column) for column in self.columns)


def fold(name: str) -> str:
    """A column name as it is compared."""
    return " ".join(name.split()).casefold()


def read(content: bytes, *, name: str = "The file") -> Table:
    """A table from the bytes of a file. Raises :class:`Refused` with one sentence on what is wrong with the whole."""
    text = decode(content, name=name)
    lines = list(_lines(text))
    if not lines:
        raise Refused("empty", f"{name} is empty. Export it again, with the row of column names.")
    (_, header), *body = lines
    columns = tuple(cell.strip() for cell in header)
    _check_header(columns, name)
    rows, ragged = [], []
    for line, cells in body:
        if len(cells) != len(columns):
            ragged.append(line)
        else:
            rows.append(Row(line=line, cells=dict(zip(map(fold, columns), cells, strict=True))))
    return Table(columns=columns, rows=tuple(rows), digest=sha256(content).hexdigest(), ragged=tuple(ragged))


def decode(content: bytes, *, name: str = "The file") -> str:
    """The text of a file, or a sentence on why there is none."""
    if len(content) > LARGEST:
        raise Refused("too_large", f"{name} is larger than {LARGEST // 1_000_000} MB. Export one run at a time.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("encoding", f"{name} is not UTF-8 text. Save it as “CSV UTF-8” and try again.") from error
    if "\0" in text:
        raise Refused("encoding", f"{name} is no text file. Save it as “CSV UTF-8” and try again.")
    return text


def _check_header(columns: tuple[str, ...], name: str) -> None:
    folded = [fold(column) for column in columns]
    twice = next((column for column in columns if column and folded.count(fold(column)) > 1), None)
    if twice:
        raise Refused("header", f"{name} has the column “{twice}” twice. Leave one of them out.")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they start in; blank ones are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text), strict=True)
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        text = f"Line {before + 1} cannot be read as CSV. Look for a quotation mark that is not closed."
        raise Refused("csv", text) from error


def separator_of(text: str) -> str:
    """What separates the cells of the first line that is not blank; quoted text does not count."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(part for number, part in enumerate(first.split('"')) if number % 2 == 0)
    return max(SEPARATORS, key=lambda separator: (bare.count(separator), separator == ","))
