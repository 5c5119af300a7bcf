"""Trouble on demand: what a test or the story switches on by POST /_control."""

import socket
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from flask import Response, request

from tests.demo.record_system.answers import refusal

KNOWN = frozenset({"down", "status", "count", "retry_after", "cut_after_write", "reject", "latency", "reset"})


@dataclass
class Faults:
    """The switches; all off at first."""

    down: bool = False  # everything but this control answers 503, and SFTP refuses to log in
    status: int = 0  # the next `count` calls are answered so, without being looked at
    count: int = 0
    retry_after: int = 0
    cut_after_write: int = 0  # the next n writes are kept, and then the connection is cut instead of an answer
    reject: dict[str, str] = field(default_factory=dict)  # student number → our words
    latency: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def change(self, wanted: dict[str, Any]) -> str:
        """Turn switches; the answer is empty, or names what is not one."""
        unknown = set(wanted) - KNOWN
        if unknown:
            return f"there is no switch {', '.join(sorted(unknown))}: use {', '.join(sorted(KNOWN))}"
        with self.lock:
            if wanted.pop("reset", False):
                self.down, self.status, self.count, self.retry_after = False, 0, 0, 0
                self.cut_after_write, self.reject, self.latency = 0, {}, 0.0
            if "status" in wanted:
                self.count = 1
            for name, value in wanted.items():
                setattr(self, name, value)
        return ""

    def show(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in sorted(KNOWN - {"reset"})}

    def before(self) -> Response | None:
        """Called before each API call: wait, be down, or answer the ordered status."""
        if self.latency:
            time.sleep(self.latency)
        with self.lock:
            if self.down:
                return refusal(503, "server_busy", "the record system is down for maintenance")
            if not self.count:
                return None
            self.count -= 1
            answer = refusal(self.status, "server_busy", "a fault was ordered")
            if self.retry_after:
                answer.headers["Retry-After"] = str(self.retry_after)
            return answer

    def after_write(self) -> None:
        """Called when a write is kept: drop the line instead of answering, if so ordered."""
        line: socket.socket | None = request.environ.get("werkzeug.socket")
        if self.takes_cut() and line is not None:
            line.shutdown(socket.SHUT_RDWR)

    def takes_cut(self) -> bool:
        """Whether this write is one of those whose answer is to be lost."""
        with self.lock:
            is_due = self.cut_after_write > 0
            self.cut_after_write -= is_due
        return is_due
