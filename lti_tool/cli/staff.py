"""Staff accounts from the command line."""

import click
from sqlalchemy import select

from lti_tool.cli.house import for_institution, read, write
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
    """Print a fresh one-time link: for a lost phone or a forgotten password. Until it is used, nothing opens it."""
    with write(code) as (house, session, institution):
        invitation = service.invite(session, service.find(session, institution.id, login), utcnow())
        address = house.settings.public_url
    click.echo(f"Whatever opened {login} before opens it no more. This link does, once, within three days:")
    click.echo(f"{address}/staff/invitation/{invitation.token}")


@staff.command()
@click.argument("login")
@click.option("--force", is_flag=True, help="Also the last who looks after the machines.")
@for_institution
def remove(login: str, force: bool, code: str) -> None:
    """Close an account at once, for somebody who leaves. What they did stays; `invite` opens it again."""
    with write(code) as (_, session, institution):
        service.remove(session, service.find(session, institution.id, login), utcnow(), is_forced=force)
    click.echo(f"{login} signs in no more. What they did stays as it was.")


@staff.command("roles")
@click.argument("login")
@click.argument("roles", nargs=-1, type=ROLES, required=True)
@click.option("--force", is_flag=True, help="Also from the last who looks after the machines.")
@for_institution
def roles_(login: str, roles: tuple[str, ...], force: bool, code: str) -> None:
    """Give LOGIN exactly these ROLES, at once."""
    with write(code) as (_, session, institution):
        account = service.find(session, institution.id, login)
        service.change_roles(session, account, [Role(role) for role in roles], utcnow(), is_forced=force)
    click.echo(f"{login} is {', '.join(roles)} now.")


@staff.command("list")
@for_institution
def list_(code: str) -> None:
    """List accounts and their roles."""
    with read(code) as (_, session, institution):
        wanted = select(StaffAccount).where(StaffAccount.institution_id == institution.id)
        for account in session.scalars(wanted.order_by(StaffAccount.login)):
            roles = ", ".join(sorted(role.role for role in account.roles))
            state = "  (removed)" if not account.is_active else "" if account.password_hash else "  (invited)"
            click.echo(f"{account.login:24} {roles}{state}")
