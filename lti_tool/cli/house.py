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
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.orm import Session

from connectors.errors import ConnectorError
from lti_tool import log, schema
from lti_tool.clock import Clock, business_clock
from lti_tool.db import Sessions, make_engine, make_sessions, reading
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.ratification import Role
from lti_tool.models.institution import Institution
from lti_tool.seal import Sealer, SealError
from lti_tool.services import vault
from lti_tool.services.actors import Actor
from lti_tool.services.errors import ServiceError
from lti_tool.settings import Settings, SettingsError, load

NOT_SET_UP = (
    "Cairn is not set up in this folder: no setting names its key. Go to the folder that holds cairn.env (or name the "
    "file with CAIRN_SETTINGS), or run `cairn init` here."
)
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

    def institution_id(self, code: str) -> int:
        """The row of the institution, for commands that talk to other machines and hold no session meanwhile."""
        with reading(self.sessions) as session:
            return institution(session, code).id


@contextmanager
def house(*, migrated: bool = True) -> Iterator[House]:
    """The house for one command, closed behind it. Every expected failure becomes a :class:`Problem`."""
    with sentences():
        settings = load()
        if not settings.secret_keys:
            raise Problem(NOT_SET_UP)
        log.set_up(settings.log_level)
        engine = engine_of(settings)
        try:
            if migrated:
                schema.require_newest(engine)
            sessions = make_sessions(engine, Sealer(settings.secret_keys))
            if migrated:
                with reading(sessions) as session:
                    vault.require_key(session)
            yield House(settings=settings, engine=engine, sessions=sessions, now=business_clock(settings.demo_clock))
        finally:
            engine.dispose()


def engine_of(settings: Settings) -> Engine:
    """The engine of the settings, or a sentence on why there is none."""
    try:
        return make_engine(settings.database_url)
    except (ArgumentError, ValueError) as error:  # a ValueError for a port that is no number
        raise Problem(
            "CAIRN_DATABASE_URL is no address of a database. Write it as sqlite:///cairn.db or "
            "postgresql://user:password@host/name."
        ) from error
    except ModuleNotFoundError as error:
        raise Problem(
            f"The driver {error.name} of this database is not installed. For PostgreSQL: "
            "pip install 'cairn-lti[postgresql]'."
        ) from error


@contextmanager
def sentences() -> Iterator[None]:
    """Turn expected failures into sentences; what is left is a bug, and shows as one."""
    try:
        yield
    except (SettingsError, SealError, schema.NotMigrated, ServiceError, RegulationError, ConnectorError) as error:
        raise Problem(str(error)) from error
    except DatabaseError as error:
        if not isinstance(error, OperationalError) and type(error) is not DatabaseError:
            raise  # a broken constraint is a bug of ours, not a database that is away
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
    if len(wanted) == 1:
        return wanted[0]
    what = f"There is no institution {code}" if code else "There are several institutions"
    raise Problem(f"{what}. Choose with --institution: {', '.join(one.code for one in found)}.")


def for_institution(command: F) -> F:
    """The option that names the institution; not needed while there is one only."""
    text = "Its code; may be left out while there is only one."
    option = click.option("--institution", "code", default="", help=text)
    return functools.wraps(command)(option(command))  # type: ignore[return-value]


def administrator(found: Institution) -> Actor:
    """Whoever may run commands on the server administers it; the audit log shows no person for what they do."""
    return Actor(institution_id=found.id, roles=frozenset({Role.IT_ADMIN, Role.REGISTRY}))


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
