"""``make demo``: start the town, play the story stop by stop, compare with the ledger, and stay up; ``--once`` ends."""

import argparse
import contextlib
import signal
import sys
import threading
from pathlib import Path

import requests
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.demo import doors, ledger
from tests.demo.browser import Stranded
from tests.demo.people import Classroom, Staff
from tests.demo.player import Player, Stop, StoryError, stops
from tests.demo.setting_up import set_up
from tests.demo.town import CAIRN_PORT, Town, TownError, fresh_folder, require_free

VERBS = {  # what an action is called in the progress line
    "import_extract": "registration extract", "deep_link": "activity added", "launch": "launch",
    "read_roster": "roster",
    "mark_in_lms": "marks in the LMS", "capture": "results read", "upload_csv": "gradebook file", "board": "board",
    "enter_marks": "marksheet", "enter_facts": "hand-in times", "minute": "minute", "deliver": "delivery",
    "reconcile": "reconciliation", "amend": "amendment", "outage": "record system", "stack": "what counts towards",
    "expect_shown": "scores in the LMS",
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play, compare with the ledger, stop")
    parser.add_argument("--folder", type=Path, default=Path("var/demo"), help="where everything of the demo is kept")
    parser.add_argument("--ports-from", type=int, default=CAIRN_PORT, help="first of four ports")
    asked = parser.parse_args(arguments)
    console, folder = Console(), asked.folder.resolve()
    ports = range(asked.ports_from, asked.ports_from + 4)
    town = Town(folder, *ports)
    staff, classroom = Staff(town), Classroom(town)
    try:
        require_free(ports)
        fresh_folder(folder)
        play(console, town, staff, classroom)
        return finish(console, town, staff, is_once=asked.once)
    except KeyboardInterrupt:
        return 130
    except (TownError, StoryError, Stranded, requests.RequestException) as error:
        console.print(f"[bold red]The story stopped:[/] {error}", highlight=False)
        console.print(f"The logs are in {folder}.", highlight=False)
        return 1
    finally:
        staff.close()
        classroom.close()
        town.stop()


def play(console: Console, town: Town, staff: Staff, classroom: Classroom) -> None:
    """All stops, with a progress display."""
    told = list(stops())
    town.set_clock(told[0].clock)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn(),
        console=console, transient=False,
    ) as progress:
        task = progress.add_task("Starting Cairn, an LMS and a record system", total=1)
        set_up(town, staff)
        progress.advance(task)
        player = Player(town, staff, classroom)
        for stop in told:
            play_stop(progress, player, town, stop)


def play_stop(progress: Progress, player: Player, town: Town, stop: Stop) -> None:
    heading = f"[bold]{stop.number}. {stop.title}[/]  [dim]{stop.clock[:10]}[/]"
    progress.console.print(f"\n{heading}\n{stop.text}", highlight=False)
    task = progress.add_task(f"Stop {stop.number}", total=len(stop.actions))
    town.set_clock(stop.clock)
    player.stop = stop.number
    for verb, asked in stop.actions:
        progress.update(task, description=f"Stop {stop.number}: {VERBS.get(verb, verb.replace('_', ' '))}")
        try:
            player.act(verb, asked)
        except (StoryError, Stranded) as error:
            raise StoryError(f"stop {stop.number}, {verb}: {error}") from error
        progress.advance(task)
    progress.update(task, description=f"Stop {stop.number}")


def finish(console: Console, town: Town, staff: Staff, *, is_once: bool) -> int:
    """Compare, and either end with the verdict or stay up and say what to open."""
    found = ledger.compare(town)
    console.print(f"\n[bold]The ledger:[/] {found.summary}", highlight=False)
    for line in found.problems:
        console.print(f"  [red]{line}[/]", highlight=False)
    if is_once:
        return 0 if found.agrees else 1
    doors.show(console, town, staff.passwords)
    with contextlib.suppress(KeyboardInterrupt):  # how it is meant to end
        doors.stay(console, staff.passwords, threading.Event())
    return 0


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal too must leave no server behind
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
