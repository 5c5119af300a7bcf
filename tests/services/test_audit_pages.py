"""The audit log by page and filter, and the reading of it written down."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.audit import AuditEntry
from lti_tool.services import audit, audit_pages
from lti_tool.services.actors import Actor
from lti_tool.services.audit_pages import Filter
from lti_tool.services.errors import NotFound
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    made = University(session, now)
    for number in range(60):
        audit.record(
            session, institution_id=made.institution.id, action="award.grant" if number % 2 else "award.look", now=now,
            subject=f"award:key{number}", actor=made.people["alice"].id, details={"number": number},
        )
    return made


def test_pages_go_from_the_newest_to_the_first(home: University) -> None:
    lines, more = audit_pages.page(home.session, home.institution.id, Filter())
    assert (len(lines), lines[0].number, more) == (50, 60, 11)
    rest, end = audit_pages.page(home.session, home.institution.id, Filter(), more)
    assert ([line.number for line in rest], end) == (list(range(10, 0, -1)), None)


def test_filters(home: University) -> None:
    assert len(audit_pages.page(home.session, home.institution.id, Filter(action="award.grant"))[0]) == 30
    found = audit_pages.page(home.session, home.institution.id, Filter(subject="award:key59"))[0]
    assert [(line.by, line.award_key) for line in found] == [("Alice", "key59")]
    assert audit_pages.page(home.session, home.institution.id, Filter(action="%"))[0] == []
    assert list(audit_pages.actions(home.session, home.institution.id)) == ["award.grant", "award.look"]


def test_i21_reading_an_entry_is_an_entry(home: University) -> None:
    newest = home.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert newest is not None
    line, details, _ = audit_pages.entry(home.session, home.actor("charlie", Role.AUDITOR), newest.hash, home.now)
    assert (line.number, details) == (60, {"number": 59})
    read = audit_pages.page(home.session, home.institution.id, Filter(action="read"))[0]
    assert [(each.by, each.subject) for each in read] == [("Charlie", "audit:60")]
    assert audit.verify(home.session, home.institution.id).is_valid


def test_an_entry_of_another_institution_is_not_there(home: University) -> None:
    away = factories.institution(home.session, "elsewhere")
    stranger = Actor(institution_id=away.id, person_id=None, roles=frozenset({Role.AUDITOR}))
    newest = home.session.scalars(select(AuditEntry)).first()
    assert newest is not None
    with pytest.raises(NotFound):
        audit_pages.entry(home.session, stranger, newest.hash, home.now)
