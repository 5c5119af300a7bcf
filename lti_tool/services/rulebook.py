"""The regulations that rows name, read once per process."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.regulations import Regulations
from lti_tool.models.catalogue import Enrolment, RegulationSet
from lti_tool.services import regulation_files


def regulations_of(session: Session, enrolment: Enrolment) -> Regulations | None:
    """The regulations pinned at registration; none where no credit is given."""
    if enrolment.regulation_set_id is None:
        return None
    row = session.get_one(RegulationSet, enrolment.regulation_set_id)
    return _read(row.text, row.name, row.code)


def sets_of(session: Session, enrolments: Iterable[Enrolment]) -> dict[int, RegulationSet]:
    """The regulation sets of many, by number. While the caller holds them, none is read a second time."""
    ids = {enrolment.regulation_set_id for enrolment in enrolments} - {None}
    return {row.id: row for row in session.scalars(select(RegulationSet).where(RegulationSet.id.in_(ids)))}


@lru_cache(maxsize=64)
def _read(text: str, name: str, code: str) -> Regulations:
    # The text of a version never changes, so it is its own cache key.
    return replace(regulation_files.from_text(text, code).regulations[name], version=code)
