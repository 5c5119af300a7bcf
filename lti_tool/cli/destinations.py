"""Record systems from the command line: the connectors there are, and the institution's destinations."""

from collections.abc import Callable
from typing import Any

import click
from sqlalchemy import select

from connectors import registry
from lti_tool.cli.house import Problem, administrator, for_institution, house, read, write
from lti_tool.models.delivery import Destination
from lti_tool.services import destinations as service
from lti_tool.services import records


def _settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """What a connector is set up with, given one by one."""
    secret = "A secret; NAME=@FILE reads it from a file, so that it stays out of your shell's history."
    command = click.option("--secret", "secrets", multiple=True, metavar="NAME=VALUE", help=secret)(command)
    return click.option(
        "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting; may be given more than once.",
    )(command)


@click.group()
def connectors() -> None:
    """The kinds of record system that Cairn can speak to."""


@connectors.command("list")
def connectors_list() -> None:
    """List what is installed, with the settings of each."""
    for one in registry.available():
        click.echo(f"{one.name}: {one.summary}")
        if one.problem:
            click.echo(f"    not usable here: {one.problem}")
            continue
        for setting in registry.load(one.name).SETTINGS:
            secret = " (secret)" if setting.is_secret else ""
            click.echo(f"    {setting.name}{secret}: {setting.text}")


@click.group()
def destinations() -> None:
    """The institution's record systems."""


@destinations.command()
@click.argument("name")
@click.option("--connector", required=True, help="See `cairn connectors list`.")
@_settings
@click.option("--sends", type=click.Choice(["component_raw", "component_final", "overall"]), default=records.OVERALL,
              show_default=True, help="What goes there: marks of components, or the overall result.")
@click.option("--caps-by", type=click.Choice(list(service.CAPS_BY)), default=records.CAIRN, show_default=True,
              help="Who caps reassessed marks: Cairn, or the record system itself.")
@click.option("--takes-provisional", is_flag=True, help="It has a waiting room for marks that nobody has ratified.")
@for_institution
def add(
    name: str, connector: str, settings: tuple[str, ...], secrets: tuple[str, ...], sends: str, caps_by: str,
    takes_provisional: bool, code: str,
) -> None:
    """Add a record system under NAME."""
    with write(code) as (opened, session, found):
        service.add(
            session, administrator(found), name=name, connector=connector, settings=_pairs(settings),
            secrets=_pairs(secrets), sends=sends, caps_by=caps_by, takes_provisional=takes_provisional,
            now=opened.now(),
        )
    click.echo(f"{name} is added. Try it: cairn destinations check {name}")


@destinations.command("list")
@for_institution
def list_(code: str) -> None:
    """List the record systems, and which are paused."""
    with read(code) as (_, session, found):
        for one in session.scalars(select(Destination).where(Destination.institution_id == found.id)):
            paused = f"  PAUSED: {one.pause_reason}" if one.is_paused else ""
            click.echo(f"{one.name:20} {one.connector:14} sends {one.sends}, caps by {one.caps_by}{paused}")


@destinations.command()
@click.argument("name")
@_settings
@for_institution
def change(name: str, settings: tuple[str, ...], secrets: tuple[str, ...], code: str) -> None:
    """Change settings or secrets of NAME; those that are not named stay."""
    with write(code) as (opened, session, found):
        service.change(
            session, administrator(found), name, settings=_pairs(settings), secrets=_pairs(secrets), now=opened.now()
        )
    click.echo(f"{name} is changed. Try it: cairn destinations check {name}")


@destinations.command()
@click.argument("name")
@for_institution
@click.pass_context
def check(context: click.Context, name: str, code: str) -> None:
    """Test the connection; reads only. Exit 1 when something is not right."""
    with house() as opened:
        report = service.check(opened.sessions, opened.institution_id(code), name)
    for line in report.lines:
        click.echo(f"{'ok  ' if line.is_ok else 'NOT '} {line.label}: {line.text}")
    context.exit(0 if report.is_ok else 1)


@destinations.command()
@click.argument("name")
@click.argument("reason")
@for_institution
def pause(name: str, reason: str, code: str) -> None:
    """Send nothing to NAME until it is resumed."""
    with write(code) as (opened, session, found):
        service.pause(session, administrator(found), name, reason, opened.now())
    click.echo(f"{name} is paused. Nothing is lost; it waits.")


@destinations.command()
@click.argument("name")
@for_institution
def resume(name: str, code: str) -> None:
    """Go on sending to NAME."""
    with write(code) as (opened, session, found):
        service.resume(session, administrator(found), name, opened.now())
    click.echo(f"{name} is sent to again.")


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise Problem(f"{name}: expected NAME=VALUE.")
        if value.startswith("@"):
            try:
                with open(value[1:], encoding="utf-8") as file:
                    value = file.read().strip()
            except OSError as error:
                raise Problem(f"{name}: {value[1:]} cannot be read.") from error
            except UnicodeDecodeError as error:
                raise Problem(f"{name}: {value[1:]} is not UTF-8 text; save the secret as UTF-8.") from error
        pairs[name] = value
    return pairs
