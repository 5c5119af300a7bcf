"""Setting up: the wizard, institutions, and the database."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from lti_tool import schema
from lti_tool.cli.house import F, Problem, engine_of, house, sentences
from lti_tool.clock import utcnow
from lti_tool.db import Sessions, make_sessions, reading
from lti_tool.domain.ratification import Role
from lti_tool.models.institution import Institution
from lti_tool.seal import Sealer, SealError
from lti_tool.services import institutions as service
from lti_tool.services import staff, vault
from lti_tool.services.errors import Refused
from lti_tool.settings import DEFAULT_FILE, Settings, SettingsError, from_mapping

SETS = ("inverlea-2026", "twenty-point")
THERE_ALREADY = f"{DEFAULT_FILE} is there already. Use --force to write it anew; the key in cairn.key is kept."
KEY = Path("cairn.key")
EXPLAINED = "# Settings of Cairn; docs/settings.md explains each."


def asked(
    name: str, question: str, default: str, check: Callable[[str], object] | None = None, **more: Any
) -> Callable[[F], F]:
    """An option of the wizard, asked for where it is not given; an odd answer is said at once, and asked for again."""

    def checked(_context: click.Context, _option: click.Parameter, answer: str) -> str:
        try:
            if check is not None:
                check(answer)
        except (Refused, SettingsError) as error:
            raise click.UsageError(str(error)) from error
        return answer.strip()

    return click.option(
        name, prompt=question, help=question + ".", default=default, show_default=True, callback=checked, **more
    )


def check_name(name: str) -> None:
    """Raises :class:`Refused` for an institution without a name."""
    if not name.strip():
        raise Refused("name", "An institution needs a name, as it should stand on every page.")


def check_url(url: str) -> None:
    """Raises :class:`SettingsError` for an address at which no browser would keep our cookies."""
    from_mapping({"CAIRN_PUBLIC_URL": url})


def check_there_is_none(_context: click.Context, _option: click.Parameter, is_forced: bool) -> bool:
    """Before the first question, not after the last."""
    if Path(DEFAULT_FILE).exists() and not is_forced:
        raise Problem(THERE_ALREADY)
    return is_forced


@click.command()
@asked("--name", "Name of the institution", "University of Inverlea", check_name)
@asked("--code", "A short code for it", "inverlea", service.check_code)
@asked("--timezone", "Its time zone", "Europe/London", service.check_timezone)
@asked(
    "--url", "The address where people will open Cairn", "http://localhost:8400", check_url,
    envvar="CAIRN_PUBLIC_URL",
)
@asked("--login", "Login of the first administrator", "admin", staff.check_login)
@asked("--regulations", "Regulation set to start with", SETS[0], type=click.Choice(SETS))
@click.option(
    "--database", default="sqlite:///cairn.db", show_default=True, envvar="CAIRN_DATABASE_URL",
    help="Where to keep everything: a SQLite file or postgresql://user:password@host/name.",
)
@click.option(
    "--force", is_flag=True, is_eager=True, expose_value=False, callback=check_there_is_none,
    help="Replace an existing cairn.env.",
)
def init(name: str, code: str, timezone: str, url: str, login: str, regulations: str, database: str) -> None:
    """Set up Cairn here: settings, key, database, institution, first administrator, one regulation set."""
    with sentences():
        lines = [f"CAIRN_PUBLIC_URL={url}", f"CAIRN_DATABASE_URL={database}", "CAIRN_SECRET_KEYS_FILE=cairn.key"]
        is_new = not KEY.exists()
        settings = _settings(lines)
        engine, mask = engine_of(settings), os.umask(0o077)  # a database in a file holds people's names
        try:
            schema.upgrade(engine)
            sessions = make_sessions(engine, Sealer(settings.secret_keys))
            _require_key(sessions, is_new=is_new)
            invitation = _fill(sessions, name, code, timezone, login, regulations)
        finally:
            os.umask(mask)
            engine.dispose()
        _write_private(Path(DEFAULT_FILE), "\n".join([EXPLAINED, *lines, ""]))
    click.echo(f"\nCairn is set up in {Path().resolve()}.")
    click.echo("Keep cairn.key safe: without it nothing sealed can be read.\n")
    click.echo("1. Start it:                     cairn serve")
    if invitation is None:
        click.echo(f"2. Sign in as before:            {settings.public_url}/staff/")
        click.echo(f"   {name} was in the database already, and stays as it was.")
    else:
        click.echo(f"2. Choose your password:         {settings.public_url}/staff/invitation/{invitation.token}")
    click.echo("3. Connect your LMS:             cairn platforms add --help")


def _settings(lines: list[str]) -> Settings:
    """What the file will say, read before it is written: an odd answer of the wizard leaves no file behind."""
    if not KEY.exists():
        _write_private(KEY, secrets.token_hex(32) + "\n")
    return from_mapping(dict(line.split("=", 1) for line in lines))


def _require_key(sessions: Sessions, *, is_new: bool) -> None:
    """A database that is there already is opened with its own key. Raises :class:`SealError`, and leaves no other."""
    try:
        with reading(sessions) as session:
            vault.require_key(session)
    except SealError as error:
        if is_new:
            KEY.unlink()
        raise Problem(f"{error} Copy its cairn.key into this folder, then run `cairn init` again.") from error


def _write_private(path: Path, text: str) -> None:
    """A file that only its owner may read, from its first moment."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _fill(
    sessions: Sessions, name: str, code: str, timezone: str, login: str, regulations: str
) -> staff.Invitation | None:
    """The institution and its first administrator; None where an earlier set-up made them, which stay as they are."""
    now = utcnow()
    with sessions.begin() as session:
        if session.scalar(select(Institution.id).where(Institution.code == code, Institution.name == name)) is not None:
            return None
        made = service.add(session, code=code, name=name, timezone=timezone, now=now)
        service.load_shipped_regulations(session, made, regulations, now)
        return staff.add(session, made, login=login, name="First administrator", roles=[Role.IT_ADMIN], now=now)


@click.group()
def institutions() -> None:
    """Institutions of this installation; they see nothing of each other."""


@institutions.command("add")
@click.option("--code", required=True, help="Short and lower case, such as inverlea.")
@click.option("--name", required=True, help="Its name in full.")
@click.option("--timezone", default="UTC", show_default=True, help="Where its deadlines are, such as Europe/London.")
def institutions_add(code: str, name: str, timezone: str) -> None:
    """Add an institution."""
    with house() as opened, opened.sessions.begin() as session:
        made = service.add(session, code=code, name=name, timezone=timezone, now=opened.now())
        click.echo(f"{made.name} is added. Next: cairn staff add --institution {made.code}")


@institutions.command("list")
def institutions_list() -> None:
    """List code, name and time zone of each."""
    with house() as opened, opened.sessions() as session:
        for one in session.scalars(select(Institution).order_by(Institution.code)):
            click.echo(f"{one.code:20} {one.name} ({one.timezone})")


@click.group()
def db() -> None:
    """The database: bring it to this version, or say whether it is."""


@db.command()
def upgrade() -> None:
    """Give the database the tables of this version; what is in it stays."""
    with house(migrated=False) as opened:
        before, after = schema.upgrade(opened.engine)
    click.echo(f"The database is at {after}." if before != after else f"Nothing to do: the database is at {after}.")


@db.command("check")
def db_check() -> None:
    """Say whether the database is at this version of Cairn."""
    with house():
        click.echo("The database is at this version of Cairn.")
