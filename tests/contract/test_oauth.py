"""Tokens by client credentials: one for all threads, renewed in time, and never guessed at."""

import base64
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from connectors.errors import ConnectorError, Misconfigured, Unavailable
from connectors.http import HttpClient
from connectors.oauth import ClientCredentials, Token
from tests.contract.wire.server import Reply, Request, Respond, WireServer

Serve = Callable[[Respond], WireServer]


class Issuer:
    """Gives token-1, token-2 …; what else it says can be set."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {"expires_in": 3600}
        self.seen: list[Request] = []

    def __call__(self, request: Request) -> Reply:
        self.seen.append(request)
        return Reply(200, {"access_token": f"token-{len(self.seen)}", "token_type": "Bearer", **self.said})


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def server(serve: Serve, issuer: Issuer) -> WireServer:
    return serve(issuer)


@pytest.fixture
def tokens(server: WireServer) -> Iterator[ClientCredentials]:
    source = ClientCredentials(
        HttpClient(), f"{server.url}/token", client_id="cairn/7", client_secret="a b+c", scopes=["read", "write"]
    )
    yield source
    source.close()


def test_id_and_secret_go_as_basic_form_encoded_first(tokens: ClientCredentials, issuer: Issuer) -> None:
    """RFC 6749 §2.3.1."""
    assert tokens.header() == "Bearer token-1"
    (request,) = issuer.seen
    kind, _, pair = request.headers["Authorization"].partition(" ")
    assert (kind, base64.b64decode(pair)) == ("Basic", b"cairn%2F7:a+b%2Bc")
    assert request.body == b"grant_type=client_credentials&scope=read+write"


def test_one_token_serves_all_threads(tokens: ClientCredentials, issuer: Issuer) -> None:
    with ThreadPoolExecutor(16) as threads:
        headers = set(threads.map(lambda _: tokens.header(), range(64)))
    assert headers == {"Bearer token-1"}
    assert len(issuer.seen) == 1


@pytest.mark.parametrize(("expires_in", "useful"), [
    pytest.param(3600, 3540, id="a minute before the end"),
    pytest.param(100, 90, id="a tenth before, where it is short"),
    pytest.param("600", 540, id="a number as text"),
    pytest.param(None, 270, id="five minutes, where it does not say"),
])
def test_it_is_renewed_before_its_end(
    server: WireServer, issuer: Issuer, expires_in: object, useful: float
) -> None:
    issuer.said = {"expires_in": expires_in}
    now = [0.0]
    tokens = ClientCredentials(
        HttpClient(), f"{server.url}/token", client_id="c", client_secret="s", scopes=[], clock=lambda: now[0]
    )
    tokens.header()
    now[0] = useful - 1
    assert tokens.header() == "Bearer token-1"
    now[0] = useful
    assert tokens.header() == "Bearer token-2"
    tokens.close()


def test_a_refused_token_is_dropped_once(tokens: ClientCredentials, issuer: Issuer) -> None:
    old = tokens.header()
    assert tokens.refused(old)
    assert tokens.header() == "Bearer token-2"
    assert tokens.refused(old)
    assert tokens.header() == "Bearer token-2"
    assert len(issuer.seen) == 2


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refusal_of_the_token_address_is_misconfigured(
    server: WireServer, tokens: ClientCredentials, status: int
) -> None:
    server.fault = lambda request: Reply(status, {"error": "invalid_client", "error_description": "who?"})
    with pytest.raises(Misconfigured) as caught:
        tokens.header()
    assert caught.value.code == "invalid_client"


@pytest.mark.parametrize("reply", [
    pytest.param(Reply(200, b"<html>"), id="a page"),
    pytest.param(Reply(200, ["token"]), id="a list"),
    pytest.param(Reply(200, {"access_token": ""}), id="an empty token"),
    pytest.param(Reply(200, {"access_token": "a\r\nX-Evil: 1"}), id="a token with a line break"),
    pytest.param(Reply(200, {"access_token": 7}), id="a number"),
    pytest.param(Reply(500), id="a failure"),
])
def test_rubbish_is_no_token(server: WireServer, tokens: ClientCredentials, reply: Reply) -> None:
    server.fault = lambda request: reply
    with pytest.raises(Unavailable):
        tokens.header()
    server.recover()
    assert tokens.header().startswith("Bearer token-")


def test_scopes_that_were_given_are_told(tokens: ClientCredentials, issuer: Issuer) -> None:
    issuer.said = {"expires_in": 60, "scope": "read other"}
    assert tokens.token().scopes == {"read", "other"}


def test_no_text_holds_the_secret_or_the_token(server: WireServer, tokens: ClientCredentials) -> None:
    server.fault = lambda request: Reply(400, {"error": "invalid_client"})
    with pytest.raises(ConnectorError) as caught:
        tokens.header()
    assert "a b+c" not in str(caught.value)
    assert "hidden" not in repr(Token(header="Bearer hidden", seconds=1))
