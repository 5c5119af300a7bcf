"""The one client of the house that talks to other machines.

Pooled, with timeouts and a size limit, without redirects, cookies, proxies or retries. What came back, or did not, is
sorted by the one table of :mod:`connectors.symptoms` into what happens next.
"""

import json as jsonlib
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol, Self
from urllib.parse import urlencode, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import exceptions as low

from connectors.base import json_number
from connectors.errors import ConnectorError
from connectors.links import parse_links
from connectors.symptoms import ROWS, Fault, Row, error_for, retry_after, symptom_of

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
WHOLE = 3  # times these: how long an answer may take as a whole, however busily it drips
MAX_BYTES = 16 * 1024 * 1024
READS = frozenset({"GET", "HEAD", "OPTIONS"})
_CHUNK = 65536


class Authorizer(Protocol):
    """Where the Authorization header comes from."""

    def header(self) -> str:
        """The header's value, for the next call."""

    def refused(self, header: str) -> bool:
        """This value was answered with 401; say whether another one is worth a try."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Its text form shows the status only, since the rest may hold anything."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)
    is_read: bool = True

    def json(self) -> Any:
        """The body, its numbers with a point as decimals; rubbish is an error of the right family."""
        try:
            return jsonlib.loads(self.body, parse_float=Decimal, parse_constant=_no_number)
        except (ValueError, ArithmeticError, RecursionError) as error:  # 1e999999999, and a thousand brackets
            raise self.error("rubbish") from error

    @property
    def links(self) -> dict[str, str]:
        """The first address of each relation in the Link header."""
        return parse_links(self.headers.get("Link", ""), self.url)

    def error(self, symptom: int | str, fault: Fault | None = None) -> ConnectorError:
        """The error of a row of the table, about this answer."""
        row = ROWS.get(symptom) or ROWS[self.status // 100]
        return error_for(row, self.url, self.is_read, fault or Fault(str(symptom)), retry_after(self.headers))


def explain(answer: Answer) -> Fault:
    """Code and words of a refusal: problem documents (RFC 9457), OAuth errors, and what is like them."""
    try:
        found = jsonlib.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return Fault(str(answer.status))
    return Fault(
        _first(found, ("code", "error", "type")) or str(answer.status),
        _first(found, ("detail", "error_description", "message", "title")),
    )


class HttpClient:
    """Calls other machines, from as many threads as like to.

    ``explain`` reads the other side's code and words out of a refusal; ``rows`` overrides rows of the table, which a
    connector does with a comment that says why.
    """

    def __init__(
        self,
        base_url: str = "",
        *,
        auth: Authorizer | None = None,
        timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
        pool: int = 64,
        max_bytes: int = MAX_BYTES,
        verify: bool | str = True,
        explain: "Explain" = explain,
        rows: Mapping[int | str, Row] | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self._auth = auth
        self._max_bytes = max_bytes
        self._whole_seconds = WHOLE * sum(timeout)
        self._verify = verify
        self._explain = explain
        self._rows = {**ROWS, **(rows or {})}
        # the adapter without the session around it: no cookies, redirects, netrc or proxies, and half the CPU
        self._adapter = HTTPAdapter(pool_connections=16, pool_maxsize=pool, max_retries=0, pool_block=True)
        self._headers = {"User-Agent": f"Cairn/{_version()}", "Accept": "application/json", "Accept-Encoding": "gzip"}
        if self.base_url:
            _prepared_url(self.base_url)

    def request(
        self,
        method: str,
        url_or_path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        data: bytes | Mapping[str, str] | None = None,
        expect: Collection[int] = (),
        auth: Authorizer | None = None,
        is_read: bool | None = None,
    ) -> Answer:
        """One call. Any 2xx is an answer, or what ``expect`` lists; all else is raised from the table.

        ``is_read`` for a POST that changes nothing there, such as one for a token. After a 401 the token is dropped and
        the call made once more, which a write may be: a 401 says that nothing was done.
        """
        url = self._url(url_or_path, params)
        is_read = method in READS if is_read is None else is_read
        body, kind = _body(json, data)
        sent = {**self._headers, **kind, **(headers or {})}
        auth = auth or self._auth
        if auth is None:
            return self._judge(self._send(method, url, sent, body, is_read), expect)
        value = auth.header()
        answer = self._send(method, url, {**sent, "Authorization": value}, body, is_read)
        if answer.status == 401 and auth.refused(value):
            answer = self._send(method, url, {**sent, "Authorization": auth.header()}, body, is_read)
        return self._judge(answer, expect)

    def get(self, url_or_path: str, *, params: Mapping[str, str | int] | None = None,
            expect: Collection[int] = ()) -> Answer:
        """Read."""
        return self.request("GET", url_or_path, params=params, expect=expect)

    def put(self, url_or_path: str, *, json: object, expect: Collection[int] = ()) -> Answer:
        """Write under an address that we chose."""
        return self.request("PUT", url_or_path, json=json, expect=expect)

    def close(self) -> None:
        """Close all connections."""
        self._adapter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _url(self, url_or_path: str, params: Mapping[str, str | int] | None) -> str:
        if "://" not in url_or_path and self.base_url:
            return f"{self.base_url}{url_or_path}{'?' if params else ''}{urlencode(params or ())}"
        url = _prepared_url(url_or_path, params)
        if self.base_url and urlsplit(url)[:2] != urlsplit(self.base_url)[:2]:
            raise error_for(ROWS["elsewhere"], self.base_url, True, Fault("elsewhere"))
        return url

    def _send(self, method: str, url: str, headers: Mapping[str, str], sent: bytes | None, is_read: bool) -> Answer:
        call = requests.PreparedRequest()
        call.method, call.url, call.body = method, url, sent
        call.headers = CaseInsensitiveDict(headers)
        if sent is not None:
            call.headers["Content-Length"] = str(len(sent))
        end = time.monotonic() + self._whole_seconds
        try:
            response = self._adapter.send(call, stream=True, timeout=self.timeout, verify=self._verify)
            try:
                body = self._read(response, url, is_read, end)
                return Answer(response.status_code, response.headers, body, url, is_read)
            finally:
                response.close()
        except (requests.RequestException, low.HTTPError) as error:
            symptom = symptom_of(error)
            raise error_for(self._rows[symptom], url, is_read, Fault(symptom)) from error

    def _read(self, response: requests.Response, url: str, is_read: bool, end: float) -> bytes:
        """The body, as it comes: the timeout of a socket counts anew with each byte, and one that drips never ends."""
        body = b""
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > self._max_bytes:
                raise error_for(self._rows["too_long"], url, is_read, Fault("too_long"))
            if time.monotonic() > end:
                raise error_for(self._rows["silent"], url, is_read, Fault("silent"))
        return body

    def _judge(self, answer: Answer, expect: Collection[int]) -> Answer:
        is_good = answer.status in expect if expect else 200 <= answer.status < 300
        if is_good:
            return answer
        if 200 <= answer.status < 300:
            raise error_for(self._rows["unexpected"], answer.url, answer.is_read, Fault(str(answer.status)))
        row = self._rows.get(answer.status) or self._rows.get(answer.status // 100) or ROWS["unexpected"]
        error = error_for(row, answer.url, answer.is_read, self._explain(answer), retry_after(answer.headers))
        error.status = answer.status
        raise error


class Explain(Protocol):
    """Reads the other side's code and words out of a refusal."""

    def __call__(self, answer: Answer, /) -> Fault: ...


def _prepared_url(url: str, params: Mapping[str, str | int] | None = None) -> str:
    call = requests.PreparedRequest()
    try:
        call.prepare_url(url, params or {})
    except (requests.RequestException, UnicodeError) as error:
        raise error_for(ROWS["address"], "", True, Fault("address")) from error
    prepared = str(call.url)
    if urlsplit(prepared).scheme not in ("https", "http"):
        raise error_for(ROWS["address"], "", True, Fault("address"))
    return prepared


def _body(json: object, data: bytes | Mapping[str, str] | None) -> tuple[bytes | None, Mapping[str, str]]:
    if json is not None:
        text = jsonlib.dumps(json, separators=(",", ":"), allow_nan=False, default=_exact)
        return text.encode(), {"Content-Type": "application/json"}
    if isinstance(data, Mapping):
        return urlencode(data).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return data, {}


def _first(found: Mapping[str, object], names: Iterable[str]) -> str:
    return next((text[:200] for name in names if isinstance(text := found.get(name), str) and text), "")


def _exact(value: object) -> int | float:
    if isinstance(value, Decimal):
        return json_number(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _version() -> str:
    try:
        return version("cairn-lti")
    except PackageNotFoundError:
        return "0"
