"""What speaks against publishing a micro-credential version, each reason a sentence."""

from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain import schemes
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.ratification import Authority
from lti_tool.models.catalogue import AchievementVersion, Component
from lti_tool.models.delivery import Feed
from lti_tool.services import regulation_files
from lti_tool.services.descriptors import NO_AUTHORITY


def reasons_against(session: Session, version: AchievementVersion) -> list[str]:
    """Every reason at once, so that nobody mends them one by one."""
    of_credit = _credit(version) if version.credit else _no_credit(session, version)
    return [*of_credit, *_assessment(version)]


def _credit(version: AchievementVersion) -> list[str]:
    """I25: the credit path cannot be entered without a regulation version, and that one is proven and quotable."""
    reasons = []
    if version.authority == NO_AUTHORITY:
        reasons.append(f"It bears credit, so say who ratifies: {', '.join(Authority)}.")
    regulations = version.regulation_set
    if regulations is None:
        return [*reasons, "It bears credit, so it needs a regulation set."]
    file = regulation_files.from_text(regulations.text, regulations.code)
    against = regulation_files.reasons_against_publishing(file, regulations.name)
    if not against and regulations.cases_passed_at is None:
        against = [f"The worked cases of {regulations.code} have not been run. Check them first."]
    return reasons + against


def _no_credit(session: Session, version: AchievementVersion) -> list[str]:
    """I25: the path without credit writes nothing to a record system."""
    if session.scalar(select(Feed.id).where(Feed.version_id == version.id).limit(1)) is not None:
        return ["It bears no credit, so it can have no feed to a record system. Take the feed away, or give it credit."]
    return []


def _assessment(version: AchievementVersion) -> list[str]:
    if version.kind == "outcomes":
        return [] if version.outcomes else ["It is judged by outcomes, and there are none. Write them down."]
    try:
        schemes.check_components([as_domain(component) for component in version.components])
    except RegulationError as error:
        return [_sentence(str(error))]
    return []


def as_domain(component: Component) -> schemes.Component:
    """A component as the rules see it."""
    return schemes.Component(
        id=component.code,
        title=component.title,
        weight=Fraction(component.weight),
        out_of=None if component.out_of is None else Fraction(component.out_of),
        must_reach=None if component.must_reach is None else Fraction(component.must_reach),
        is_gate=component.is_gate,
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
