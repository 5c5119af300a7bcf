"""The log as an operator has it, at its most talkative."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from lti_tool import log


@contextmanager
def as_written() -> Iterator[StringIO]:
    """All that Cairn's own handler writes inside this block."""
    root, written = logging.getLogger(), StringIO()
    before, level = root.handlers[:], root.level
    try:
        log.set_up("DEBUG")
        handler = root.handlers[0]
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(written)
        yield written
    finally:
        root.handlers[:] = before
        root.setLevel(level)
