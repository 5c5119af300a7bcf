"""Tokens by OAuth 2 client credentials (RFC 6749 §4.4), shared by all threads of a process."""

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from connectors.cache import Cache
from connectors.errors import Misconfigured, Rejected, Unavailable
from connectors.http import HttpClient

DEFAULT_SECONDS = 300  # where the answer does not say (RFC 6749 §5.1 only recommends that it does)
MARGIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, for how long it lasts and what it was given for."""

    header: str = field(repr=False)
    seconds: float
    scopes: frozenset[str] | None = None  # None: as asked (RFC 6749 §5.1)


class ClientCredentials:
    """Gives the Authorization header; renewed a little before its end and once after a 401, by one thread at a time."""

    def __init__(
        self, http: HttpClient, token_url: str, *, client_id: str, client_secret: str, scopes: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._token_url = token_url
        self._basic = _basic(client_id, client_secret)
        self._scope = " ".join(scopes)
        self._tokens: Cache[str, Token] = Cache(useful_seconds, clock)

    def token(self) -> Token:
        """The token in use, fetched if there is none."""
        return self._tokens.get("", self._fetch)

    def header(self) -> str:
        return self.token().header

    def refused(self, header: str) -> bool:
        token = self.token()
        if token.header == header:
            self._tokens.drop("", token)
        return True

    def close(self) -> None:
        """Close the connections to the token address."""
        self._http.close()

    def _fetch(self) -> Token:
        try:
            answer = self._http.request(
                "POST", self._token_url, headers={"Authorization": self._basic},
                data={"grant_type": "client_credentials", "scope": self._scope}, is_read=True,
            )
        except Rejected as error:  # 400 invalid_client, invalid_scope …: no record will get through
            raise Misconfigured(
                "The token address refuses us: check the client id, the secret and the scopes.", code=error.code,
                words=error.words,
            ) from error
        return read_token(answer.json())


def read_token(found: object) -> Token:
    """The answer of a token address."""
    text = found.get("access_token") if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping) or not isinstance(text, str) or not _is_sendable(text):
        raise Unavailable("The token address answered without a usable token.", code="no_token")
    scope = found.get("scope")
    return Token(
        header=f"Bearer {text}",
        seconds=_seconds(found.get("expires_in")),
        scopes=frozenset(scope.split()) if isinstance(scope, str) and scope else None,
    )


def _is_sendable(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable()


def _seconds(value: object) -> float:
    try:
        return float(str(value))  # "3600" as text is met too
    except ValueError:
        return DEFAULT_SECONDS


def useful_seconds(token: Token) -> float:
    """How long to use a token: until a little before its end."""
    return token.seconds - min(MARGIN_SECONDS, token.seconds / 10)


def _basic(client_id: str, client_secret: str) -> str:
    """client_secret_basic; both are form-encoded first (RFC 6749 §2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
