"""The Link header of RFC 8288, as platforms really write it."""

import re
from urllib.parse import urljoin

_LINK = re.compile(r"<([^>]*)>(.*?)(?=,\s*<|$)", re.DOTALL)
_REL = re.compile(r";\s*rel\s*=\s*(?:[\"'\u201c\u201d](.*?)[\"'\u201c\u201d]|([^\s;,]+))", re.IGNORECASE)


def parse_links(header: str, base: str = "") -> dict[str, str]:
    """The first address of each relation, letter by letter as sent (Canvas: a lowered cursor is another cursor).

    Met in the field: ``rel=next`` without quotes (RFC 8288 allows it), two relations in one rel, curly quotes
    (Moodle's results), and ``&amp;`` in the address. Each of them, misread, cuts a roster short in silence.
    """
    found: dict[str, str] = {}
    for address, parameters in _LINK.findall(_as_utf8(header)):
        rel = _REL.search(parameters)
        for name in (rel[1] or rel[2] or "").lower().split() if rel else ():
            found.setdefault(name, urljoin(base, address.strip().replace("&amp;", "&")))
    return found


def _as_utf8(header: str) -> str:
    # http.client reads headers as Latin-1, which makes three odd letters of a curly quote
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header
