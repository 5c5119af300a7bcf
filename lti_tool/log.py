"""Logging with ids (request, launch, message, attempt) and without people, marks or tokens."""

import logging
import re
from contextvars import ContextVar

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


def set_up(level: str = "INFO") -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("werkzeug").setLevel("WARNING")  # its access lines hold query strings
    for noisy in ("urllib3", "alembic", "paramiko"):
        logging.getLogger(noisy).setLevel("WARNING")
