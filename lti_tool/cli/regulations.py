"""Regulation sets: check a file of worked cases, load a set."""

from pathlib import Path

import click

from lti_tool.cli.house import for_institution, read, sentences, write
from lti_tool.domain import casefile
from lti_tool.services import catalogue, regulation_files

WORDS = {
    casefile.CaseStatus.PASSED: "holds  ",
    casefile.CaseStatus.FAILED: "FAILS  ",
    casefile.CaseStatus.NOT_RUN: "not run",
}
HOLD = "its worked cases hold"
DO_NOT_HOLD = "its worked cases do NOT hold, so nothing can be published under it; see `cairn regulations check`"


@click.group()
def regulations() -> None:
    """The institution's regulations, and the worked cases that prove how they are read."""


@regulations.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def check(context: click.Context, file: Path) -> None:
    """Run every worked case of FILE; exit 0 only when all hold."""
    with sentences():
        report = regulation_files.check(file)
    click.echo(_told(report))
    context.exit(0 if report.holds else 1)


@regulations.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@for_institution
def load(file: Path, code: str) -> None:
    """Load the regulation sets of FILE, word for word, and run their worked cases."""
    with write(code) as (house, session, institution):
        for made in catalogue.load_regulations(session, institution.id, regulation_files.read(file), house.now()):
            click.echo(f"{made.code} is loaded; {HOLD if made.cases_passed_at else DO_NOT_HOLD}.")


@regulations.command("list")
@for_institution
def list_(code: str) -> None:
    """List the loaded sets."""
    with read(code) as (_, session, institution):
        for one in catalogue.regulation_sets(session, institution.id):
            state = "cases hold" if one.cases_passed_at else "cases not proven"
            click.echo(f"{one.code:24} {state}  sha256 {one.digest[:12]}")


def _told(report: casefile.Report) -> str:
    """Every case in a line, and of those that fail what was expected and what was found."""
    lines = []
    for case in report.results:
        lines.append(f"{WORDS[case.status]} {case.id:8} {case.title}")
        lines += [f"{'':12} {where}: expected {expected}, found {found}" for where, expected, found in case.differences]
    counts = {status: len(report.with_status(status)) for status in casefile.CaseStatus}
    summary = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in counts.items() if count)
    return "\n".join([*lines, summary or "There are no cases in this file."])
