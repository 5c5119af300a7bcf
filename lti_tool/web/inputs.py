"""What forms bring, read strictly; what is missing or odd is refused with a sentence."""

from decimal import Decimal

from flask import request

from lti_tool.services import written_marks
from lti_tool.services.errors import Refused
from lti_tool.services.written_marks import UnreadableMark


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
