"""Pictures drawn on the server as SVG: no script, they print, and the same numbers stand beside them as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise

WIDTH, HEIGHT, FLOOR = 640, 200, 170  # the drawing's size, and where its bars stand
LEFT, TALLEST = 20, 130

STATES = (  # in the order in which a message lives, with its colour and word
    ("ready", "wait", "waiting"), ("sending", "info", "being sent"), ("sent", "info", "sent, not yet read back"),
    ("confirmed", "good", "confirmed"), ("on_hold", "bad", "on hold for a person"), ("failed", "care", "closed"),
    ("superseded", "wait", "superseded"),
)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: where it stands, how many it counts, and what it is called."""

    x: float
    y: float
    width: float
    height: float
    count: int
    label: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A drawing with its words: ``summary`` says in a sentence what the eye sees."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    summary: str
    line_x: float | None = None
    line_label: str = ""
    ticks: tuple[tuple[float, str], ...] = ()  # where the scale below the bars is marked, and with what


def mark_distribution(marks: Sequence[Decimal], *, maximum: Decimal, pass_mark: Decimal, bins: int = 10) -> Picture:
    """How many learners stand in each tenth of the scale, with the pass mark as a line.

    The last bin takes the maximum. Marks beyond the scale are counted at its ends.
    """
    step = maximum / bins
    edges = [step * number for number in range(bins + 1)]
    counts = [0] * bins
    for mark in marks:
        counts[min(bins - 1, max(0, int(mark // step)))] += 1
    slot = (WIDTH - 2 * LEFT) / bins
    bars = tuple(
        _standing(number * slot + LEFT + 3, slot - 6, count, max(counts, default=0), _between(low, high, maximum),
                  "good" if low >= pass_mark else "wait")
        for number, (count, (low, high)) in enumerate(zip(counts, pairwise(edges), strict=True))
    )
    return Picture(
        width=WIDTH, height=HEIGHT, bars=bars, summary=_said(marks, pass_mark),
        line_x=LEFT + float(pass_mark / maximum) * (WIDTH - 2 * LEFT), line_label=f"pass {_plain(pass_mark)}",
        ticks=tuple((LEFT + number * slot, _plain(edge)) for number, edge in enumerate(edges)),
    )


def delivery(counts: Mapping[str, int]) -> Picture:
    """Where the messages of a destination stand: one bar, a part for each state that occurs."""
    total = sum(counts.values())
    present = [(word, tone, counts[state]) for state, tone, word in STATES if counts.get(state)]
    starts = accumulate((count for _, _, count in present), initial=0)
    scale = (WIDTH - 2 * LEFT) / total if total else 0
    bars = tuple(
        Bar(x=LEFT + start * scale, y=8, width=max(2.0, count * scale), height=28, count=count, label=word, tone=tone)
        for start, (word, tone, count) in zip(starts, present, strict=False)
    )
    said = ", ".join(f"{count} {word}" for word, _, count in present)
    return Picture(width=WIDTH, height=72, bars=bars, summary=f"{total} in all: {said}." if total else "Nothing yet.")


def _standing(x: float, width: float, count: int, most: int, label: str, tone: str) -> Bar:
    height = TALLEST * count / most if most else 0
    return Bar(x=x, y=FLOOR - height, width=width, height=height, count=count, label=label, tone=tone)


def _between(low: Decimal, high: Decimal, maximum: Decimal) -> str:
    return f"{_plain(low)} to {'' if high == maximum else 'below '}{_plain(high)}"  # a border is in one bar only


def _said(marks: Sequence[Decimal], pass_mark: Decimal) -> str:
    if not marks:
        return "No figures yet."
    passed = sum(mark >= pass_mark for mark in marks)
    return (
        f"{len(marks)} with a figure: {passed} at {_plain(pass_mark)} or above, {len(marks) - passed} below; "
        f"lowest {_plain(min(marks))}, highest {_plain(max(marks))}."
    )


def _plain(figure: Decimal) -> str:
    text = format(figure, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
