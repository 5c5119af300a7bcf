"""Two clocks: the machine's for tokens, leases and scores, and the business clock, which a demonstration may move."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Clock = Callable[[], datetime]


def utcnow() -> datetime:
    """The machine's time. Tokens, leases and score timestamps always use this one."""
    return datetime.now(UTC)


def business_clock(demo_file: str = "") -> Clock:
    """The clock of boards, deadlines and awards; with a demo file, the instant written in it (ISO 8601 with zone)."""
    if not demo_file:
        return utcnow
    path = Path(demo_file)

    def now() -> datetime:
        try:
            text = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return utcnow()
        shown = datetime.fromisoformat(text)
        if shown.tzinfo is None:
            raise ValueError(f"{path} shows an instant without its zone.")
        return shown.astimezone(UTC)

    return now
