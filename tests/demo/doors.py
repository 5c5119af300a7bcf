"""What a newcomer opens once the story has been played, as whom; with codes that are good now."""

import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime

import pyotp
from rich.console import Console
from rich.live import Live

from tests.demo.people import everybody
from tests.demo.town import Town

STEP = 30  # seconds for which a code is good
IN_THE_LMS = (("Instructor", "T01"), ("Learner", "L01"), ("Learner, amended", "L29"))
AT_A_DESK = (
    ("Board chair", "c01", "Boards"), ("Registry officer", "r01", "Queue"), ("Auditor", "a01", "Audit"),
    ("IT administrator", "i01", "LMSs"),
)
Passwords = Mapping[str, tuple[str, str]]  # login: password, secret of the second factor


def show(console: Console, town: Town, passwords: Passwords) -> None:
    """Addresses, people and passwords; no line is broken, so that each can be copied."""
    lines = [
        "", "[bold]Everything stays up. Press Ctrl-C to end it.[/]", "",
        f"[bold]The LMS[/]  {town.lms}/signin",
        "Choose a person, then the course IL5101, then “Micro-credential”.", "",
    ]
    people = everybody()
    lines += [f"  {role:18}{people[key].name}  {people[key].student}".rstrip() for role, key in IN_THE_LMS]
    lines += ["", f"[bold]Cairn, for staff[/]  {town.cairn}/staff/", "Sign in with login, password and code.", ""]
    lines += [f"  {role:18}{login}  {passwords[login][0]}  then “{place}”" for role, login, place in AT_A_DESK]
    lines += ["", f"[bold]The record system[/]  {town.records}/", "What it holds. Its registry password: registry", ""]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def stay(console: Console, passwords: Passwords, stopped: threading.Event) -> None:
    """Show the codes that are good now until told to stop; where nothing can be redrawn, say how to get one."""
    if not console.is_terminal:
        for role, login, _ in AT_A_DESK:
            said = f"import pyotp; print(pyotp.TOTP('{passwords[login][1]}').now())"
            console.print(f'  A code for {role.lower()}: {sys.executable} -c "{said}"', highlight=False, soft_wrap=True)
        stopped.wait()
        return
    with Live(console=console, auto_refresh=False) as live:
        while not stopped.is_set():
            now = datetime.now(UTC)
            live.update(codes(passwords, now), refresh=True)
            stopped.wait(STEP - now.timestamp() % STEP)


def codes(passwords: Passwords, now: datetime) -> str:
    """One line: each login with its code, and until when it is good. Each opens once."""
    shown = "   ".join(f"{login} {pyotp.TOTP(passwords[login][1]).at(now)}" for _, login, _ in AT_A_DESK)
    until = datetime.fromtimestamp((now.timestamp() // STEP + 1) * STEP, UTC).astimezone().strftime("%H:%M:%S")
    return f"  Codes until {until}:   {shown}"
