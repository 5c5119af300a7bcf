"""What the law lets a person ask for: everything that is held about them, and to be forgotten."""

import json

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.cli.house import F, Problem, for_institution, read, write
from lti_tool.domain.ratification import Role
from lti_tool.models.institution import Institution
from lti_tool.models.people import StaffAccount
from lti_tool.services import erasure, portability
from lti_tool.services.actors import Actor


def by(command: F) -> F:
    """The option that names who answers for it: both are duties of registry, and the audit log keeps the name."""
    text = "Login of the registry staff who answers for it; the audit log keeps who that was."
    return click.option("--by", "login", required=True, help=text)(command)


@click.group()
def people() -> None:
    """People of the institution. KEY is the last part of the address of a person's page."""


@people.command()
@click.argument("key")
@by
@for_institution
def export(key: str, login: str, code: str) -> None:
    """Print, as JSON, everything that is held about the person with this KEY."""
    with write(code) as (house, session, institution):
        found = portability.export(session, _actor(session, institution, login), key, house.now())
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


@people.command()
@click.argument("key")
@by
@click.option("--yes", is_flag=True, help="Do not ask first.")
@for_institution
@click.pass_context
def erase(context: click.Context, key: str, login: str, yes: bool, code: str) -> None:
    """Forget who the person with this KEY is. Ratified results stay, of nobody. It cannot be undone."""
    with read(code) as (_, session, institution):
        person = erasure.find(session, _actor(session, institution, login), key)
        name, waiting = person.display_name, erasure.waiting(session, person)
    if waiting:
        click.echo(f"No result is ratified yet on {', '.join(waiting)}; once {name} is erased, none can be.", err=True)
    if not yes and not click.confirm(f"Forget who {name} is, for good? Ratified results stay, of nobody.", err=True):
        click.echo("Nobody is erased.")
        context.exit(1)
    with write(code) as (house, session, institution):
        erasure.erase(session, _actor(session, institution, login), key, house.now())
    click.echo(f"Erased. What was ratified stays, of person {key}; backups hold the name until they are overwritten.")


def _actor(session: Session, institution: Institution, login: str) -> Actor:
    account = session.scalars(select(StaffAccount).where(
        StaffAccount.institution_id == institution.id, StaffAccount.login == login.strip().lower(),
        StaffAccount.is_active.is_(True),
    )).one_or_none()
    if account is None:
        raise Problem(f"Nobody signs in as {login}. `cairn staff list` shows who does.")
    return Actor(
        institution_id=institution.id, person_id=account.person_id,
        roles=frozenset(Role(role.role) for role in account.roles),
    )
