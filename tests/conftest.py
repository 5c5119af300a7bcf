"""Databases for the tests: SQLite by default, PostgreSQL where CAIRN_TEST_DATABASE_URL names a server to use.

Every test gets an empty database at the newest schema: a copy of a template file on SQLite, emptied tables on
PostgreSQL.
"""

import gc
import logging
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

import lti_tool.models  # noqa: F401  (makes every table known)
from lti_tool.db import Base, Sessions, make_engine, make_sessions
from lti_tool.seal import Sealer

pytest_plugins = ("tests.populated",)

KEY = bytes(range(32))
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def log_level() -> Iterator[None]:
    """A command under test sets the level of the whole process; the next test finds it as it was."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: no later collection of garbage need walk through it."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def now() -> datetime:
    """Monday morning in the story's June."""
    return NOW


@pytest.fixture(scope="session")
def sealer() -> Sealer:
    return Sealer([KEY])


@pytest.fixture(scope="session", autouse=True)
def postgresql() -> str:
    """Where PostgreSQL is; taken out of the environment, since it is no setting that Cairn knows."""
    return os.environ.pop("CAIRN_TEST_DATABASE_URL", "")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, worker_id: str, postgresql: str) -> str:
    """A prepared database: the path of a SQLite file, or the URL of a PostgreSQL database of this test worker."""
    if not postgresql:
        path = tmp_path_factory.mktemp("database") / "template.db"
        _create(f"sqlite:///{path}")
        return str(path)
    name = f"cairn_test_{worker_id}"
    admin = make_engine(postgresql, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    url = postgresql.rsplit("/", 1)[0] + "/" + name
    _create(url)
    return url


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The name of this process among several that test at once."""
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@pytest.fixture
def database_url(template: str, tmp_path: Path) -> str:
    """The URL of an empty database at the newest schema."""
    if "://" in template:
        _empty(template)
        return template
    path = tmp_path / "cairn.db"
    shutil.copy(template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine, sealer: Sealer) -> Sessions:
    return make_sessions(engine, sealer)


@pytest.fixture
def session(sessions: Sessions) -> Iterator[Session]:
    """A session in an open transaction, rolled back at the end."""
    with sessions() as session:
        yield session
        session.rollback()


def _create(url: str) -> None:
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()  # the last connection to close puts the write-ahead log back into the file


def _empty(url: str) -> None:
    """Delete what a test left, and count from 1 again. Most tables are empty; truncating each would take long."""
    tables = [f'"{table.name}"' for table in Base.metadata.sorted_tables]
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # in any order
        connection.exec_driver_sql("; ".join(f"DELETE FROM {table}" for table in tables))
        connection.execute(text("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"))
    engine.dispose()
