"""Exact numbers as text: decimals in, decimals out, and a fraction in between, never a float."""

import re
from fractions import Fraction

from lti_tool.domain.errors import RegulationError

DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)


def parse_decimal(value: object, *, key: str = "", where: str = "") -> Fraction:
    """Read one quoted decimal.

    Bare numbers are refused, whole ones too: YAML reads ``050`` as forty and ``1:30`` as ninety.
    """
    if not isinstance(value, str):
        shown = "a number without quotes" if isinstance(value, int | float) else type(value).__name__
        text = f'{key or "the number"} is {shown}; write it as a decimal in quotes, such as "49.5".'
        raise RegulationError(text, key=key, where=where)
    if not DECIMAL.fullmatch(value):
        raise RegulationError(f"{key or 'the number'} {value[:40]!r} is not a decimal number.", key=key, where=where)
    return Fraction(value)


def _scaled(value: Fraction, places: int) -> int:
    """``value`` in units of the last place, the half going up in size."""
    scaled = abs(value) * 10**places
    whole: int = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return whole if value >= 0 else -whole


def text_of(value: Fraction, places: int = 18) -> str:
    """Plain decimal text without trailing zeros; what does not end is rounded at ``places``."""
    units = _scaled(value, places)
    digits = str(abs(units)).rjust(places + 1, "0")
    whole, rest = (digits[:-places], digits[-places:].rstrip("0")) if places else (digits, "")
    return ("-" if units < 0 else "") + whole + (f".{rest}" if rest else "")


def shown(value: Fraction) -> str:
    """A number for a sentence: whole as it is, an endless or long one cut after three places and marked so."""
    thousandths = abs(value) * 1000
    if thousandths.denominator == 1:
        return text_of(value)
    cut = Fraction(thousandths.numerator // thousandths.denominator, 1000)
    whole, _, rest = text_of(cut).partition(".")
    return f"{'-' if value < 0 else ''}{whole}.{rest.ljust(3, '0')}…"
