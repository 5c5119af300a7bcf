"""The client of the house: what each symptom becomes, and what never leaves it."""

import gzip
import ssl
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests

from connectors.errors import ConnectorError, ErrorClass, Misconfigured, Rejected, Unavailable, Uncertain
from connectors.http import CONNECT_SECONDS, READ_SECONDS, Answer, HttpClient
from tests.contract.wire.server import CUT, DRIP, DROP, HANG, Reply, Request, Respond, WireServer

Serve = Callable[[Respond], WireServer]
SHORT = (2.0, 0.3)


def echo(request: Request) -> Reply:
    return Reply(200, {"method": request.method, "path": request.path, "query": dict(request.query)})


@pytest.fixture
def server(serve: Serve) -> WireServer:
    return serve(echo)


@pytest.fixture
def http(server: WireServer) -> Iterator[HttpClient]:
    with HttpClient(server.url, timeout=SHORT) as client:
        yield client


class Tokens:
    """Gives a new token each time one is refused."""

    def __init__(self) -> None:
        self.number = 1

    def header(self) -> str:
        return f"Bearer token-{self.number}"

    def refused(self, header: str) -> bool:
        self.number += 1
        return True


# -- what each answer becomes

@pytest.mark.parametrize(("status", "read", "write", "error_class"), [
    pytest.param(400, Rejected, Rejected, ErrorClass.FIX_HERE, id="400 our value"),
    pytest.param(401, Misconfigured, Misconfigured, ErrorClass.CONFIG, id="401 our credentials"),
    pytest.param(403, Misconfigured, Misconfigured, ErrorClass.CONFIG, id="403 our rights"),
    pytest.param(404, Rejected, Rejected, ErrorClass.FIX_THERE, id="404 missing there"),
    pytest.param(405, Misconfigured, Misconfigured, ErrorClass.CONFIG, id="405 no such call"),
    pytest.param(406, Misconfigured, Misconfigured, ErrorClass.CONFIG, id="406 no such version"),
    pytest.param(408, Unavailable, Unavailable, ErrorClass.RETRY, id="408 nothing written"),
    pytest.param(409, Rejected, Rejected, ErrorClass.DECIDE, id="409 differs there"),
    pytest.param(412, Rejected, Rejected, ErrorClass.DECIDE, id="412 another version"),
    pytest.param(418, Rejected, Rejected, ErrorClass.FIX_THERE, id="any other 4xx"),
    pytest.param(422, Rejected, Rejected, ErrorClass.DECIDE, id="422 contradicts"),
    pytest.param(425, Unavailable, Unavailable, ErrorClass.RETRY, id="425 too early"),
    pytest.param(429, Unavailable, Unavailable, ErrorClass.RETRY, id="429 too fast"),
    pytest.param(500, Unavailable, Uncertain, None, id="500 a write may have landed"),
    pytest.param(502, Unavailable, Uncertain, None, id="502 a write may have landed"),
    pytest.param(503, Unavailable, Unavailable, ErrorClass.RETRY, id="503 nothing written"),
    pytest.param(504, Unavailable, Uncertain, None, id="504 a write may have landed"),
    pytest.param(302, Misconfigured, Misconfigured, ErrorClass.CONFIG, id="redirects are not followed"),
])
def test_a_status_becomes_what_happens_next(
    server: WireServer, http: HttpClient, status: int, read: type[ConnectorError], write: type[ConnectorError],
    error_class: ErrorClass | None,
) -> None:
    server.fault = lambda request: Reply(status, headers={"Location": "/elsewhere"})
    for method, family in (("GET", read), ("PUT", write), ("POST", write)):
        with pytest.raises(ConnectorError) as caught:
            http.request(method, "/x")
        assert type(caught.value) is family
        assert (caught.value.code, caught.value.status) == (str(status), status)
        if error_class is not None:
            assert caught.value.error_class is error_class
    assert len(server.requests) == 3


@pytest.mark.parametrize(("fault", "landed"), [(CUT, True), (DROP, False), (HANG, False)])
def test_a_lost_answer_is_uncertain_for_a_write_and_unavailable_for_a_read(
    serve: Serve, fault: str, landed: bool
) -> None:
    written: list[Request] = []

    def keep(request: Request) -> Reply:
        written.append(request)
        return Reply()

    server = serve(keep)
    server.fault = lambda request: fault
    with HttpClient(server.url, timeout=SHORT) as http:
        with pytest.raises(Uncertain):
            http.put("/x", json={})
        assert bool(written) is landed
        with pytest.raises(Unavailable):
            http.get("/x")
    assert len(server.requests) == 2


def test_a_closed_port_and_an_unknown_host_are_unavailable_even_for_a_write(server: WireServer) -> None:
    with HttpClient("http://127.0.0.1:9") as http, pytest.raises(Unavailable, match="nothing was sent"):
        http.put("/x", json={})
    with HttpClient("http://no-such-host.invalid") as http, pytest.raises(Unavailable):
        http.put("/x", json={})


@pytest.mark.parametrize("url", ["ftp://records.example/x", "records.example/x", "http://", "https://[bad/x", ""])
def test_an_address_that_is_none_is_misconfigured(url: str) -> None:
    with HttpClient() as http, pytest.raises(Misconfigured, match="usable web address"):
        http.get(url)


def test_a_certificate_that_proves_nothing_is_misconfigured(tmp_path: Path, server: WireServer) -> None:
    pem = tmp_path / "self.pem"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*make.split(), "-keyout", pem, "-out", tmp_path / "cert.pem"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", pem)
    with WireServer(echo, context) as safe:
        with HttpClient(safe.url) as http, pytest.raises(Misconfigured, match="certificate"):
            http.put("/x", json={})
        with HttpClient(safe.url, verify=str(tmp_path / "cert.pem")) as http:
            assert http.get("/x").status == 200


# -- answers

def test_retry_after_is_read_as_seconds_and_as_a_date(server: WireServer, http: HttpClient) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    for said, low, high in (("12", 12, 12), (later, 80, 91), ("soon", None, None)):
        server.fault = lambda request, said=said: Reply(429, headers={"Retry-After": said})
        with pytest.raises(Unavailable) as caught:
            http.get("/x")
        wait = caught.value.retry_after
        assert (wait is None) if low is None else (wait is not None and low <= wait <= high)


def test_rubbish_is_unavailable_after_a_read_and_uncertain_after_a_write(
    server: WireServer, http: HttpClient
) -> None:
    server.fault = lambda request: Reply(200, b"<html>Please log in")
    with pytest.raises(Unavailable, match="not JSON"):
        http.get("/x").json()
    with pytest.raises(Uncertain):
        http.put("/x", json={}).json()
    assert http.request("POST", "/x", is_read=True).is_read


def test_numbers_come_as_decimals_and_nan_is_rubbish(server: WireServer, http: HttpClient) -> None:
    server.fault = lambda request: Reply(200, b'{"score": 67.35}')
    assert http.get("/x").json() == {"score": Decimal("67.35")}
    server.fault = lambda request: Reply(200, b'{"score": NaN}')
    with pytest.raises(Unavailable):
        http.get("/x").json()


def test_decimals_are_sent_as_exact_numbers(server: WireServer, http: HttpClient) -> None:
    http.put("/x", json={"score": Decimal("67.350"), "max": Decimal("1E+2")})
    assert server.requests[-1].body == b'{"score":67.35,"max":100}'


def test_expected_statuses_are_answers_and_other_2xx_are_not(server: WireServer, http: HttpClient) -> None:
    server.fault = lambda request: Reply(404)
    assert http.get("/x", expect=(200, 404)).status == 404
    server.fault = lambda request: Reply(202)
    with pytest.raises(Uncertain):
        http.put("/x", json={}, expect=(200, 201, 204))
    assert http.put("/x", json={}).status == 202


def test_an_answer_longer_than_allowed_is_not_read(server: WireServer) -> None:
    server.fault = lambda request: Reply(200, gzip.compress(b"0" * 5_000_000), {"Content-Encoding": "gzip"})
    with HttpClient(server.url, max_bytes=100_000) as http:
        with pytest.raises(Unavailable, match="more than we are ready to read"):
            http.get("/x")
        with pytest.raises(Uncertain):
            http.put("/x", json={})


def test_an_answer_that_drips_is_not_waited_for_for_ever(server: WireServer) -> None:
    server.fault = lambda request: DRIP
    with HttpClient(server.url, timeout=(0.1, 0.1)) as http:
        with pytest.raises(Unavailable, match="did not answer in time"):
            http.get("/x")
        with pytest.raises(Uncertain, match="did not answer in time"):
            http.put("/x", json={})


@pytest.mark.parametrize("body", [
    pytest.param(b'{"score": 1e99999999999999999999}', id="a number that nothing holds"),
    pytest.param(b"[" * 100_000, id="a hundred thousand brackets"),
])
def test_rubbish_that_breaks_the_reader_is_rubbish(server: WireServer, http: HttpClient, body: bytes) -> None:
    server.fault = lambda request: Reply(200, body)
    with pytest.raises(Unavailable, match="not JSON"):
        http.get("/x").json()
    server.fault = lambda request: Reply(422, body)
    with pytest.raises(Rejected) as refused:
        http.get("/x")
    assert refused.value.code == "422"


def test_their_words_are_made_fit_to_be_kept(server: WireServer, http: HttpClient) -> None:
    body = b'{"code": "c\\u0000d", "detail": "Pr\\ud83dnom \\u0007 is\\nmissing"}'
    server.fault = lambda request: Reply(422, body)
    with pytest.raises(Rejected) as refused:
        http.get("/x")
    assert (refused.value.code, refused.value.words) == ("c d", "Pr nom is missing")


def test_packed_answers_are_unpacked_and_broken_ones_are_dropped(server: WireServer, http: HttpClient) -> None:
    server.fault = lambda request: Reply(200, gzip.compress(b'{"a": 1}'), {"Content-Encoding": "gzip"})
    assert http.get("/x").json() == {"a": 1}
    server.fault = lambda request: Reply(200, b"not gzip at all", {"Content-Encoding": "gzip"})
    with pytest.raises(Unavailable):
        http.get("/x")


def test_a_refusal_carries_the_code_and_words_of_a_problem_document(server: WireServer, http: HttpClient) -> None:
    server.fault = lambda request: Reply(409, {"type": "urn:x:conflict", "detail": "the year is closed", "n": 1})
    with pytest.raises(Rejected) as caught:
        http.put("/x", json={})
    assert (caught.value.code, caught.value.words) == ("urn:x:conflict", "the year is closed")


def test_links_are_found_and_lead_on(server: WireServer, http: HttpClient) -> None:
    server.fault = lambda request: Reply(200, [], {"Link": "</next?page=B>; rel=next"})
    answer = http.get("/x")
    assert answer.links == {"next": f"{server.url}/next?page=B"}
    server.recover()
    assert http.get(answer.links["next"]).json()["query"] == {"page": "B"}


# -- requests

def test_a_read_has_a_name_and_its_parameters(server: WireServer, http: HttpClient) -> None:
    answer = http.get("/x", params={"filter": "a>='1'", "limit": 3})
    assert answer.json()["query"] == {"filter": "a>='1'", "limit": "3"}
    assert server.requests[-1].headers["User-Agent"].startswith("Cairn/")


def test_parameters_join_those_that_an_address_has(server: WireServer) -> None:
    with HttpClient() as http:
        answer = http.request("GET", f"{server.url}/results?type_id=1", params={"limit": 2})
    assert answer.json()["query"] == {"type_id": "1", "limit": "2"}


def test_timeouts_are_set_unless_told_otherwise() -> None:
    assert HttpClient().timeout == (CONNECT_SECONDS, READ_SECONDS) == (5.0, 15.0)


def test_a_refused_token_is_renewed_and_the_call_made_once_more(server: WireServer) -> None:
    server.fault = lambda request: None if request.headers.get("Authorization") == "Bearer token-2" else Reply(401)
    with HttpClient(server.url, auth=Tokens()) as http:
        assert http.put("/x", json={}).status == 200
    assert len(server.requests) == 2


def test_a_token_refused_twice_is_misconfigured(server: WireServer) -> None:
    server.fault = lambda request: Reply(401)
    with HttpClient(server.url, auth=Tokens()) as http, pytest.raises(Misconfigured):
        http.get("/x")
    assert len(server.requests) == 2


def test_a_token_never_goes_to_another_host(serve: Serve, server: WireServer) -> None:
    other = serve(echo)
    with HttpClient(server.url, auth=Tokens()) as http, pytest.raises(Misconfigured, match="another host"):
        http.get(f"{other.url}/next")
    assert not other.requests


def test_no_cookie_comes_back(server: WireServer, http: HttpClient) -> None:
    server.fault = lambda request: Reply(200, {}, {"Set-Cookie": "who=alice"})
    http.get("/x")
    http.get("/x")
    assert "Cookie" not in server.requests[-1].headers


def test_proxies_and_netrc_of_the_environment_are_not_used(
    server: WireServer, http: HttpClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login alice password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert http.get("/x").status == 200
    assert "Authorization" not in server.requests[-1].headers


def test_many_threads_share_one_client(server: WireServer) -> None:
    with HttpClient(server.url, timeout=(5, 10)) as http, ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda n: http.put(f"/{n}", json={"n": n}).json()["path"], range(200)))
    assert answers == [f"/{n}" for n in range(200)]


# -- what never leaves it

def test_texts_hold_no_query_body_or_token(server: WireServer) -> None:
    faults: list[str | Reply] = [
        Reply(400, {"message": "bad"}), Reply(500, b"Alice"), Reply(401), Reply(302), CUT, HANG, Reply(202)]
    for fault in faults:
        server.fault = lambda request, fault=fault: fault
        with HttpClient(server.url, timeout=SHORT, auth=Tokens()) as http, pytest.raises(ConnectorError) as caught:
            http.request("PUT", "/x", params={"who": "alice"}, json={"name": "Alice"}, expect=(200,))
        assert str(caught.value).startswith("127.0.0.1 ")
        for private in ("alice", "Alice", "token-", "who="):
            assert private not in str(caught.value)


def test_an_answer_shows_no_body_or_address_of_its_own() -> None:
    answer = Answer(200, {"X-Who": "alice"}, b"alice", "http://x/?who=alice")
    assert "alice" not in repr(answer)


def test_no_error_of_requests_escapes(server: WireServer, http: HttpClient) -> None:
    for fault in (CUT, DROP, HANG):
        server.fault = lambda request, fault=fault: fault
        try:
            http.get("/x")
        except requests.RequestException:  # pragma: no cover
            pytest.fail("an error of requests escaped")
        except ConnectorError as error:
            assert error.__cause__ is not None
