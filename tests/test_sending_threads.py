"""Threads that send."""

from threading import Event

from lti_tool.sending_threads import SendingThreads


def test_results_come_as_jobs_are_done() -> None:
    threads: SendingThreads[int] = SendingThreads(2, "test")
    for number in range(5):
        threads.hand_over(lambda number=number: number * 2)  # type: ignore[misc]
    found: list[int] = []
    while len(found) < 5:
        found += threads.results(5)
    threads.close()
    assert sorted(found) == [0, 2, 4, 6, 8]


def test_whoever_waits_can_be_nudged() -> None:
    threads: SendingThreads[int] = SendingThreads(1, "test")
    threads.nudge()
    assert threads.results(60) == [], "it did not wait a minute"
    threads.close()


def test_what_nobody_has_begun_can_be_taken_back() -> None:
    threads: SendingThreads[int] = SendingThreads(1, "test")
    begun, go_on = Event(), Event()

    def slow() -> int:
        begun.set()
        go_on.wait()
        return 1

    threads.hand_over(slow)
    begun.wait()
    threads.hand_over(lambda: 2)
    assert threads.waiting == 1
    assert [job() for job in threads.take_back()] == [2]
    go_on.set()
    threads.close()
    assert threads.results(0) == [1], "what was begun is finished"
