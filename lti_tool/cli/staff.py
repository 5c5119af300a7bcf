"""Staff accounts from the command line."""

import click
from sqlalchemy import select

from lti_tool.cli.house import Problem, for_institution, read, write
from lti_tool.clock import utcnow
from lti_tool.domain.ratification import Role
from lti_tool.models.people import StaffAccount
from lti_tool.services import staff as service

ROLES = click.Choice([role.value for role in service.INSTITUTIONAL])


@click.group()
def staff() -> None:
    """Board, registry, audit and IT staff. Course roles come from the LMS and are not given here."""


@staff.command()
@click.argument("login")
@click.option("--name", required=True, help="What the person is called.")
@click.option("--email", default="", help="Their address, where you want it kept.")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="May be given more than once.")
@for_institution
def add(login: str, name: str, email: str, roles: tuple[str, ...], code: str) -> None:
    """Add an account and print its one-time link."""
    with write(code) as (house, session, institution):
        invitation = service.add(
            session, institution, login=login, name=name, email=email, roles=[Role(role) for role in roles],
            now=utcnow(),
        )
        address = house.settings.public_url
    click.echo(f"{login} is added. Give them this link; it works once, within three days:")
    click.echo(f"{address}/staff/invitation/{invitation.token}")


@staff.command()
@click.argument("login")
@for_institution
def invite(login: str, code: str) -> None:
    """Print a fresh one-time link: for a lost phone or a forgotten password."""
    with write(code) as (house, session, institution):
        wanted = select(StaffAccount).where(
            StaffAccount.institution_id == institution.id, StaffAccount.login == login.strip().lower()
        )
        account = session.scalars(wanted).one_or_none()
        if account is None:
            raise Problem(f"Nobody signs in as {login}. `cairn staff list` shows who does.")
        invitation = service.invite(session, account, utcnow())
        click.echo(f"{house.settings.public_url}/staff/invitation/{invitation.token}")


@staff.command("list")
@for_institution
def list_(code: str) -> None:
    """List accounts and their roles."""
    with read(code) as (_, session, institution):
        wanted = select(StaffAccount).where(StaffAccount.institution_id == institution.id)
        for account in session.scalars(wanted.order_by(StaffAccount.login)):
            roles = ", ".join(sorted(role.role for role in account.roles))
            state = "" if account.password_hash else "  (invited)"
            click.echo(f"{account.login:24} {roles}{state}")
