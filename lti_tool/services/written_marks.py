"""Marks as people and gradebooks write them, read exactly or refused; nothing is guessed."""

import re
from decimal import Decimal
from fractions import Fraction

from lti_tool.domain.figures import text_of

DECIMAL = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
COMMA = re.compile(r"[+-]?[0-9]{1,20},[0-9]{1,20}", re.ASCII)
NO_FIGURE = frozenset({"", "-", "–", "—"})


class UnreadableMark(ValueError):
    """What was written is no mark; the text says what is wrong with it, and never repeats a person's mark in a log."""


def is_figureless(text: str) -> bool:
    """Whether a cell says that there is no figure. That is not zero, and not absence."""
    return text.strip() in NO_FIGURE


def read(text: str, *, maximum: Decimal | None = None) -> Decimal:
    """The mark as an exact decimal between 0 and ``maximum``. Raises :class:`UnreadableMark`."""
    mark = _decimal(text.strip())
    if mark < 0:
        raise UnreadableMark("is below 0.")
    if maximum is not None and mark > maximum:
        raise UnreadableMark(f"is above the maximum of {plain(maximum)}.")
    return abs(mark)  # -0 is 0


def plain(mark: Decimal) -> str:
    """A decimal as a person writes it: no exponent, no trailing zeros."""
    return text_of(Fraction(mark))


def _decimal(text: str) -> Decimal:
    if "%" in text:
        raise UnreadableMark("is a percentage; export or write the points.")
    if DECIMAL.fullmatch(text):
        return Decimal(text)
    if COMMA.fullmatch(text):
        whole, _, places = text.partition(",")
        if len(places) == 3:  # 1,000 is a thousand to some and one to others
            raise UnreadableMark("may mean a thousand or a decimal; write it with a point.")
        return Decimal(f"{whole}.{places}")
    raise UnreadableMark("is no number.")
