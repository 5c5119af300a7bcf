"""The populated university as a fixture, for the tests of the web and of the browser.

It takes seconds to come about, so on SQLite it is made once per process and copied as a file.
"""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lti_tool.db import Sessions, make_engine, make_sessions
from lti_tool.seal import Sealer

if TYPE_CHECKING:
    from tests.web.university import Desks


@pytest.fixture(scope="session")
def populated(template: str, sealer: Sealer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, "Desks"] | None:
    """A file with everything in it, and what is in it; None on a database server."""
    if "://" in template:
        return None
    from tests.web.university import populate

    path = tmp_path_factory.mktemp("populated") / "cairn.db"
    shutil.copy(template, path)
    engine = make_engine(f"sqlite:///{path}")
    made = populate(make_sessions(engine, sealer), datetime(2026, 6, 1, 9, 0, tzinfo=UTC))
    engine.dispose()  # the last connection to close puts the write-ahead log back into the file
    return path, made


@pytest.fixture
def desks(populated: tuple[Path, "Desks"] | None, database_url: str, sessions: Sessions, now: datetime) -> "Desks":
    """A fresh copy of the populated university. Ask for it before anything reads the database."""
    if populated is None:
        from tests.web.university import populate

        return populate(sessions, now)
    path, made = populated
    shutil.copy(path, database_url.removeprefix("sqlite:///"))
    return replace(made, sessions=sessions)
