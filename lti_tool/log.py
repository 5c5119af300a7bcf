"""Logging with ids (request, launch, message, attempt) and without people, marks or tokens."""

import logging
import re
import secrets
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType

from flask import g, has_request_context, request

Ids = tuple[tuple[str, str], ...]
_ids: ContextVar[Ids] = ContextVar("ids", default=())

# A last net under the rule that nothing personal is logged: tokens, e-mail addresses and query strings are cut out.
NETS = (
    (re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"(?i)bearer\s+\S+"), "Bearer [token]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[address]"),
    (re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+"), r"\1?[query]"),
)
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Every line that is logged inside this block names these ids."""
    token = _ids.set((*_ids.get(), *((name, str(value)) for name, value in ids.items())))
    try:
        yield
    finally:
        _ids.reset(token)


def request_id() -> str:
    """What joins the lines of one request, and the page that quotes it; made when first asked for."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(4)
    return str(g.request_id)


def _of_the_request() -> Ids:
    """Looked up when a line is written, so that a request that logs nothing pays nothing."""
    if not has_request_context():
        return ()
    launch = (request.view_args or {}).get("launch_key", "")
    return (("request", request_id()), *((("launch", launch),) if launch else ()))


class Redacting(logging.Formatter):
    """Adds the ids of the moment and cuts out what must not be logged."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for pattern, replacement in NETS:
            text = pattern.sub(replacement, text)
        return text

    def formatMessage(self, record: logging.LogRecord) -> str:
        """One line, whatever an address may hold: nobody writes lines of their own into our log."""
        ids = "".join(f" {name}={value}" for name, value in (*_of_the_request(), *_ids.get()))
        return CONTROL.sub("?", super().formatMessage(record) + ids)

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Where it happened and of which kind, not what it says: the words of an error may be a name or a mark."""
        error, told = ei[1], []
        while error is not None:
            told.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nafter\n".join(told)


def set_up(level: str = "INFO") -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("werkzeug").setLevel("WARNING")  # its access lines hold query strings
    for noisy in ("urllib3", "alembic", "paramiko"):
        logging.getLogger(noisy).setLevel("WARNING")
