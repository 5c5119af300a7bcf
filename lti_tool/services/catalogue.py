"""The catalogue: regulation sets word for word, micro-credential versions, their publication and their runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.domain.errors import RegulationError
from lti_tool.models.catalogue import (
    Achievement,
    AchievementVersion,
    Component,
    Enrolment,
    RegulationSet,
    Run,
    RunComponent,
)
from lti_tool.models.delivery import Destination, Feed
from lti_tool.models.outcome import Judgement, Outcome
from lti_tool.models.platform import LineItem
from lti_tool.services import audit, publication, records, regulation_files
from lti_tool.services.actors import Actor
from lti_tool.services.descriptors import Descriptor
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.regulation_files import RegulationFile

AUTHORITIES = ("lms", "cairn")


@dataclass(frozen=True, kw_only=True)
class RunDescriptor:
    """One presentation, as the record system names it; ``remote`` is its own name of each component."""

    code: str
    occurrence: str = ""
    period: str = ""
    title: str = ""
    board_on: date | None = None
    scale: str = ""
    due_at: Mapping[str, datetime] = field(default_factory=dict)
    remote: Mapping[str, str] = field(default_factory=dict)


def load_regulations(session: Session, institution_id: int, text: str, now: datetime) -> list[RegulationSet]:
    """Keep every set of a regulation file, word for word, and run its worked cases.

    The same text again changes nothing; another text needs a code of its own, since results stand on the old one.
    """
    try:
        file = regulation_files.from_text(text, "The regulation file")
    except RegulationError as error:
        raise Refused("regulations", str(error)) from error
    if not file.regulations:
        raise Refused("regulations", "The regulation file holds no regulation set. Look under its key regulations.")
    loaded = [_kept(session, institution_id, name, file) for name in file.regulations]
    for regulations in loaded:
        check_cases(session, regulations, now)
    return loaded


def regulation_sets(session: Session, institution_id: int) -> list[RegulationSet]:
    """The sets of an institution, by code."""
    return list(session.scalars(
        select(RegulationSet).where(RegulationSet.institution_id == institution_id).order_by(RegulationSet.code)
    ))


def regulation_set(session: Session, institution_id: int, code: str) -> RegulationSet | None:
    return session.scalar(
        select(RegulationSet).where(RegulationSet.institution_id == institution_id, RegulationSet.code == code)
    )


def check_cases(session: Session, regulations: RegulationSet, now: datetime) -> list[str]:
    """Run the set's own worked cases and write down that they held. Returns what speaks against publishing under it."""
    reasons = regulation_files.reasons_against_publishing(
        regulation_files.from_text(regulations.text, regulations.code), regulations.name
    )
    regulations.cases_passed_at = None if reasons else now
    session.flush()
    return reasons


def create_draft(session: Session, institution_id: int, descriptor: Descriptor) -> AchievementVersion:
    """The next version of a micro-credential, as a draft."""
    family = _family(session, institution_id, descriptor.code)
    newest = session.scalar(
        select(func.max(AchievementVersion.version)).where(AchievementVersion.achievement_id == family.id)
    )
    made = AchievementVersion(
        institution_id=institution_id, achievement_id=family.id, version=(newest or 0) + 1, title=descriptor.title,
        kind=descriptor.kind, credit=descriptor.credit, credit_scheme=descriptor.credit_scheme, level=descriptor.level,
        hours=descriptor.hours, authority=descriptor.authority, state="draft",
        outcomes=[{"code": code, "text": text} for code, text in descriptor.outcomes],
        regulation_set_id=_regulation_id(session, institution_id, descriptor),
    )
    session.add(made)
    session.flush()
    _add_components(session, made, descriptor)
    _add_feeds(session, made, descriptor)
    return made


def publish(session: Session, version: AchievementVersion, actor: Actor, now: datetime) -> AchievementVersion:
    """Make a draft final. Raises :class:`Refused` with every reason against it, each a sentence."""
    _own(version.institution_id, actor)
    if version.state != "draft":
        raise Refused("state", f"This version is {version.state} already.")
    reasons = publication.reasons_against(session, version)
    if reasons:
        raise Refused("not_publishable", " ".join(reasons))
    version.state, version.published_at = "published", now
    audit.record(
        session, institution_id=version.institution_id, action="publish", subject=f"achievement_version:{version.key}",
        now=now, actor=actor.person_id, details={"code": version.achievement.code, "version": version.version},
    )
    return version


def change_weights(session: Session, version: AchievementVersion, weights: Mapping[str, Decimal]) -> None:
    """Other weights for a draft. Once published, or once there is a mark, only a new version can have them (I6)."""
    if version.state != "draft" or has_marks(session, version):
        raise Refused("weights", "These weights are in use and stand for good. To change them, make a new version.")
    components = {component.code: component for component in version.components}
    for code, weight in weights.items():
        if code not in components:
            raise Refused("component", f"There is no component {code}. There are: {', '.join(components)}.")
        components[code].weight = weight
    session.flush()


def has_marks(session: Session, version: AchievementVersion) -> bool:
    """Whether anything was captured or judged on any run of this version."""
    of_marks = select(Outcome.id).join(RunComponent).join(Run).where(Run.version_id == version.id)
    of_judgements = select(Judgement.id).join(Enrolment).join(Run).where(Run.version_id == version.id)
    return any(session.scalar(query.limit(1)) is not None for query in (of_marks, of_judgements))


def open_run(session: Session, version: AchievementVersion, run: RunDescriptor) -> Run:
    """A presentation of a published version, with a row per component and one for the overall result."""
    if version.state != "published":
        raise Refused("state", "Publish this version before it runs.")
    if find_run(session, version.institution_id, run.code, run.occurrence, run.period) is not None:
        raise Refused("taken", f"The run {run.code} {run.occurrence} {run.period} is open already.")
    made = Run(
        institution_id=version.institution_id, version_id=version.id, code=run.code, occurrence=run.occurrence,
        period=run.period, title=run.title or version.title, board_on=run.board_on,
    )
    session.add(made)
    session.flush()
    for component in [*version.components, None]:
        code = component.code if component else ""
        session.add(RunComponent(
            institution_id=version.institution_id, run_id=made.id, component_id=component.id if component else None,
            remote_component=run.remote.get(code, ""), scale=run.scale, due_at=run.due_at.get(code),
            authority=component.authority if component else "cairn",
        ))
    session.flush()
    session.refresh(made)
    return made


def find_run(session: Session, institution_id: int, code: str, occurrence: str, period: str) -> Run | None:
    """The run that the record system names so."""
    return session.scalar(select(Run).where(
        Run.institution_id == institution_id, Run.code == code, Run.occurrence == occurrence, Run.period == period
    ))


def choose_authority(
    session: Session, actor: Actor, run_component_key: str, authority: str, now: datetime
) -> RunComponent:
    """Say where the marks of a component are made; from its first mark on this stands."""
    found = session.scalar(select(RunComponent).where(
        RunComponent.institution_id == actor.institution_id, RunComponent.key == run_component_key
    ))
    if found is None:
        raise NotFound("run component")
    if authority not in AUTHORITIES:
        raise Refused("authority", "Marks are made in the LMS (lms) or in Cairn (cairn).")
    if found.authority_fixed_at is not None and authority != found.authority:
        raise Refused("authority_fixed", "There are marks already, so where they are made can no longer change.")
    found.authority = authority
    for column in session.scalars(select(LineItem).where(LineItem.run_component_id == found.id)):
        column.is_ours_to_fill = authority == "cairn"  # one that is there already turns with it
    audit.record(
        session, institution_id=actor.institution_id, action="choose_authority", subject=f"run_component:{found.key}",
        now=now, actor=actor.person_id, details={"authority": authority},
    )
    return found


def _kept(session: Session, institution_id: int, name: str, file: RegulationFile) -> RegulationSet:
    kept = regulation_set(session, institution_id, name)
    if kept is None:
        kept = RegulationSet(
            institution_id=institution_id, code=name, name=name, text=file.text, digest=file.digest
        )
        session.add(kept)
        session.flush()
    elif kept.digest != file.digest:
        text = f"{name} is kept with another text, which stands for good. Give the new text a code of its own."
        raise Refused("regulations_changed", text)
    return kept


def _own(institution_id: int, actor: Actor) -> None:
    if actor.institution_id != institution_id:
        raise NotFound("achievement version")


def _family(session: Session, institution_id: int, code: str) -> Achievement:
    family = session.scalar(
        select(Achievement).where(Achievement.institution_id == institution_id, Achievement.code == code)
    )
    if family is None:
        family = Achievement(institution_id=institution_id, code=code)
        session.add(family)
        session.flush()
    return family


def _regulation_id(session: Session, institution_id: int, descriptor: Descriptor) -> int | None:
    if not descriptor.regulations:
        return None
    found = regulation_set(session, institution_id, descriptor.regulations)
    if found is None:
        raise Refused(
            "regulations", f"{descriptor.code} is under {descriptor.regulations}, which is not loaded. Load it first."
        )
    return found.id


def _add_components(session: Session, version: AchievementVersion, descriptor: Descriptor) -> None:
    for position, part in enumerate(descriptor.components):
        session.add(Component(
            institution_id=version.institution_id, version_id=version.id, code=part.code, title=part.title,
            position=position, weight=part.weight, out_of=part.out_of, must_reach=part.must_reach, is_gate=part.is_gate,
            authority=part.authority,
        ))
    session.flush()
    session.refresh(version)


def _add_feeds(session: Session, version: AchievementVersion, descriptor: Descriptor) -> None:
    for name in descriptor.feeds:
        found = session.scalar(
            select(Destination).where(Destination.institution_id == version.institution_id, Destination.name == name)
        )
        if found is None:
            raise Refused(
                "destination", f"{descriptor.code} goes to {name}, which is no destination here. Add it first."
            )
        records.require_readable(version, found)
        session.add(Feed(institution_id=version.institution_id, version_id=version.id, destination_id=found.id))
    session.flush()
