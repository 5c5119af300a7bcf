"""Logging with ids (request, launch, message, attempt) and without people, marks or tokens."""

import logging
import re
import traceback
from contextvars import ContextVar
from types import TracebackType

context_ids: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("context_ids", default=())

# A last net under the rule that nothing personal is logged: tokens, e-mail addresses and query strings are cut out.
NETS = (
    (re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"(?i)bearer\s+\S+"), "Bearer [token]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[address]"),
    (re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+"), r"\1?[query]"),
)


class Redacting(logging.Formatter):
    """Adds the ids of the moment and cuts out what must not be logged."""

    def format(self, record: logging.LogRecord) -> str:
        ids = " ".join(f"{name}={value}" for name, value in context_ids.get())
        text = super().format(record)
        for pattern, replacement in NETS:
            text = pattern.sub(replacement, text)
        return f"{text} {ids}".rstrip()

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
