"""A few dozen threads that do what they are handed and say what came of it; nothing more is needed of a pool."""

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")
Job = Callable[[], T]


class SendingThreads(Generic[T]):
    """Jobs go in, results come out, in whatever order they are done. A job never raises."""

    def __init__(self, count: int, name: str) -> None:
        self.count = count
        self._jobs: SimpleQueue[Job[T] | None] = SimpleQueue()
        self._results: SimpleQueue[T | None] = SimpleQueue()
        self._threads = [Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(count)]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Jobs that no thread has begun yet."""
        return self._jobs.qsize()

    def hand_over(self, job: Job[T]) -> None:
        self._jobs.put(job)

    def nudge(self) -> None:
        """Let whoever waits for results look around."""
        self._results.put(None)

    def results(self, patience: float) -> list[T]:
        """What is done by now; waits for the first at most ``patience`` seconds, or until nudged."""
        found: list[T | None] = []
        with suppress(Empty):
            found.append(self._results.get(timeout=patience))
            while True:
                found.append(self._results.get_nowait())
        return [result for result in found if result is not None]

    def take_back(self) -> list[Job[T]]:
        """The jobs that nobody has begun."""
        jobs: list[Job[T] | None] = []
        with suppress(Empty):
            while True:
                jobs.append(self._jobs.get_nowait())
        return [job for job in jobs if job is not None]

    def close(self) -> None:
        """Let every thread finish what it has begun, and end."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._results.put(job())
