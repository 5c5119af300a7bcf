"""*Test connection* for OneRoster: address, token and scopes, class, gradebook, clock, dialect. It only reads."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from connectors.contract import CheckLine
from connectors.errors import ConnectorError, Misconfigured
from connectors.http import Answer, HttpClient
from connectors.oauth import ClientCredentials
from connectors.oneroster_reading import members
from connectors.oneroster_roster import ROSTERING, class_path
from connectors.oneroster_wire import GRADEBOOK, Dialect
from connectors.symptoms import http_date

SCOPE = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
SCOPES = tuple(SCOPE + name for name in ("gradebook.readonly", "gradebook.createput", "roster-core.readonly"))
SKEW_SECONDS = 60


def check_lines(
    http: HttpClient, tokens: ClientCredentials, *, scopes: tuple[str, ...], run: str, dialect: Dialect
) -> Iterator[CheckLine]:
    """Line by line; what depends on a line that failed is not tried."""
    yield _address_line(http.base_url)
    token = _line("token", lambda: _token_text(tokens, scopes))
    yield token
    if token.is_ok:
        yield _line("class", lambda: _class_text(http, run))
        yield from _gradebook_lines(http, dialect)


def _address_line(url: str) -> CheckLine:
    address = urlsplit(url)
    is_safe = address.scheme == "https" or address.hostname in ("localhost", "127.0.0.1", "::1")
    return CheckLine(label="address", is_ok=is_safe, text=f"The address begins with {address.scheme}://.")


def _token_text(tokens: ClientCredentials, scopes: tuple[str, ...]) -> str:
    granted = tokens.token().scopes
    missing = [] if granted is None else [scope for scope in scopes if scope not in granted]
    if missing:
        names = ", ".join(scope.removeprefix(SCOPE) for scope in missing)
        raise Misconfigured(f"The token was given without {names}: have these scopes added.", code="scopes")
    return "A token was given, with every scope asked for."


def _class_text(http: HttpClient, run: str) -> str:
    if not run:
        http.get(f"{ROSTERING}/classes", params={"limit": 1})
        return "Classes can be read; name a check_class to try one."
    answer = http.get(f"{class_path(run)}/students", params={"limit": 1})
    return f"Class {run} can be read; learners: {answer.headers.get('X-Total-Count', 'not counted there')}."


def _gradebook_lines(http: HttpClient, dialect: Dialect) -> Iterator[CheckLine]:
    try:
        answer = http.get(f"{GRADEBOOK}/results", params={"limit": 1})
        results = members(answer, ["results"])
    except ConnectorError as error:
        yield CheckLine(label="gradebook", is_ok=False, text=str(error))
        return
    yield CheckLine(label="gradebook", is_ok=True, text="Results can be read.")
    yield _clock_line(answer)
    if results:
        yield _dialect_line(results[0], dialect)


def _line(label: str, look: Callable[[], str]) -> CheckLine:
    try:
        return CheckLine(label=label, is_ok=True, text=look())
    except ConnectorError as error:
        return CheckLine(label=label, is_ok=False, text=str(error))


def _clock_line(answer: Answer) -> CheckLine:
    theirs = http_date(answer.headers.get("Date", ""))
    if theirs is None:
        return CheckLine(label="clock", is_ok=True, text="The record system does not say what time it is.")
    skew = abs((datetime.now(UTC) - theirs).total_seconds())
    return CheckLine(label="clock", is_ok=skew <= SKEW_SECONDS, text=f"The two clocks are {skew:.0f} seconds apart.")


def _has_address(reference: object) -> bool:
    return isinstance(reference, Mapping) and "href" in reference


def _dialect_line(result: Mapping[str, Any], dialect: Dialect) -> CheckLine:
    """A hint from what is there already, since only a write would prove it."""
    is_lenient = "T" in str(result.get("scoreDate", "")) or not _has_address(result.get("lineItem"))
    seen = Dialect.LENIENT if is_lenient else Dialect.STRICT
    text = f"What it holds is written the {seen.value} way; we write the {dialect.value} way."
    return CheckLine(label="dialect", is_ok=seen is dialect, text=text)
