"""Columns in the LMS gradebook: what one would hold, shown before it is made, and the same name for it every time."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Enrolment, RegulationSet, Run, RunComponent
from lti_tool.models.platform import LineItem
from lti_tool.services import regulation_files
from lti_tool.services.errors import Refused
from lti_tool.services.written_marks import plain

PREFIX = "cairn:"
COMPONENT, OVERALL = "component", "overall"
WHEN_RATIFIED, AT_ONCE = "when_ratified", "at_once"
LARGEST_WHOLE = 100  # Moodle turns any other maximum into 100 without a word (deep linking, 4.5)
PERCENT = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """What an instructor is told before a column is made."""

    title: str
    holds: str
    direction: str
    release: str
    visible_to: str
    maximum: str


@dataclass(frozen=True, kw_only=True)
class PlannedColumn:
    """A column to be made: the values that a line item and our own row of it need."""

    resource_id: str
    label: str
    maximum: Decimal
    holds: str
    is_ours_to_fill: bool
    release: str
    disclosure: Disclosure


def resource_id_of(run_component: RunComponent) -> str:
    """The name by which a column is found again after a course copy; always the same for one component of a run."""
    return f"{PREFIX}{run_component.key}"


def plan_line_item(session: Session, run_component: RunComponent, *, release: str = WHEN_RATIFIED) -> PlannedColumn:
    """The column that would stand for this component, or for the overall result."""
    if release not in (WHEN_RATIFIED, AT_ONCE):
        raise Refused("release", "A column shows its figures when they are ratified, or at once.")
    component = run_component.component
    if component is None:  # an overall result travels only once it is ratified, whatever a teacher chose for the marks
        release = WHEN_RATIFIED
    maximum = column_maximum(session, run_component)
    return PlannedColumn(
        resource_id=resource_id_of(run_component), label=label_of(run_component), maximum=maximum,
        holds=COMPONENT if component else OVERALL, is_ours_to_fill=run_component.authority == "cairn", release=release,
        disclosure=_disclosure(run_component, maximum, release),
    )


def columns(session: Session, run: Run) -> list[PlannedColumn]:
    """Every column that a run could have, components first, as plans."""
    parts = sorted(run.components, key=lambda part: part.component.position if part.component else 10_000)
    return [plan_line_item(session, part) for part in parts]


def existing(session: Session, run_component: RunComponent, context_id: int) -> LineItem | None:
    """The column of this component in a course, if it has one already; a second one is never made."""
    return session.scalar(select(LineItem).where(
        LineItem.context_id == context_id, LineItem.run_component_id == run_component.id
    ))


def label_of(run_component: RunComponent) -> str:
    """What the column is called in the gradebook."""
    if run_component.component is not None:
        return run_component.component.title
    return f"{run_component.run.title}: overall"


def maximum_of(session: Session, run_component: RunComponent) -> Decimal:
    """The most that a mark of this component can be: its own maximum, or that of the regulations' scale."""
    component = run_component.component
    if component is not None and component.out_of is not None:
        return Decimal(component.out_of)
    regulation_set_id = run_component.run.version.regulation_set_id
    if regulation_set_id is None:
        return PERCENT
    row = session.get_one(RegulationSet, regulation_set_id)
    return _scale_maximum(row.text, row.name)


@lru_cache(maxsize=64)
def _scale_maximum(text: str, name: str) -> Decimal:
    """The text of a set never changes, so that it is its own cache key."""
    maximum = regulation_files.from_text(text, name).regulations[name].scale.maximum
    return Decimal(maximum.numerator) / Decimal(maximum.denominator)


def column_maximum(session: Session, run_component: RunComponent) -> Decimal:
    """The maximum of the column: a whole number that every LMS takes; figures are rescaled to it, not rounded."""
    maximum = maximum_of(session, run_component)
    return maximum if maximum == maximum.to_integral_value() and maximum <= LARGEST_WHOLE else PERCENT


def learner_count(session: Session, run: Run) -> int:
    """How many a figure in this column would be about."""
    return len(session.scalars(select(Enrolment.id).where(
        Enrolment.run_id == run.id, Enrolment.status != "withdrawn"
    )).all())


def _disclosure(run_component: RunComponent, maximum: Decimal, release: str) -> Disclosure:
    from_lms = run_component.authority == "lms"
    label = label_of(run_component)
    return Disclosure(
        title=label,
        holds=f"The marks of {label}." if run_component.component else "The overall result as the regulations make it.",
        direction=(
            "You mark here, in the LMS. Cairn reads this column and writes nothing into it."
            if from_lms
            else "Cairn writes into this column. A mark typed into it here is only compared and changes nothing."
        ),
        release=_release(from_lms, release),
        visible_to=(
            "Only learners registered on the micro-credential get a figure, each their own. Teachers see all."
            if not from_lms
            else "The LMS shows it as you set it up there; degree students in the course stay out of Cairn."
        ),
        maximum=f"Out of {plain(maximum)}.",
    )


def _release(from_lms: bool, release: str) -> str:
    if from_lms:
        return "Learners see a mark when you release it in the LMS. It is provisional until it is ratified."
    if release == AT_ONCE:
        return "Learners see a figure as soon as there is one. It is provisional until it is ratified."
    return "Learners see a figure once it is ratified, not before."
