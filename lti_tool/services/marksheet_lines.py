"""The marksheet of a component: marks made in Cairn, and what no gradebook can say of a mark made elsewhere.

Only learners on the micro-credential stand on it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.attempts import Status
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.outcome import Judgement, Outcome
from lti_tool.models.people import Person, PersonIdentifier
from lti_tool.services import columns, lms_figures, outcomes, student_numbers
from lti_tool.services.actors import Actor
from lti_tool.services.errors import Refused
from lti_tool.services.marksheet_words import GATE, JUDGEMENT, MARK
from lti_tool.services.outcome_values import LMS
from lti_tool.services.run_components import run_component
from lti_tool.services.written_marks import plain

WITHDRAWN = "withdrawn"
NOTHING = "0"  # what a writer saw where there was nothing


@dataclass(frozen=True, kw_only=True)
class Line:
    """One learner's line; ``seen`` comes back with an entry. Personal data: name and number, for the marker."""

    enrolment_key: str
    name: str
    number: str
    registration: str
    is_withdrawn: bool
    text: str
    seen: str
    attempt: int = 1
    source: str = ""
    submitted_at: datetime | None = None
    extension_hours: int = 0
    agreed_by: str = ""
    in_lms: str = ""  # what the LMS said, where something else stands


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A component's marksheet: what is asked for, out of how many, and the lines."""

    run_component_key: str
    title: str
    kind: str
    maximum: Decimal
    authority: str
    lines: tuple[Line, ...]


def sheet(session: Session, actor: Actor, run_component_key: str) -> Sheet:
    """The marksheet of a component as it stands."""
    part = run_component(session, actor, run_component_key)
    numbers = numbers_on(session, part)
    in_lms = lms_figures.newest(session, part) if part.authority == LMS and kind_of(part) != JUDGEMENT else {}
    lines = [_line(session, part, enrolment, numbers.get(enrolment.person_id, ""), in_lms.get(enrolment.id))
             for enrolment in enrolments_on(session, part)]
    return Sheet(
        run_component_key=part.key, title=columns.label_of(part), kind=kind_of(part), authority=part.authority,
        maximum=columns.maximum_of(session, part), lines=tuple(lines),
    )


def kind_of(part: RunComponent) -> str:
    """What is written on this sheet: marks, verdicts of a gate, or judgements of an outcome."""
    if part.component is None:
        raise Refused("overall", "The overall result is worked out and never typed. Choose a component.")
    if part.run.version.kind == "outcomes":
        return JUDGEMENT
    return GATE if part.component.is_gate else MARK


def enrolments_on(session: Session, part: RunComponent) -> list[Enrolment]:
    """The learners of a marksheet, by name."""
    return list(session.scalars(
        select(Enrolment).join(Person, Enrolment.person_id == Person.id).where(Enrolment.run_id == part.run_id)
        .order_by(Person.family_name, Person.given_name, Enrolment.id)
    ))


def numbers_on(session: Session, part: RunComponent) -> dict[int, str]:
    """Student numbers by person, of those on the run."""
    return dict(session.execute(
        select(PersonIdentifier.person_id, PersonIdentifier.value).where(
            PersonIdentifier.institution_id == part.institution_id, PersonIdentifier.kind == student_numbers.KIND,
            PersonIdentifier.person_id.in_(select(Enrolment.person_id).where(Enrolment.run_id == part.run_id)),
        )
    ).tuples().all())


def standing_on(session: Session, part: RunComponent, enrolment: Enrolment) -> Outcome | Judgement | None:
    """What stands on one learner's line."""
    if kind_of(part) == JUDGEMENT:
        return judgement_on(session, part, enrolment)
    return outcomes.standing_now(session, enrolment, part)


def judgement_on(session: Session, part: RunComponent, enrolment: Enrolment) -> Judgement | None:
    """The newest judgement of one learner on the outcome that this sheet is about."""
    return session.scalar(
        select(Judgement).where(
            Judgement.enrolment_id == enrolment.id, Judgement.outcome == (part.component.code if part.component else "")
        ).order_by(Judgement.id.desc()).limit(1)
    )


def seen_of(stands: Outcome | Judgement | None) -> str:
    """A name for what stands, which comes back with an entry."""
    if stands is None:
        return NOTHING
    return (
        stands.key
        if isinstance(stands, Outcome)
        else f"{stands.judged_at.isoformat()} {stands.is_met} {stands.is_agreed}"
    )


def _line(session: Session, part: RunComponent, enrolment: Enrolment, number: str, said: Outcome | None) -> Line:
    stands = standing_on(session, part, enrolment)
    line = Line(
        enrolment_key=enrolment.key, name=enrolment.person.display_name, number=number, text=_text(stands),
        registration=enrolment.registration, is_withdrawn=enrolment.status == WITHDRAWN, seen=seen_of(stands),
    )
    if not isinstance(stands, Outcome):
        return line
    return replace(
        line, attempt=stands.attempt, source=stands.source, submitted_at=stands.submitted_at,
        extension_hours=stands.extension_hours, agreed_by=stands.agreed_by,
        in_lms="" if said is None or lms_figures.stands(said, stands) else _text(said),
    )


def _text(stands: Outcome | Judgement | None) -> str:
    """What stands on a line, as somebody would write it."""
    if stands is None:
        return ""
    if isinstance(stands, Judgement):
        return "met" if stands.is_met else "not yet" if stands.is_agreed else "met / not yet"
    if stands.markers and stands.status == Status.UNAGREED:
        return " / ".join(stands.markers)
    return stands.gate or (plain(stands.raw) if stands.raw is not None else stands.status.replace("_", " "))
