"""The regulations that rows name, read once per process."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.regulations import Regulations
from lti_tool.models.catalogue import Enrolment, RegulationSet
from lti_tool.models.institution import Institution
from lti_tool.services import regulation_files


def regulations_of(session: Session, enrolment: Enrolment) -> Regulations | None:
    """The regulations pinned at registration; none where no credit is given."""
    if enrolment.regulation_set_id is None:
        return None
    row = session.get_one(RegulationSet, enrolment.regulation_set_id)
    return _read(row.text, row.name, row.code)


def shared_by(session: Session, enrolments: Iterable[Enrolment]) -> Sequence[object]:
    """Regulations and institution of many learners. While the caller holds them, nobody has them read anew."""
    sets = {enrolment.regulation_set_id for enrolment in enrolments} - {None}
    homes = {enrolment.institution_id for enrolment in enrolments}
    return [
        *session.scalars(select(RegulationSet).where(RegulationSet.id.in_(sets))),
        *session.scalars(select(Institution).where(Institution.id.in_(homes))),
    ]


@lru_cache(maxsize=64)
def _read(text: str, name: str, code: str) -> Regulations:
    # The text of a version never changes, so it is its own cache key.
    return replace(regulation_files.from_text(text, code).regulations[name], version=code)
