"""The audit log: one entry has each number, and every institution counts for itself."""

from sqlalchemy.orm import Session

from lti_tool.models.audit import AuditEntry
from lti_tool.models.institution import Institution
from tests import factories
from tests.conftest import NOW
from tests.models.conftest import Refuses


def entry(institution: Institution, number: int = 1) -> AuditEntry:
    return AuditEntry(
        institution_id=institution.id, number=number, at=NOW, action="try", subject="thing:1", commitment="c",
        previous="", hash="h",
    )


def test_a_number_is_given_once_in_an_institution(session: Session, refuses: Refuses) -> None:
    ours, theirs = factories.institution(session), factories.institution(session, "elsewhere")
    session.add_all([entry(ours), entry(ours, 2), entry(theirs)])
    session.flush()
    refuses(entry(ours, 2))


def test_an_entry_stands_without_what_was_personal_in_it(session: Session) -> None:
    made = entry(factories.institution(session))
    made.salt = made.details = None
    session.add(made)
    session.flush()
