"""A forged LMS: it mints whatever identity token a test wants, and serves key set, tokens, gradebook and roster."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.platform.keys import jwk, part, rsa_key, signature

KID = "platform-key-1"

Answer = tuple[int, Any, dict[str, str]]
Route = Callable[["Call"], Answer]


@dataclass(frozen=True)
class Call:
    """One call that arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class ForgedPlatform:
    """What it answers by path, and what arrived."""

    url: str
    issuer: str = "https://lms.example"
    client_id: str = "client-1"
    deployment_id: str = "1"
    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk(rsa_key(), KID, alg="RS256")])
    routes: dict[str, Route] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    @property
    def auth_url(self) -> str:
        return f"{self.url}/auth"

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/jwks"

    def asked(self, path: str) -> list[Call]:
        """The calls that arrived at one path."""
        return [call for call in self.calls if call.path == path]

    def answer(self, call: Call) -> Answer:
        self.calls.append(call)
        if call.path == "/jwks":
            return 200, {"keys": self.keys}, {}
        route = self.routes.get(f"{call.method} {call.path}") or self.routes.get(call.path)
        return route(call) if route else (404, {"error": "nothing here"}, {})

    def sign(
        self, claims: object, *, key: Any = None, kid: str | None = KID, algorithm: str = "RS256",
        header: dict[str, Any] | None = None,
    ) -> str:
        """A compact token over anything, with any header."""
        header = header if header is not None else {"typ": "JWT", "alg": algorithm, "kid": kid}
        message = f"{part(header)}.{part(claims)}"
        return f"{message}.{signature(message, key or rsa_key(), algorithm)}"

    def grants(self, *scopes: str, seconds: int = 3600) -> None:
        """Give tokens for these scopes, or for whatever is asked."""
        def token(call: Call) -> Answer:
            granted = " ".join(scopes) or call.form["scope"]
            number = len(self.asked("/token"))
            return 200, {"access_token": f"t{number}", "token_type": "Bearer", "expires_in": seconds,
                         "scope": granted}, {"Content-Type": "text/html"}  # as Moodle says

        self.routes["POST /token"] = token


@contextmanager
def running(**fields: Any) -> Iterator[ForgedPlatform]:
    """The platform on a port of its own, until the block ends."""
    platform = ForgedPlatform(url="", **fields)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            status, found, headers = platform.answer(
                Call(self.command, parts.path, query, dict(self.headers.items()), body)
            )
            raw = found if isinstance(found, bytes) else b"" if found is None else json.dumps(found).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = do_DELETE = _serve

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        platform.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield platform
        finally:
            server.shutdown()
            thread.join()


def now() -> int:
    return int(time.time())
