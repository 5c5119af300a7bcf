"""Joining a course of the LMS with a run, and a picked link with its component and its column.

A course can be joined with a run that no other course teaches yet. One that is taught already opens to it only once
it was let in (``teaching_requests``); a shared learner, or anything that a teacher can type, opens none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import AchievementVersion, Run, RunComponent
from lti_tool.models.platform import Context, LineItem, ResourceLink
from lti_tool.services import audit, columns, courses, teaching_requests
from lti_tool.services.actors import Actor
from lti_tool.services.columns import AT_ONCE, WHEN_RATIFIED, Disclosure, PlannedColumn
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.teaching_requests import LET_IN, REFUSED

PLANNED = "planned"  # a column that the LMS makes when the teacher saves the picked link


@dataclass(frozen=True, kw_only=True)
class RunChoice:
    """A run that a course may be joined with. ``is_here``: the course teaches it already; ``is_over``: last year's."""

    key: str
    title: str
    name: str
    learners: int
    is_here: bool
    looks_right: bool
    is_over: bool


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing that a link can stand for, and what its column would be; a link without a column has no ``column``."""

    key: str
    title: str
    is_overall: bool
    is_added: bool
    releases: tuple[tuple[str, str], ...]  # where there is a choice: the word kept, and what it means
    column: Disclosure | None


@dataclass(frozen=True, kw_only=True)
class Picked:
    """What a teacher picked: the component's key and title, and the column that goes with it."""

    key: str
    title: str
    column: PlannedColumn | None


def choices(session: Session, context: Context, today: date) -> list[RunChoice]:
    """The runs that this course may be joined with: its own first, then those to come whose code it bears."""
    here = set(courses.run_ids_in(session, context.id))
    runs = session.scalars(
        select(Run).join(AchievementVersion, Run.version_id == AchievementVersion.id).where(
            Run.institution_id == context.institution_id, AchievementVersion.state == "published"
        )
    )
    taught = courses.taught_run_ids(session, context.institution_id)
    states = teaching_requests.states_of(session, context)
    found = [
        _choice(session, context, run, run.id in here, today) for run in runs
        if run.id in here or _may_join(is_taught=run.id in taught, state=states.get(run.id, ""))
    ]
    return sorted(found, key=lambda choice: (not choice.is_here, choice.is_over, not choice.looks_right, choice.name))


def chosen_run(session: Session, context: Context, run_key: str) -> Run:
    """One of these runs by its key. Raises :class:`NotFound` or :class:`Refused`."""
    run = session.scalar(select(Run).where(Run.institution_id == context.institution_id, Run.key == run_key))
    if run is None:
        raise NotFound("run")
    if not is_open(session, context, run):
        text = "Another course teaches this run. Ask to teach it too: a teacher there, or registry, says yes or no."
        raise Refused("taught_elsewhere", text)
    return run


def join(
    session: Session, actor: Actor, context: Context, link_id: int | None, run_key: str, now: datetime,
    component_key: str = "",
) -> Run:
    """Let the link that was opened stand for a run, so that its course teaches the run.

    It stands for the run as a whole; or, where it still says which component of an earlier run it was for, for the same
    component of this one.
    """
    run = chosen_run(session, context, run_key)
    link = session.get(ResourceLink, link_id) if link_id is not None else None
    if link is None or link.context_id != context.id:
        raise Refused("no_link", "Open Cairn by a link in the course, and choose there.")
    if link.run_component_id is not None:
        raise Refused("linked", "This link stands for something already. Add another one for another run.")
    link.run_component_id = (_counterpart(session, run, component_key) or overall_of(run)).id
    audit.record(
        session, institution_id=run.institution_id, action="join_course", subject=f"run:{run.key}", now=now,
        actor=actor.person_id, details={"course": context.key},
    )
    return run


def with_next_sitting(session: Session, context: Context) -> list[Run]:
    """The runs of a course whose board has met, so that the next sitting can be opened."""
    return [run for run in courses.runs_in(session, context.id) if run.sitting < run.board_number]


def parts(session: Session, context: Context, run: Run) -> list[Part]:
    """What a link in this course can stand for: the components in their order, then the run as a whole."""
    return [_part(session, context, part) for part in _in_order(run.components)]


def pick(
    session: Session, actor: Actor, context: Context, component_key: str, release: str, now: datetime
) -> Picked:
    """Take a teacher's choice. The column's row is planned now, so that it is known again when the LMS has made it."""
    part = session.scalar(select(RunComponent).where(
        RunComponent.institution_id == context.institution_id, RunComponent.key == component_key
    ))
    if part is None:
        raise NotFound("run component")
    chosen_run(session, context, part.run.key)
    title = columns.label_of(part) if part.component else part.run.title
    planned = columns.plan_line_item(session, part, release=release) if has_column(part) else None
    if planned is not None:
        _keep(session, context, part, planned)
    audit.record(
        session, institution_id=part.institution_id, action="pick_link", subject=f"run_component:{part.key}", now=now,
        actor=actor.person_id, details={"course": context.key, "has_column": planned is not None},
    )
    return Picked(key=part.key, title=title, column=planned)


def overall_of(run: Run) -> RunComponent:
    """What stands for the run as a whole."""
    return next(part for part in run.components if part.component_id is None)


def has_column(part: RunComponent) -> bool:
    """Whether a gradebook column could ever hold a figure of it: judgements and verdicts made here are none."""
    version = part.run.version
    if version.kind == "outcomes":
        return False
    if part.component is None:
        return version.regulation_set_id is not None
    return not (part.component.is_gate and part.authority == "cairn")


def _keep(session: Session, context: Context, part: RunComponent, planned: PlannedColumn) -> None:
    column = columns.existing(session, part, context.id)
    if column is None:
        column = LineItem(
            institution_id=context.institution_id, context_id=context.id, run_component_id=part.id, url="",
            resource_id=planned.resource_id, state=PLANNED,
        )
        session.add(column)
    elif column.state != PLANNED:
        raise Refused("added", "This course has a column for it already. Use the link that is there.")
    column.label, column.maximum, column.holds = planned.label, planned.maximum, planned.holds
    column.is_ours_to_fill, column.release = planned.is_ours_to_fill, planned.release
    session.flush()


def _counterpart(session: Session, run: Run, component_key: str) -> RunComponent | None:
    """The component of this run that has the code of the one with this key; the key itself opens nothing."""
    told = session.scalar(select(RunComponent).where(
        RunComponent.institution_id == run.institution_id, RunComponent.key == component_key
    )) if component_key else None
    if told is None or told.component is None:
        return None
    code = told.component.code
    return next((part for part in run.components if part.component and part.component.code == code), None)


def _choice(session: Session, context: Context, run: Run, is_here: bool, today: date) -> RunChoice:
    return RunChoice(
        key=run.key, title=run.title, name=courses.name_of(run), learners=columns.learner_count(session, run),
        is_here=is_here, looks_right=teaching_requests.looks_right(context, run), is_over=is_over(run, today),
    )


def is_open(session: Session, context: Context, run: Run) -> bool:
    """Whether a teacher may join a course with a run: one that nobody teaches, or this course, or that let it in."""
    teaching = courses.context_ids_of(session, run.id)
    if context.id in teaching:
        return True
    return _may_join(is_taught=bool(teaching), state=teaching_requests.state_of(session, context, run))


def _may_join(*, is_taught: bool, state: str) -> bool:
    """A course that does not teach it yet; ``state``: what was said of its request, if it made one."""
    return state == LET_IN or (not is_taught and state != REFUSED)


def is_open_by_link(session: Session, context: Context, run: Run, today: date) -> bool:
    """Whether a link may join them unasked: not with a run that is over, since a copied course brings its links."""
    if not is_over(run, today):
        return is_open(session, context, run)
    is_here = context.id in courses.context_ids_of(session, run.id)
    return is_here or teaching_requests.state_of(session, context, run) == LET_IN


def is_over(run: Run, today: date) -> bool:
    """A board of the run has met, or its day has passed: what begins now is hardly this run."""
    return run.board_number > 1 or (run.board_on is not None and run.board_on < today)


def _in_order(components: Iterable[RunComponent]) -> Sequence[RunComponent]:
    return sorted(components, key=lambda part: part.component.position if part.component else 10_000)


def _part(session: Session, context: Context, part: RunComponent) -> Part:
    column, releases = None, []
    if has_column(part):
        column = columns.plan_line_item(session, part).disclosure
        if part.authority == "cairn" and part.component is not None:
            releases = [(word, columns.plan_line_item(session, part, release=word).disclosure.release)
                        for word in (WHEN_RATIFIED, AT_ONCE)]
    existing = columns.existing(session, part, context.id)
    return Part(
        key=part.key, title=columns.label_of(part) if part.component else part.run.title,
        is_overall=part.component is None, is_added=existing is not None and existing.state != PLANNED,
        releases=tuple(releases), column=column,
    )
