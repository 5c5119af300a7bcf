"""Record systems from the command line: connectors, destinations, capture and reconciliation."""

from collections.abc import Iterable

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors import registry
from lti_tool.cli.house import Problem, for_institution, house, institution, read, write
from lti_tool.domain.ratification import Role
from lti_tool.models.delivery import Destination
from lti_tool.models.institution import Institution
from lti_tool.models.platform import LineItem
from lti_tool.services import destinations as service
from lti_tool.services import reconciliation, records
from lti_tool.services.actors import Actor


@click.group()
def connectors() -> None:
    """The kinds of record system that Cairn can speak to."""


@connectors.command("list")
def connectors_list() -> None:
    """List them with their settings."""
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
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting; may be given more than once.")
@click.option("--secret", "secrets", multiple=True, metavar="NAME=VALUE", help="A secret; NAME=@FILE reads it from a file.")
@click.option("--sends", type=click.Choice(["component_raw", "component_final", "overall"]), default=records.OVERALL)
@click.option("--caps-by", type=click.Choice(list(service.CAPS_BY)), default=records.CAIRN)
@click.option("--takes-provisional", is_flag=True, help="It has a waiting room for marks that nobody has ratified.")
@for_institution
def add(
    name: str, connector: str, settings: tuple[str, ...], secrets: tuple[str, ...], sends: str, caps_by: str,
    takes_provisional: bool, code: str,
) -> None:
    """Add a record system under NAME."""
    with write(code) as (opened, session, found):
        service.add(
            session, _administrator(found), name=name, connector=connector, settings=_pairs(settings),
            secrets=_pairs(secrets), sends=sends, caps_by=caps_by, takes_provisional=takes_provisional, now=opened.now(),
        )
    click.echo(f"{name} is added. Try it: cairn destinations check {name}")


@destinations.command("list")
@for_institution
def list_(code: str) -> None:
    """List them."""
    with read(code) as (_, session, found):
        for one in session.scalars(select(Destination).where(Destination.institution_id == found.id)):
            paused = f"  PAUSED: {one.pause_reason}" if one.is_paused else ""
            click.echo(f"{one.name:20} {one.connector:14} sends {one.sends}, caps by {one.caps_by}{paused}")


@destinations.command()
@click.argument("name")
@for_institution
@click.pass_context
def check(context: click.Context, name: str, code: str) -> None:
    """Test the connection; reads only. Exit 1 when something is not right."""
    with house() as opened:
        report = service.check(opened.sessions, _id(opened.sessions(), code), name)
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
        service.pause(session, _administrator(found), name, reason, opened.now())
    click.echo(f"{name} is paused. Nothing is lost; it waits.")


@destinations.command()
@click.argument("name")
@for_institution
def resume(name: str, code: str) -> None:
    """Go on sending to NAME."""
    with write(code) as (opened, session, found):
        service.resume(session, _administrator(found), name, opened.now())
    click.echo(f"{name} is sent to again.")


@click.command()
@for_institution
@click.pass_context
def capture(context: click.Context, code: str) -> None:
    """Read results from every LMS column now. Exit 1 when a column could not be read."""
    from lti_tool.worker import capture_columns

    with house() as opened:
        wanted = select(LineItem.id).where(
            LineItem.institution_id == _id(opened.sessions(), code), LineItem.state == "open", LineItem.url != "",
            LineItem.run_component_id.is_not(None),
        )
        with opened.sessions() as session:
            columns = list(session.scalars(wanted))
        failed = capture_columns(opened.sessions, columns)
    click.echo(f"{len(columns) - failed} columns read, {failed} could not be.")
    context.exit(1 if failed else 0)


@click.command()
@click.argument("name", default="")
@for_institution
@click.pass_context
def reconcile(context: click.Context, name: str, code: str) -> None:
    """Read back what NAME (or every record system) holds, and compare. Exit 1 unless all is equal."""
    with house() as opened:
        with opened.sessions() as session:
            found = list(_named(session, institution(session, code), name))
        connectors = service.Connectors(opened.sessions)
        try:
            reports = [(one.name, reconciliation.reconcile(opened.sessions, connectors, one.id, opened.now())) for one in found]
        finally:
            connectors.close()
    for label, report in reports:
        click.echo(f"{label}: " + ", ".join(f"{count} {word}" for word, count in report.totals.items()))
    context.exit(0 if all(report.is_clean for _, report in reports) else 1)


def _named(session: Session, found: Institution, name: str) -> Iterable[Destination]:
    wanted = select(Destination).where(
        Destination.institution_id == found.id, Destination.connector != service.LTI_SCORES
    )
    rows = [row for row in session.scalars(wanted) if not name or row.name == name]
    if not rows:
        raise Problem(f"There is no record system {name}. `cairn destinations list` shows those that are.".replace("  ", " "))
    return rows


def _id(session: Session, code: str) -> int:
    with session:
        return institution(session, code).id


def _administrator(found: Institution) -> Actor:
    # Whoever may run commands on the server administers it; the audit log shows no person for what they do.
    return Actor(institution_id=found.id, roles=frozenset({Role.IT_ADMIN, Role.REGISTRY}))


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
        pairs[name] = value
    return pairs
