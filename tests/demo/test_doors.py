"""The doors: every line whole, and a code that the desk takes."""

import io
import threading
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from rich.console import Console

from tests.demo import doors
from tests.demo.town import Town

PASSWORDS = {login: (f"stone-{login}", pyotp.random_base32()) for _, login, _ in doors.AT_A_DESK}
NOW = datetime(2026, 6, 1, 9, 0, 14, tzinfo=UTC)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def console(*, is_terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), width=60, force_terminal=is_terminal, color_system=None)


@pytest.mark.parametrize("whole", [
    pytest.param("The LMS  http://127.0.0.1:8401/signin", id="where the LMS is"),
    pytest.param("  Learner           Isla Abernethy  20260101", id="which of two with one name"),
    pytest.param("  Registry officer  r01  stone-r01  then “Queue”", id="who, with what, and then where"),
    pytest.param("The record system  http://127.0.0.1:8402/", id="where the record system is"),
])
def test_each_line_says_all_and_is_not_broken(tmp_path: Path, whole: str):
    narrow = console()
    doors.show(narrow, Town(tmp_path), PASSWORDS)
    assert whole in said(narrow)


def test_codes_are_those_of_the_moment():
    _, secret = PASSWORDS["c01"]
    assert f"c01 {pyotp.TOTP(secret).at(NOW)}" in doors.codes(PASSWORDS, NOW)
    assert ":30:" in doors.codes(PASSWORDS, NOW), "good until the half minute"


def test_in_a_file_a_command_gives_the_code():
    plain, stopped = console(), threading.Event()
    stopped.set()
    doors.stay(plain, PASSWORDS, stopped)
    _, secret = PASSWORDS["r01"]
    assert f"pyotp.TOTP('{secret}').now())\"\n" in said(plain), "one line, whole"


def test_at_a_terminal_it_goes_on_until_stopped():
    screen, stopped = console(is_terminal=True), threading.Event()
    showing = threading.Thread(target=doors.stay, args=(screen, PASSWORDS, stopped))
    showing.start()
    stopped.set()
    showing.join(5)
    assert not showing.is_alive()
