"""A folder in which Cairn is set up, and the command line in it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from lti_tool import schema
from lti_tool.cli import main
from lti_tool.db import Sessions
from lti_tool.models.institution import Institution
from tests import factories
from tests.conftest import KEY


@dataclass
class Cairn:
    """``cairn …`` as an administrator types it in one folder."""

    folder: Path

    def __call__(self, *words: str, code: int = 0, given: str = "") -> str:
        """All that it prints; it must end with this exit code and never with a stack trace."""
        done = self.result(*words, given=given)
        assert done.exit_code == code, done.output
        return done.output

    def result(self, *words: str, given: str = "") -> Result:
        done = CliRunner().invoke(main, words, input=given)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, where the command line is now."""
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)
    for name in ("CAIRN_SETTINGS", "CAIRN_DATABASE_URL", "CAIRN_PUBLIC_URL", "CAIRN_SECRET_KEYS"):
        monkeypatch.delenv(name, raising=False)
    return place


@pytest.fixture
def bare(folder: Path) -> Iterator[Cairn]:
    """The command line in a folder where Cairn is not set up."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield Cairn(folder)
    root.handlers[:], root.level = before, level  # every command sets up the log of its process


@pytest.fixture
def unmigrated(bare: Cairn) -> Cairn:
    """Settings, and a database without tables."""
    settings(bare.folder, f"sqlite:///{bare.folder}/empty.db")
    return bare


@pytest.fixture
def empty(bare: Cairn, database_url: str, engine: Engine) -> Iterator[Cairn]:
    """Settings, and a database at the newest version in which there is nothing yet."""
    settings(bare.folder, database_url)
    with engine.begin() as connection:
        MigrationContext.configure(connection).stamp(ScriptDirectory(str(schema.shipped("migrations"))), "head")
    yield bare
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))


@pytest.fixture
def cairn(empty: Cairn, sessions: Sessions) -> Cairn:
    """Set up, with one institution: Inverlea."""
    with sessions.begin() as session:
        factories.institution(session)
    return empty


@pytest.fixture
def inverlea(cairn: Cairn, sessions: Sessions) -> Institution:
    with sessions() as session:
        return session.query(Institution).one()


def settings(folder: Path, url: str) -> None:
    lines = [f"CAIRN_DATABASE_URL={url}", f"CAIRN_SECRET_KEYS={KEY.hex()}", "CAIRN_PUBLIC_URL=https://cairn.example"]
    (folder / "cairn.env").write_text("\n".join(lines) + "\n", encoding="utf-8")
