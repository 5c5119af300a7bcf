"""A real HTTP server on loopback, with the faults that real networks have."""

import json
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: Any = None  # bytes as they are, None for nothing, anything else as JSON
    headers: Mapping[str, str] = field(default_factory=dict)


Respond = Callable[[Request], Reply]
CUT, DROP, HANG, DRIP = "cut", "drop", "hang", "drip"  # after the effect, before it, never an answer, never its end


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128  # a full queue would cost a caller a second


class WireServer:
    """Answers by ``respond``; ``fault`` may name a fault, or give another reply, for a request."""

    def __init__(self, respond: Respond, tls: ssl.SSLContext | None = None) -> None:
        self.respond = respond
        self.fault: Callable[[Request], str | Reply | None] = lambda request: None
        self.requests: list[Request] = []
        self.released = Event()
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()

    def recover(self) -> None:
        self.fault = lambda request: None
        self.released.set()

    def count(self, method: str, path: str = "") -> int:
        return sum(seen.method == method and path in seen.path for seen in self.requests)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                with wire._lock:
                    wire._open.add(self.connection)

            def finish(self) -> None:
                with wire._lock:
                    wire._open.discard(self.connection)
                super().finish()

            def log_message(self, *_: object) -> None:
                """Nothing: the test keeps the requests."""

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return self.any_method
                raise AttributeError(name)

            def any_method(self) -> None:
                address = urlsplit(self.path)
                request = Request(
                    self.command, address.path, dict(parse_qsl(address.query)), dict(self.headers.items()),
                    self.rfile.read(int(self.headers.get("Content-Length", 0))),
                )
                with wire._lock:
                    wire.requests.append(request)
                self.obey(request, wire.fault(request))

            def obey(self, request: Request, fault: str | Reply | None) -> None:
                if isinstance(fault, Reply):
                    self.send(fault)
                    return
                if fault == DRIP:
                    self.drip()
                    return
                if fault == HANG:
                    wire.released.wait()
                reply = wire.respond(request) if fault in (None, CUT) else Reply()
                if fault is None:
                    self.send(reply)
                else:
                    self.close_connection = True

            def drip(self) -> None:
                """One byte after the other, as long as somebody reads."""
                self.send_response_only(200)
                self.send_header("Content-Length", "1000000")
                self.end_headers()
                self.close_connection = True
                with suppress(OSError):
                    while not wire.released.wait(0.02):
                        self.wfile.write(b" ")

            def send(self, reply: Reply) -> None:
                body = reply.body if isinstance(reply.body, bytes) else b""
                if reply.body is not None and not isinstance(reply.body, bytes):
                    body = json.dumps(reply.body).encode()
                self.send_response_only(reply.status)
                usual = {"Content-Type": "application/json", "Date": self.date_time_string()}
                for name, value in {**usual, **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

        return Handler
