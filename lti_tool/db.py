"""Engine, sessions, base class and column types; the only module that knows the difference between the databases."""

import math
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, String, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from lti_tool.seal import Sealer

Sessions = sessionmaker[Session]

RESTED_SECONDS = 1.0

_only_reads: ContextVar[bool] = ContextVar("only_reads", default=False)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant; aware going in, aware and in UTC coming out, on SQLite too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DecimalText(TypeDecorator[Decimal]):
    """A mark or a credit, kept as the decimal text it came as: no binary float ever touches it."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise ValueError("marks and credits are finite decimals.")
        return format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


def new_key() -> str:
    """A random key for URLs: 96 bits, never a row number, and fit to be typed after a command."""
    key = secrets.token_urlsafe(12)
    return key if key[0] != "-" else new_key()  # a command would take it for an option


def make_engine(url: str, **options: Any) -> Engine:
    """An engine whose transactions behave alike on SQLite and PostgreSQL."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    options.setdefault("hide_parameters", True)  # an error's text must not quote names and marks
    if url.startswith("sqlite"):
        options.setdefault("connect_args", {"timeout": 30, "check_same_thread": False})
    engine = create_engine(url, **options)
    _try_the_rested(engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        # in the dialect, not as an event of the engine, whose presence alone makes every statement a tenth dearer
        engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign, assignment]
    return engine


def make_sessions(engine: Engine, sealer: Sealer) -> Sessions:
    """The session factory of web, worker and command line. ``session.info["sealer"]`` opens what is sealed."""
    return sessionmaker(engine, expire_on_commit=False, info={"sealer": sealer})


@contextmanager
def reading(sessions: Sessions) -> Iterator[Session]:
    """A session that only reads; on SQLite it does not take the one write lock."""
    with sessions() as session:
        with beginning_to_read():
            session.connection()
        yield session


@contextmanager
def looking(sessions: Sessions) -> Iterator[Connection]:
    """One statement, without the weight of a session and, on PostgreSQL, of a transaction around it."""
    engine: Engine = sessions.kw["bind"]
    alone = {} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    with beginning_to_read(), engine.connect().execution_options(**alone) as connection:
        yield connection


@contextmanager
def beginning_to_read() -> Iterator[None]:
    """Transactions that begin inside this block only read."""
    token = _only_reads.set(True)
    try:
        yield
    finally:
        _only_reads.reset(token)


def _try_the_rested(engine: Engine) -> None:
    """A connection that has rested is tried before it is lent, for its server may have gone meanwhile.

    The pool's own way asks before every transaction, which is one more journey of a launch to the database.
    """

    @event.listens_for(engine, "checkin")
    def rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def lend(connection: Any, record: Any, _lent: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) > RESTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError("the connection did not outlive its rest") from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions of its own: it would take the write lock late, where waiting cannot help.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    connection.execute("BEGIN" if _only_reads.get() else "BEGIN IMMEDIATE")
