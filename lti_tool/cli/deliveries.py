"""Running by hand what the dispatcher does by itself: reading LMS columns, and reading record systems back."""

import sys
from collections.abc import Iterable, Mapping
from functools import partial

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.errors import ConnectorError
from lti_tool.cli.house import Problem, for_institution, house, institution
from lti_tool.models.delivery import Destination
from lti_tool.models.institution import Institution
from lti_tool.models.platform import LineItem
from lti_tool.services import destinations, reconciliation
from lti_tool.services.errors import ServiceError


@click.command()
@for_institution
@click.pass_context
def capture(context: click.Context, code: str) -> None:
    """Read results from every LMS column now. Exit 1 when a column could not be read."""
    from lti_tool.worker import capture_columns

    with house() as opened:
        wanted = select(LineItem.id).where(
            LineItem.institution_id == opened.institution_id(code), LineItem.state == "open", LineItem.url != "",
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
    """Read back what NAME (or every record system) holds, and compare.

    Exit 1 while anything is left to explain, 2 where a system could not be read back; the others are compared all the
    same.
    """
    reports, failed = [], 0
    with house() as opened:
        with opened.sessions() as session:
            found = list(_named(session, institution(session, code), name))
        connectors = destinations.Connectors(opened.sessions)
        try:
            for one in found:
                try:
                    report = reconciliation.reconcile(
                        opened.sessions, connectors, one.id, opened.now(), partial(_tell, one.name)
                    )
                except (ConnectorError, ServiceError) as error:
                    failed += 1
                    click.echo(f"Error: {one.name}: {error}", err=True)
                    continue
                reports.append(report)
                click.echo(f"{one.name}: " + ", ".join(f"{count} {word}" for word, count in report.totals.items()))
        finally:
            connectors.close()
    context.exit(2 if failed else 0 if all(report.is_clean for report in reports) else 1)


def _tell(name: str, figures: Mapping[str, int]) -> None:
    """How far it is, beside the report: about every second, and not where nobody could see it."""
    if figures.get("read") and sys.stderr.isatty():
        click.echo(f"{name}: " + ", ".join(f"{count} {word}" for word, count in figures.items()) + " …", err=True)


def _named(session: Session, found: Institution, name: str) -> Iterable[Destination]:
    wanted = select(Destination).where(
        Destination.institution_id == found.id, Destination.connector != destinations.LTI_SCORES
    )
    rows = [row for row in session.scalars(wanted) if not name or row.name == name]
    if not rows:
        what = f"There is no record system {name}." if name else "There is no record system yet."
        raise Problem(f"{what} `cairn destinations list` shows those that are.")
    return rows
