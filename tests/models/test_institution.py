"""The institution."""

from sqlalchemy.orm import Session

from lti_tool.models.institution import Institution
from tests import factories
from tests.models.conftest import Refuses


def test_a_code_names_one_institution(session: Session, refuses: Refuses) -> None:
    factories.institution(session)
    refuses(Institution(code="inverlea", name="Another"))


def test_its_own_words_are_kept_as_written(session: Session) -> None:
    made = factories.institution(session)
    assert made.words == {}
    made.words = {"noun": "Kurzprogramm", "board": "Prüfungsausschuss"}
    session.flush()
    session.expire(made)
    assert made.words["board"] == "Prüfungsausschuss"
