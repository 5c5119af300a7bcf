"""Values that dozens of threads need and one of them fetches."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[V]):
    value: V
    ends: float


class Cache(Generic[K, V]):
    """Keeps each value for ``seconds``; one thread loads it while the others wait, and a failure is theirs too.

    Without that last rule, thirty threads that find a dead system would wait out its timeout one after the other.
    """

    def __init__(self, seconds: Callable[[V], float], clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[K, _Kept[V]] = {}
        self._loading: dict[K, Future[V]] = {}

    def get(self, key: K, load: Callable[[], V]) -> V:
        """The value, loaded if there is none or its time is over."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and self._clock() < kept.ends:
                return kept.value
            flight = self._loading.get(key)
            is_mine = flight is None
            if flight is None:
                flight = self._loading[key] = Future()
        if is_mine:
            self._load(key, load, flight)
        return flight.result()

    def drop(self, key: K, value: V) -> None:
        """Forget this very value: a newer one, which another thread fetched meanwhile, stays."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.value is value:
                del self._kept[key]

    def _load(self, key: K, load: Callable[[], V], flight: "Future[V]") -> None:
        started = self._clock()
        try:
            value = load()
        except BaseException as error:
            with self._lock:
                del self._loading[key]
            flight.set_exception(error)
        else:
            with self._lock:
                self._kept[key] = _Kept(value, started + self._seconds(value))
                del self._loading[key]
            flight.set_result(value)
