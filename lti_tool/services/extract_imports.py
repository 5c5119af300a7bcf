"""Extracts that were applied: when, by whom, with what totals."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import ExtractImport
from lti_tool.models.people import Person

RECENT = 20


@dataclass(frozen=True, kw_only=True)
class Import:
    """One that was applied."""

    file_name: str
    at: datetime
    by: str
    rows: int
    totals: dict[str, int]


def recent(session: Session, institution_id: int) -> list[Import]:
    """The newest first."""
    rows = session.scalars(
        select(ExtractImport).where(ExtractImport.institution_id == institution_id)
        .order_by(ExtractImport.id.desc()).limit(RECENT)
    )
    return [
        Import(file_name=row.file_name, at=row.imported_at, by=_name(session, row.imported_by), rows=row.rows,
               totals=dict(row.totals)) for row in rows
    ]


def _name(session: Session, person_id: int | None) -> str:
    person = session.get(Person, person_id) if person_id else None
    return person.display_name if person else "the command line"
