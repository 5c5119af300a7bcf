"""JSON whose numbers are decimals on both sides: no binary float ever touches a mark. And ids, as they are written."""

import json
import re
import secrets
from decimal import Decimal
from typing import Any

_MARK = secrets.token_hex(8)
MOST_ID = 255
_PLACES = re.compile(rf'"{_MARK}(-?[0-9.]+)"')


def dumps(value: object) -> str:
    """Compact JSON; a decimal becomes the number it shows."""
    return _PLACES.sub(r"\1", json.dumps(value, separators=(",", ":"), allow_nan=False, default=_place))


def id_of(value: object) -> str:
    """An id as text, whether they wrote it as one or as a number; empty for what cannot be one (LTI Core 5.3.6)."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if len(text) <= MOST_ID and text.isprintable() else ""


def _place(value: object) -> Any:
    if isinstance(value, Decimal) and value.is_finite():
        return _MARK + format(value, "f")
    raise TypeError(f"{type(value).__name__} has no form in JSON.")
