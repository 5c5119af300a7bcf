"""What forms bring, read strictly; what is missing or odd is refused with a sentence."""

from decimal import Decimal

from flask import request

from lti_tool.services import written_marks
from lti_tool.services.errors import Refused
from lti_tool.services.written_marks import UnreadableMark

MOST_ROWS = 2**31


def required(name: str, text: str) -> str:
    """A field that must be there."""
    value = request.form.get(name, "").strip()
    if not value:
        raise Refused("missing", text)
    return value


def by_line(name: str) -> dict[str, str]:
    """Fields of one kind on a sheet, ``mark-<key>``, by the key of their line."""
    start = f"{name}-"
    return {field.removeprefix(start): value for field, value in request.form.items() if field.startswith(start)}


def row_number(text: str) -> int:
    """A number of the address that counts rows or pages. Raises ``ValueError`` for what no database counts to."""
    number = int(text)
    if not 0 < number < MOST_ROWS:
        raise ValueError("no number of a row or a page.")
    return number


def maximum() -> Decimal | None:
    """What a column is out of, where its file does not say."""
    text = request.form.get("maximum", "").strip()
    if not text:
        return None
    try:
        found = written_marks.read(text)
    except UnreadableMark as error:
        raise Refused("maximum", f"The maximum {error}") from error
    if not found:
        raise Refused("maximum", "A maximum is above 0.")
    return found
