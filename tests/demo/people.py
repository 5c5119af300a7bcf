"""The people of the story at their browsers: staff sign in with password and code, LMS users launch."""

import csv
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp

from tests.demo.browser import Browser, Page
from tests.demo.town import STORY, Town


@dataclass(frozen=True)
class Somebody:
    """One row of people.csv, as far as the player needs it."""

    key: str
    kind: str
    name: str
    student: str
    registration: str
    email: str
    lms_user: str
    roles: tuple[str, ...]


def everybody(folder: Path = STORY) -> dict[str, Somebody]:
    rows = read_rows(folder / "people.csv")
    return {
        row["key"]: Somebody(
            row["key"], row["kind"], row["preferred_name"] or row["lms_name"], row["student"], row["registration"],
            row["email"], row["lms_user"], tuple(row["cairn_roles"].split()),
        )
        for row in rows
    }


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Staff:
    """Desks: each member of staff signs in once and stays signed in."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._desks: dict[str, Browser] = {}
        self.passwords: dict[str, tuple[str, str]] = {}  # login: password, secret of the second factor

    def close(self) -> None:
        for browser in self._desks.values():
            browser.close()

    def invite(self, somebody: Somebody) -> None:
        """An account by the command line, and its invitation accepted in the browser."""
        roles = [word for role in somebody.roles for word in ("--role", role)]
        told = self._town.command("staff", "add", somebody.key.lower(), "--name", somebody.name, *roles)
        self.accept(somebody.key.lower(), told.strip().splitlines()[-1])

    def accept(self, login: str, link: str) -> None:
        browser = Browser()
        page = browser.get(link)
        secret = page.text.split("Key: ", 1)[1].split()[0]
        password = "-".join(secrets.token_hex(3) for _ in range(3))
        now = datetime.now(UTC)
        page = browser.submit(
            page, page.form(field="password"), password=password, again=password, code=pyotp.TOTP(secret).at(now)
        )
        # Codes open once: the next step's is taken already, as a phone slightly ahead would show it.
        code = pyotp.TOTP(secret).at(now + timedelta(seconds=30))
        browser.submit(page, page.form(field="login"), login=login, password=password, code=code)
        self.passwords[login] = (password, secret)
        self._desks[login] = browser

    def at(self, key: str) -> Browser:
        return self._desks[key.lower()]

    def page(self, key: str, path: str) -> Page:
        return self.at(key).get(f"{self._town.cairn}/staff{path}")


class Classroom:
    """Launches, as the LMS's people make them: a fresh browser for each person, kept for its cookies."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._browsers: dict[str, Browser] = {}

    def close(self) -> None:
        for browser in self._browsers.values():
            browser.close()

    def browser(self, somebody: Somebody) -> Browser:
        return self._browsers.setdefault(somebody.key, Browser())

    def launch(self, somebody: Somebody, link: str) -> Page:
        """Open one activity: through the LMS's form to our login, and back with the token."""
        return self._land(somebody, f"{self._town.lms}/launch/{link}?user={somebody.lms_user}")

    def choose(self, somebody: Somebody, course: str) -> Page:
        """Begin deep linking in a course."""
        return self._land(somebody, f"{self._town.lms}/courses/{course}/add/launch?user={somebody.lms_user}")

    def _land(self, somebody: Somebody, url: str) -> Page:
        browser = self.browser(somebody)
        page = browser.get(url)
        return browser.submit(page, page.form(field="id_token"))
