"""What every command shares: settings, database, and errors as sentences with an exit code.

Exit codes: 0 done; 1 a check found problems; 2 something must be put right first (settings, database, arguments).
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import click
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from connectors.errors import ConnectorError
from lti_tool import log, schema
from lti_tool.clock import Clock, business_clock
from lti_tool.db import Sessions, make_engine, make_sessions, reading
from lti_tool.domain.errors import RegulationError
from lti_tool.models.institution import Institution
from lti_tool.seal import Sealer, SealError
from lti_tool.services.errors import ServiceError
from lti_tool.settings import Settings, SettingsError, load

F = TypeVar("F", bound=Callable[..., Any])


class Problem(click.ClickException):
    """A sentence for whoever typed the command; exit code 2."""

    exit_code = 2


@dataclass(frozen=True, kw_only=True)
class House:
    """Settings, engine and sessions of one command."""

    settings: Settings
    engine: Engine
    sessions: Sessions
    now: Clock


@contextmanager
def house(*, migrated: bool = True) -> Iterator[House]:
    """The house for one command, closed behind it. Every expected failure becomes a :class:`Problem`."""
    with sentences():
        settings = load()
        log.set_up(settings.log_level)
        engine = make_engine(settings.database_url)
        try:
            if migrated:
                schema.require_newest(engine)
            sessions = make_sessions(engine, Sealer(settings.secret_keys))
            yield House(settings=settings, engine=engine, sessions=sessions, now=business_clock(settings.demo_clock))
        finally:
            engine.dispose()


@contextmanager
def sentences() -> Iterator[None]:
    """Turn expected failures into sentences; what is left is a bug, and shows as one."""
    try:
        yield
    except (SettingsError, SealError, schema.NotMigrated, ServiceError, RegulationError, ConnectorError) as error:
        raise Problem(str(error)) from error
    except OperationalError as error:
        raise Problem(
            "The database cannot be reached, or is not what CAIRN_DATABASE_URL says. "
            f"Its driver says: {type(error.orig).__name__}. Check the address, then run `cairn db upgrade`."
        ) from error


def institution(session: Session, code: str) -> Institution:
    """The institution with this code; with an empty code, the only one there is."""
    found = session.scalars(select(Institution).order_by(Institution.code)).all()
    if not found:
        raise Problem("There is no institution yet. Run `cairn init`, or `cairn institutions add`.")
    wanted = [one for one in found if one.code == code] if code else found
    if len(wanted) != 1:
        codes = ", ".join(one.code for one in found)
        raise Problem(f"Say which institution with --institution. There are: {codes}.")
    return wanted[0]


def for_institution(command: F) -> F:
    """The option that names the institution; not needed while there is one only."""
    option = click.option("--institution", "code", default="", help="Its code; may be left out while there is only one.")
    return functools.wraps(command)(option(command))  # type: ignore[return-value]


@contextmanager
def read(code: str) -> Iterator[tuple[House, Session, Institution]]:
    """House, reading session and institution of a command that only looks."""
    with house() as opened, reading(opened.sessions) as session:
        yield opened, session, institution(session, code)


@contextmanager
def write(code: str) -> Iterator[tuple[House, Session, Institution]]:
    """House, open transaction and institution of a command that changes something."""
    with house() as opened, opened.sessions.begin() as session:
        yield opened, session, institution(session, code)
