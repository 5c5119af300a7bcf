"""Long lists in batches: a statement takes some thousand values at most."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

AT_ONCE = 500
T = TypeVar("T")


def in_batches(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """Some hundred at a time."""
    for start in range(0, len(things), AT_ONCE):
        yield things[start:start + AT_ONCE]
