"""Micro-credentials: load a descriptor, publish it, open its run."""

from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.cli.house import Problem, administrator, for_institution, read, write
from lti_tool.models.catalogue import Achievement, AchievementVersion
from lti_tool.services import catalogue, descriptors, larger_awards, regulation_files, run_descriptors


@click.group()
def achievements() -> None:
    """What can be earned: descriptors and their versions."""


@achievements.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--publish", is_flag=True, help="Publish each, and open the run it names.")
@for_institution
def load(file: Path, publish: bool, code: str) -> None:
    """Load every micro-credential of FILE as a draft; with --publish, publish and open its run."""
    with write(code) as (house, session, institution):
        for mapping in _mappings(file):
            version = catalogue.create_draft(session, institution.id, descriptors.read(mapping))
            click.echo(f"{version.achievement.code} version {version.version}: draft loaded.")
            if publish:
                catalogue.publish(session, version, administrator(institution), house.now())
                click.echo(f"{version.achievement.code} version {version.version}: published.")
                if mapping.get("run"):
                    run = catalogue.open_run(session, version, run_descriptors.read(mapping))
                    click.echo(f"{version.achievement.code}: run {run.code} {run.occurrence} {run.period} is open.")


@achievements.command("publish")
@click.argument("achievement")
@for_institution
def publish_(achievement: str, code: str) -> None:
    """Publish the newest draft of ACHIEVEMENT; refused with every reason against it."""
    with write(code) as (house, session, institution):
        version = _newest(session, institution.id, achievement)
        catalogue.publish(session, version, administrator(institution), house.now())
    click.echo(f"{achievement} is published.")


@achievements.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@for_institution
def towards(file: Path, code: str) -> None:
    """Offer the larger awards of FILE, which micro-credentials may add up to, in place of those offered before."""
    with write(code) as (_, session, institution):
        found = regulation_files.parse(regulation_files.read(file), file.name)
        listed = found.get("larger_awards") or [found.get("stack_award")]
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise Problem(f"{file}: a list under `larger_awards:`, or one under `stack_award:`, is expected.")
        for offer in larger_awards.keep(session, institution, listed):
            click.echo(f"{offer.code}: {offer.title}, {offer.award.credits} credits of {', '.join(offer.items)}.")


@achievements.command("list")
@for_institution
def list_(code: str) -> None:
    """List micro-credentials, newest version last."""
    with read(code) as (_, session, institution):
        wanted = (
            select(AchievementVersion).join(Achievement).where(AchievementVersion.institution_id == institution.id)
            .order_by(Achievement.code, AchievementVersion.version)
        )
        for one in session.scalars(wanted):
            click.echo(f"{one.achievement.code:12} v{one.version}  {one.state:10} {one.credit:3} credits  {one.title}")


def _mappings(file: Path) -> list[dict[str, Any]]:
    found = regulation_files.parse(regulation_files.read(file), file.name)
    listed = found.get("achievements", [found])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Problem(f"{file}: a micro-credential, or a list under `achievements:`, is expected.")
    return listed


def _newest(session: Session, institution_id: int, achievement: str) -> AchievementVersion:
    wanted = (
        select(AchievementVersion).join(Achievement)
        .where(Achievement.institution_id == institution_id, Achievement.code == achievement)
        .order_by(AchievementVersion.version.desc()).limit(1)
    )
    found = session.scalar(wanted)
    if found is None:
        raise Problem(f"There is no micro-credential {achievement}. `cairn achievements list` shows those that are.")
    return found
