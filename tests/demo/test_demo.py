"""The whole story on ports of its own; then sabotage, which the ledger must not let pass."""

import contextlib
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from rich.console import Console

from tests.demo import __main__ as demo
from tests.demo import ledger
from tests.demo.people import Classroom, Staff
from tests.demo.town import Town, TownError, fresh_folder, require_free


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Staff]]:
    """The town after its last stop."""
    town = Town(tmp_path_factory.mktemp("town"), *free_ports(4))
    staff, classroom = Staff(town), Classroom(town)
    try:
        demo.play(Console(quiet=True), town, staff, classroom)
        yield town, staff
    finally:
        staff.close()
        classroom.close()
        town.stop()


def verdict(town: Town, staff: Staff) -> int:
    return demo.finish(Console(quiet=True), town, staff, is_once=True)


def change(town: Town, student: str, mark: str) -> None:
    answer = requests.post(
        town.records + "/registry/change", headers={"Accept": "application/json"}, timeout=10,
        json={"password": "registry", "run": "IL5101", "students": [student], "mark": mark},
    )
    answer.raise_for_status()


def test_the_record_system_holds_what_was_worked_out_by_hand(played):
    town, staff = played
    found = ledger.compare(town)
    assert found.problems == ()
    assert found.equal == found.expected == 68
    assert verdict(town, staff) == 0


def test_a_wrong_mark_in_the_record_system_fails_the_run(played):
    town, staff = played
    change(town, "20260101", "63")
    try:
        assert verdict(town, staff) == 1
        assert ledger.compare(town).problems == ("IL5101 20260101 1: mark 62, there it is 63.",)
    finally:
        change(town, "20260101", "62")
    assert verdict(town, staff) == 0


def test_a_lost_result_fails_the_run(played, monkeypatch):
    """As if one had never arrived: the record system no longer tells of it."""
    town, staff = played
    everything = ledger.in_gradebook(town)
    everything.pop(("IL5101", "20260101", "1"))
    monkeypatch.setattr(ledger, "in_gradebook", lambda _: everything)
    assert verdict(town, staff) == 1
    assert ledger.compare(town).problems == ("IL5101 20260101 1: the record system does not hold it.",)


def test_a_result_that_nobody_should_have_fails_the_run(played, monkeypatch):
    """A degree student's mark on the record."""
    town, staff = played
    everything = ledger.in_gradebook(town)
    everything["IL5101", "20230201", "1"] = everything["IL5101", "20260101", "1"]
    monkeypatch.setattr(ledger, "in_gradebook", lambda _: everything)
    assert verdict(town, staff) == 1
    assert "must not be there" in ledger.compare(town).problems[0]


def test_something_final_before_anybody_ratified_stops_the_story(played):
    """The check of stops 2 and 3, on a town where results are final by now."""
    town, staff = played
    player = demo.Player(town, staff, Classroom(town))
    with pytest.raises(demo.StoryError, match="final or agreed before anybody ratified"):
        player.do_expect_nothing_final({})


def test_a_figure_typed_over_in_the_lms_stops_the_story(played, monkeypatch):
    """The check of stop 8, once a teacher has given another figure."""
    town, staff = played
    player = demo.Player(town, staff, Classroom(town))
    player.stop = 8
    player.do_expect_shown({"mc": "IL5104", "by": "T04"})
    teacher, learner = player.people["T04"], player.people["L01"]
    state = requests.get(town.lms + "/_admin/state", timeout=10).json()
    column = next(one["id"] for one in state["columns"] if one["item"]["label"].endswith(": overall"))
    player.classroom.browser(teacher).post(
        f"{town.lms}/courses/IL5104/gradebook?user={teacher.lms_user}", {f"mark:{column}:{learner.lms_user}": "99"}
    )
    monkeypatch.setattr("tests.demo.player.PATIENCE", 2.0)
    with pytest.raises(demo.StoryError, match="the gradebook of IL5104 does not show"):
        player.do_expect_shown({"mc": "IL5104", "by": "T04"})


def test_a_taken_port_is_named(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(TownError, match=f"Port {taken.getsockname()[1]} is in use"):
            require_free([taken.getsockname()[1]])


def test_only_an_earlier_demo_is_cleared_away(tmp_path: Path):
    (tmp_path / "thesis.odt").touch()
    with pytest.raises(TownError, match="not empty, and not of an earlier demo"):
        fresh_folder(tmp_path)
    (tmp_path / "clock").touch()
    fresh_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_cairn_itself_finds_its_audit_chain_whole_afterwards(played):
    town, _ = played
    assert "The chain is whole." in town.command("audit", "verify")


def test_a_neighbour_that_hangs_up_ends_the_story_with_a_sentence(tmp_path: Path, monkeypatch, capsys):
    def hung_up(*_: object) -> None:
        raise requests.ConnectionError("the line went dead")

    monkeypatch.setattr(demo, "play", hung_up)
    monkeypatch.setattr(demo, "require_free", lambda _: None)
    assert demo.main(["--once", "--folder", str(tmp_path / "town")]) == 1
    assert "The story stopped: the line went dead" in capsys.readouterr().out


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP], ids=["told to stop", "terminal closed"])
def test_however_it_ends_no_server_is_left_behind(tmp_path: Path, ending: signal.Signals):
    first = next(port for port in range(20_000, 30_000, 4) if all_free(port))
    command = [sys.executable, "-m", "tests.demo", "--folder", str(tmp_path / "town"), "--ports-from", str(first)]
    demo_itself = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    town = Town(tmp_path / "town", *range(first, first + 4))
    try:
        wait_for(town.lms + "/_admin/registration")
    finally:
        demo_itself.send_signal(ending)
    assert demo_itself.wait(30) == 130
    require_free(range(first, first + 4))


def all_free(first: int) -> bool:
    try:
        require_free(range(first, first + 4))
    except TownError:
        return False
    return True


def wait_for(url: str) -> None:
    for _ in range(600):
        with contextlib.suppress(requests.ConnectionError):
            requests.get(url, timeout=5)
            return
        threading.Event().wait(0.1)
    raise AssertionError(f"{url} does not answer")
