"""What people write on a marksheet: a mark, a status, a verdict, or two markers who differ; and what they paste."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from lti_tool.domain.attempts import FAILED, PASSED, Status
from lti_tool.services import written_marks
from lti_tool.services.written_marks import UnreadableMark

MARK, GATE, JUDGEMENT = "mark", "gate", "judgement"
STATUSES = {
    "absent": Status.ABSENT, "deferred": Status.DEFERRED, "exempt": Status.EXEMPT, "pending": Status.PENDING,
    "misconduct zero": Status.MISCONDUCT_ZERO, "carried": Status.CARRIED,
}
AS_IN_LMS = "as in the LMS"  # what was typed here is undone
VERDICTS = {"pass": PASSED, "passed": PASSED, "fail": FAILED, "failed": FAILED}
JUDGEMENTS = {"met": True, "not yet": False, "not met": False}
TWO = re.compile(r"(.+?)\s*[/;]\s*(.+)")
BREAK = re.compile(r"\t|;|,|\s+")


@dataclass(frozen=True, kw_only=True)
class Written:
    """One cell as understood. ``met`` is a judgement, ``agreed`` says whether two assessors said the same."""

    status: Status = Status.MARKED
    raw: Decimal | None = None
    gate: str = ""
    markers: tuple[Decimal, ...] = ()
    met: bool | None = None
    agreed: bool = True


def is_as_in_lms(text: str) -> bool:
    """Whether somebody asks for what the LMS said."""
    return " ".join(text.split()).casefold() == AS_IN_LMS.casefold()


@dataclass(frozen=True, kw_only=True)
class PastedLine:
    """One pasted line: its number, the student number and the rest, both as written."""

    line: int
    number: str
    text: str


def read(text: str, kind: str, maximum: Decimal) -> Written:
    """Understand one cell. Raises :class:`UnreadableMark` with what is wrong and what may stand there."""
    word = " ".join(text.replace("_", " ").split()).casefold()
    if kind == JUDGEMENT:
        return _judgement(word)
    if word in STATUSES:
        return Written(status=STATUSES[word])
    two = TWO.fullmatch(word)
    if kind == GATE:
        if word in VERDICTS:
            return Written(gate=VERDICTS[word])
        raise UnreadableMark(f"is none of pass, fail, {', '.join(STATUSES)}.")
    if two:
        marks = tuple(written_marks.read(part, maximum=maximum) for part in two.groups())
        return Written(raw=marks[0]) if marks[0] == marks[1] else Written(status=Status.UNAGREED, markers=marks)
    if re.search("[a-z]", word):
        raise UnreadableMark(f"is no mark, and none of {', '.join(STATUSES)}.")
    return Written(raw=written_marks.read(word, maximum=maximum))


def _judgement(word: str) -> Written:
    two = TWO.fullmatch(word)
    said = [JUDGEMENTS.get(part) for part in (two.groups() if two else (word,))]
    if None in said:
        raise UnreadableMark(f"is none of {', '.join(JUDGEMENTS)}.")
    return Written(met=all(said), agreed=len(set(said)) == 1)


def pasted(text: str) -> Iterator[PastedLine]:
    """Lines of a spreadsheet or a list: student number, then the mark, apart by tab, semicolon, comma or blanks."""
    for line, content in enumerate(text.splitlines(), 1):
        if content.strip():
            number, *rest = BREAK.split(content.strip(), maxsplit=1)
            yield PastedLine(line=line, number=number, text=rest[0].strip() if rest else "")
