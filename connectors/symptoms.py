"""What an answer, or the lack of one, means: one table from symptom to what happens next.

Texts name the host and the symptom, never an address with its query, a body or a token.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from urllib3 import exceptions as low

from connectors.errors import ConnectorError, ErrorClass, Misconfigured, Rejected, Unavailable, Uncertain


@dataclass(frozen=True, slots=True)
class Row:
    """What one symptom means for a read and for a write."""

    read: type[ConnectorError]
    write: type[ConnectorError]
    text: str
    error_class: ErrorClass | None = None


def _both(error: type[ConnectorError], text: str, error_class: ErrorClass | None = None) -> Row:
    return Row(error, error, text, error_class)


ROWS: Mapping[int | str, Row] = {
    # symptoms without an answer
    "unreachable": _both(Unavailable, "cannot be reached; nothing was sent"),
    "silent": Row(Unavailable, Uncertain, "did not answer in time"),
    "dropped": Row(Unavailable, Uncertain, "closed the connection before its answer was complete"),
    "tls": _both(Misconfigured, "cannot prove who it is: have its TLS certificate, and its name and dates, checked"),
    "address": _both(Misconfigured, "is not a usable web address: correct it in the settings"),
    "elsewhere": _both(Misconfigured, "sent us on to another host, which does not get our token"),
    # answers that cannot be used
    "rubbish": Row(Unavailable, Uncertain, "answered with something that is not JSON"),
    "too_long": Row(Unavailable, Uncertain, "answered with more than we are ready to read"),
    "unexpected": Row(Unavailable, Uncertain, "answered in a way that this call does not know"),
    # answers by status
    400: _both(Rejected, "did not accept what the record says", ErrorClass.FIX_HERE),
    401: _both(Misconfigured, "does not accept our credentials: check the client id and secret"),
    403: _both(Misconfigured, "does not allow us to do this: check the scopes and rights given to us"),
    404: _both(Rejected, "does not know what the record refers to", ErrorClass.FIX_THERE),
    405: _both(Misconfigured, "does not offer this call: check the address and the version"),
    406: _both(Misconfigured, "does not offer this version"),
    408: _both(Unavailable, "gave up waiting for us; nothing was written"),
    409: _both(Rejected, "holds something that contradicts the record", ErrorClass.DECIDE),
    412: _both(Rejected, "holds another version of the record", ErrorClass.DECIDE),
    413: _both(Rejected, "finds the record too long", ErrorClass.FIX_HERE),
    415: _both(Misconfigured, "does not take this kind of document: check the version"),
    422: _both(Rejected, "finds that the record contradicts what it holds", ErrorClass.DECIDE),
    425: _both(Unavailable, "asks us to come back later"),
    429: _both(Unavailable, "asks us to slow down"),
    503: _both(Unavailable, "is not available for the moment"),
    3: _both(Misconfigured, "redirects to another address: put the final address in the settings"),
    4: _both(Rejected, "refused the record"),
    5: Row(Unavailable, Uncertain, "failed while answering"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The other side's own short code, and its own short words, for a person to read."""

    code: str = ""
    words: str = ""


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that the other side asks us to wait: a number or an HTTP date (RFC 9110 §10.2.3)."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    moment = http_date(text)
    return None if moment is None else max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def http_date(text: str) -> datetime | None:
    """The moment that a header names, if it can be read (RFC 9110 §5.6.7)."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def error_for(row: Row, url: str, is_read: bool, fault: Fault, wait: float | None = None) -> ConnectorError:
    family = row.read if is_read else row.write
    text = f"{urlsplit(url).hostname or 'the address'} {row.text}."
    if issubclass(family, Unavailable):
        return family(text, retry_after=wait, code=fault.code, words=fault.words, error_class=row.error_class)
    return family(text, code=fault.code, words=fault.words, error_class=row.error_class)


def symptom_of(error: Exception) -> str:
    """Name what happened. ``ConnectTimeout`` means nothing was sent, ``ReadTimeout`` nobody knows."""
    chain = list(_chain(error))
    if any(isinstance(cause, (low.NewConnectionError, requests.ConnectTimeout)) for cause in chain):
        return "unreachable"
    if any(isinstance(cause, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)) for cause in chain):
        return "address"
    if any(isinstance(cause, (requests.exceptions.SSLError, low.SSLError)) for cause in chain):
        # an end of file is a connection that was dropped, perhaps after the request was read
        return "dropped" if any("EOF" in type(cause).__name__ for cause in chain) else "tls"
    if any(isinstance(cause, (requests.ReadTimeout, low.ReadTimeoutError)) for cause in chain):
        return "silent"
    return "dropped"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException | None] = [error]
    while (cause := seen.pop()) is not None:
        yield cause
        seen.append(getattr(cause, "reason", None) if isinstance(cause, low.MaxRetryError) else None)
        if seen[-1] is None:
            seen[-1] = cause.__cause__ or next((a for a in cause.args if isinstance(a, BaseException)), None)
