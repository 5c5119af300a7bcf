"""Which runs a course in the LMS teaches, and in which courses a run is taught."""

from collections.abc import Collection

from sqlalchemy import CompoundSelect, select, union
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Run, RunComponent
from lti_tool.models.platform import LineItem, ResourceLink

_OF_LINKS = select(RunComponent.run_id).join(ResourceLink, ResourceLink.run_component_id == RunComponent.id)
_OF_COLUMNS = select(RunComponent.run_id).join(LineItem, LineItem.run_component_id == RunComponent.id)


def name_of(run: Run) -> str:
    """A run as the record system names it."""
    return " ".join(part for part in (run.code, run.occurrence, run.period) if part)


def run_ids_in(session: Session, context_id: int) -> list[int]:
    """The runs that a link or a column of this course stands for, in a settled order."""
    return sorted(session.scalars(in_course(context_id)))


def in_course(context_id: int) -> CompoundSelect[tuple[int]]:
    """The same as a question that another one can hold."""
    return union(
        _OF_LINKS.where(ResourceLink.context_id == context_id), _OF_COLUMNS.where(LineItem.context_id == context_id)
    )


def taught(institution_id: int) -> CompoundSelect[tuple[int, int]]:
    """Which course of the institution teaches which run, as a question: ``run_id`` and ``context_id``."""
    return union(
        _OF_LINKS.add_columns(ResourceLink.context_id).where(ResourceLink.institution_id == institution_id),
        _OF_COLUMNS.add_columns(LineItem.context_id).where(LineItem.institution_id == institution_id),
    )


def taught_run_ids(session: Session, institution_id: int) -> set[int]:
    """The runs of the institution that any course teaches."""
    return {run_id for run_id, _ in session.execute(taught(institution_id)).tuples()}


def run_ids_of(session: Session, context_ids: Collection[int]) -> list[int]:
    """The runs of several courses."""
    return sorted({run_id for context_id in context_ids for run_id in run_ids_in(session, context_id)})


def runs_in(session: Session, context_id: int) -> list[Run]:
    """The same as rows."""
    found = run_ids_in(session, context_id)
    return list(session.scalars(select(Run).where(Run.id.in_(found)).order_by(Run.id)))


def context_ids_of(session: Session, run_id: int) -> list[int]:
    """The courses that have a link or a column for this run."""
    of_links = (
        select(ResourceLink.context_id)
        .join(RunComponent, ResourceLink.run_component_id == RunComponent.id)
        .where(RunComponent.run_id == run_id)
    )
    of_columns = select(LineItem.context_id).join(RunComponent, LineItem.run_component_id == RunComponent.id).where(
        RunComponent.run_id == run_id
    )
    return sorted(session.scalars(union(of_links, of_columns)))


def teaching_context_ids(session: Session, institution_id: int) -> list[int]:
    """The courses of the institution in which any run is taught."""
    of_links = select(ResourceLink.context_id).where(
        ResourceLink.institution_id == institution_id, ResourceLink.run_component_id.is_not(None)
    )
    of_columns = select(LineItem.context_id).where(
        LineItem.institution_id == institution_id, LineItem.run_component_id.is_not(None)
    )
    return sorted(session.scalars(union(of_links, of_columns)))
