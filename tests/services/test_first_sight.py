"""Whether a number may name somebody, before the rules are asked."""

from collections.abc import Mapping

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.people import PersonIdentifier
from lti_tool.services import first_sight
from tests import factories

PATTERN = {"student_number_pattern": r"(\d{7})(?:/\d)?"}


@pytest.mark.parametrize("sourcedid, words, expected", [
    pytest.param("1000001", {}, "", id="a student's number"),
    pytest.param(" 1000001 ", {}, "", id="with blanks"),
    pytest.param("1000001/2", PATTERN, "", id="in another form of the institution"),
    pytest.param("b77", {}, "", id="a staff number in small letters"),
    pytest.param("1000002", {}, "number_unknown", id="nobody's"),
    pytest.param("", {}, "no_number", id="none"),
    pytest.param("$Person.sourcedId", {}, "no_number", id="a variable that nobody filled"),
    pytest.param("x", PATTERN, "no_number", id="not of the institution's form"),
])
def test_what_a_number_is(session: Session, sourcedid: str, words: Mapping[str, str], expected: str) -> None:
    inverlea = factories.institution(session)
    dora = factories.person(session, inverlea, "Dora", student_number="1000001")
    session.add(PersonIdentifier(institution_id=inverlea.id, person_id=dora.id, kind="staff_number", value="b77"))
    session.flush()
    assert first_sight.reason(session.connection(), inverlea.id, words, sourcedid) == expected


def test_another_institutions_number_is_nobodys(session: Session) -> None:
    factories.person(session, factories.institution(session, "elsewhere"), "Dora", student_number="1000001")
    inverlea = factories.institution(session)
    assert first_sight.reason(session.connection(), inverlea.id, {}, "1000001") == "number_unknown"
