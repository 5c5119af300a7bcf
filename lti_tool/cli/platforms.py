"""LMSs: register, show what their administrators type in, check."""

import click

from connectors.http import HttpClient
from lti_tool.cli.house import for_institution, house, read, write
from lti_tool.lti.platforms import PROFILES
from lti_tool.services import platform_checks, registrations


@click.group()
def platforms() -> None:
    """The LMSs that launch Cairn."""


@platforms.command()
@click.option("--name", default="", help="What your people call it.")
@click.option("--issuer", required=True, help="The platform ID, such as https://moodle.example.ac.uk.")
@click.option("--client-id", required=True, help="The client ID that the LMS gave Cairn.")
@click.option("--auth-url", required=True, help="Authentication request URL.")
@click.option("--token-url", required=True, help="Access token URL.")
@click.option("--jwks-url", required=True, help="Public keyset URL.")
@click.option("--token-audience", default="", help="Only where it is not the token URL (Brightspace).")
@click.option("--student-field", default="", help="The custom field with student numbers, where LIS brings none.")
@click.option("--deployment", "deployments", multiple=True, help="Deployment ID; may be given more than once.")
@click.option("--profile", type=click.Choice(sorted(PROFILES)), default="generic", show_default=True,
              help="The LMS, where it departs from the specification.")
@for_institution
def add(code: str, deployments: tuple[str, ...], **figures: str) -> None:
    """Register an LMS with the figures that it shows."""
    new = registrations.NewPlatform(deployments=deployments, **figures)
    with write(code) as (opened, session, found):
        made = registrations.add_platform(session, found.id, new, opened.now())
        click.echo(f"{made.name} is registered as {made.key}. What to type into the LMS:\n")
        _show(registrations.figures(made, opened.settings.public_url))
        if made.student_field:
            click.echo(f"\n{registrations.FIELD_WARNING}")
        if not deployments:
            click.echo(f"\nWhen the LMS shows a deployment ID: cairn platforms deploy {made.key} ID")


@platforms.command()
@click.argument("key")
@click.argument("deployment_id")
@for_institution
def deploy(key: str, deployment_id: str, code: str) -> None:
    """Let a deployment of a registered LMS in."""
    with write(code) as (opened, session, found):
        registrations.add_deployment(session, found.id, key, deployment_id, opened.now())
    click.echo(f"Launches of deployment {deployment_id} are let in.")


@platforms.command("student-field")
@click.argument("key")
@click.argument("field", default="")
@click.option("--none", "is_none", is_flag=True, help="Take student numbers from LIS alone again.")
@for_institution
def student_field(key: str, field: str, is_none: bool, code: str) -> None:
    """Take student numbers from a custom field too, where an LMS sends none by LIS."""
    if bool(field) == is_none:
        raise click.UsageError("Name the custom field, or say --none.")
    with write(code) as (opened, session, found):
        registrations.name_student_field(session, found.id, key, field, opened.now())
    if is_none:
        click.echo("Student numbers come by LIS alone. Accounts that were matched before stay as they are.")
        return
    click.echo(f"A student number that LIS does not bring is taken from the custom field {field}.")
    click.echo(registrations.FIELD_WARNING)


@platforms.command("list")
@for_institution
def list_(code: str) -> None:
    """List the registered LMSs."""
    with read(code) as (_, session, found):
        for one in registrations.listed(session, found.id):
            deployments = ", ".join(deployment.deployment_id for deployment in one.deployments) or "none yet"
            click.echo(f"{one.key}  {one.name}  {one.issuer}  client {one.client_id}  deployments {deployments}")


@platforms.command()
@click.argument("key")
@for_institution
def show(key: str, code: str) -> None:
    """Show every figure that an administrator types into the LMS."""
    with read(code) as (opened, session, found):
        _show(registrations.figures(registrations.find(session, found.id, key), opened.settings.public_url))


@platforms.command()
@click.argument("key")
@for_institution
@click.pass_context
def check(context: click.Context, key: str, code: str) -> None:
    """Ask the LMS for its keys and for a token; nothing is changed. Exit 1 when something is not right."""
    with house() as opened:
        institution_id = opened.institution_id(code)
        with HttpClient(timeout=(3.0, 10.0), pool=2) as http:
            report = platform_checks.check(opened.sessions, http, institution_id, key)
    for line in report.lines:
        click.echo(f"{'ok  ' if line.is_ok else 'NOT '} {line.label}: {line.text}")
    context.exit(0 if report.is_ok else 1)


@platforms.command("rotate-keys")
@for_institution
def rotate_keys(code: str) -> None:
    """Sign with the key that was published ahead, and publish the next; the old one stays published for two days."""
    with write(code) as (opened, session, found):
        key = registrations.rotate_keys(session, found.id, opened.now())
        click.echo(f"Cairn signs with the key {key.kid} from now on. Wait two days before the next change.")


def _show(figures: dict[str, str]) -> None:
    for label, value in figures.items():
        click.echo(f"  {label:40} {value}")
