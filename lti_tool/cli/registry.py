"""What registry and audit do from the command line: extracts, the audit chain, an explanation."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from lti_tool.cli.house import administrator, for_institution, read, write
from lti_tool.services import audit_verification
from lti_tool.services import explain as explanation
from lti_tool.services import extracts as extract_files


@click.group()
def extracts() -> None:
    """Registration extracts of the record system: who is on which run."""


@extracts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what it would do, and do nothing.")
@for_institution
@click.pass_context
def import_(context: click.Context, file: Path, dry_run: bool, code: str) -> None:
    """Import FILE. Bad rows are named and left out; exit 1 when there were any."""
    content = file.read_bytes()
    with write(code) as (house, session, institution):
        shown = extract_files.preview(session, institution.id, content)
        if not dry_run:
            extract_files.apply(
                session, administrator(institution), content, shown.digest, house.now(), file.name
            )
    for problem in shown.problems:
        click.echo(f"line {problem.line}: {problem.text}", err=True)
    for registration in shown.missing:
        click.echo(f"note: {registration} is on our list and not in this file; nothing is removed.", err=True)
    click.echo(f"{len(shown.plans)} rows {'would be' if dry_run else 'are'} taken, {len(shown.problems)} left out.")
    context.exit(1 if shown.problems else 0)


@click.group()
def audit() -> None:
    """The audit log, a chain in which each entry holds the hash of the one before."""


@audit.command()
@for_institution
@click.pass_context
def verify(context: click.Context, code: str) -> None:
    """Walk the whole chain, then each award beside its entry; exit 1 when anything was changed or is missing."""
    with read(code) as (_, session, institution):
        report = audit_verification.verify(session, institution.id)
    erased = f", {report.erased} of erased people" if report.erased else ""
    click.echo(f"{report.entries} entries{erased}; head {report.head[:16] or '(empty)'}.")
    whole = "The chain is whole. Every award is as it was granted."
    click.echo(whole if report.is_valid else f"NOT WHOLE: {report.problem}")
    context.exit(0 if report.is_valid else 1)


@click.command()
@click.argument("award")
@for_institution
def explain(award: str, code: str) -> None:
    """Print, as JSON, all that stands behind the award with this key."""
    with read(code) as (_, session, institution):
        chain = explanation.chain(session, institution.id, award)
    click.echo(json.dumps(asdict(chain), indent=2, ensure_ascii=False, default=str))
