"""Extracts that were applied, newest first, with who did it."""

from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.models.catalogue import ExtractImport
from lti_tool.services import extract_imports
from tests import factories


def test_imports_name_their_file_and_person(session: Session, now: datetime) -> None:
    home, away = factories.institution(session), factories.institution(session, "elsewhere")
    dana = factories.person(session, home, "Dana")
    for name, by in (("first.csv", None), ("second.csv", dana.id)):
        session.add(ExtractImport(
            institution_id=home.id, digest="d", file_name=name, rows=3, totals={"new": 3}, imported_by=by,
            imported_at=now,
        ))
    session.flush()
    found = extract_imports.recent(session, home.id)
    assert [(each.file_name, each.by, each.totals["new"]) for each in found] == [
        ("second.csv", "Dana", 3), ("first.csv", "the command line", 3),
    ]
    assert extract_imports.recent(session, away.id) == []
