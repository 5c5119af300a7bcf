"""One thread fetches, the others wait, and all share what came of it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from connectors.cache import Cache


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_value_is_kept_for_its_time() -> None:
    clock = Clock()
    cache: Cache[str, list[int]] = Cache(lambda value: 10, clock)
    first = cache.get("a", lambda: [1])
    clock.now = 9.9
    assert cache.get("a", lambda: [2]) is first
    clock.now = 10
    assert cache.get("a", lambda: [3]) == [3]


def test_a_value_may_say_how_long_it_lasts() -> None:
    clock = Clock()
    cache: Cache[str, int] = Cache(float, clock)
    cache.get("a", lambda: 5)
    clock.now = 4
    assert cache.get("a", lambda: 99) == 5


def test_only_the_value_that_was_seen_is_dropped() -> None:
    cache: Cache[str, list[int]] = Cache(lambda value: 10)
    old = cache.get("a", lambda: [1])
    cache.drop("a", old)
    new = cache.get("a", lambda: [2])
    cache.drop("a", old)
    assert cache.get("a", lambda: [3]) is new


def test_many_threads_load_once() -> None:
    loads: list[int] = []
    together = Barrier(8)
    cache: Cache[str, int] = Cache(lambda value: 10)

    def load() -> int:
        loads.append(1)
        return 7

    def ask(_: int) -> int:
        together.wait()
        return cache.get("a", load)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [7] * 8
    assert len(loads) == 1


class Asked(str):
    """A key that tells when it is asked for, which is while the cache is locked."""

    event: Event

    def __hash__(self) -> int:
        self.event.set()
        return super().__hash__()


def test_a_failure_is_shared_by_those_who_waited_and_not_kept() -> None:
    started, asked = Event(), Event()
    key = Asked("a")
    key.event = asked
    cache: Cache[str, int] = Cache(lambda value: 10)

    def load() -> int:
        started.set()
        asked.wait(5)
        raise LookupError("down")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.get, "a", load)
        started.wait(5)
        second = threads.submit(cache.get, key, lambda: 5)
        for waiting in (first, second):
            with pytest.raises(LookupError):
                waiting.result()
    assert cache.get("a", lambda: 8) == 8
