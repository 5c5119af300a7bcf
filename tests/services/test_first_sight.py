"""Whether a number may name somebody, before the rules are asked."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from lti_tool.lti.tool_config import registered
from lti_tool.lti.values import Launch, UserClaim
from lti_tool.models.institution import Institution
from lti_tool.models.people import PersonIdentifier
from lti_tool.services import first_sight
from lti_tool.services.launch_facts import known_of
from tests import factories

PATTERN = r"(\d{7})(?:/\d)?"


@pytest.mark.parametrize("sourcedid, pattern, expected", [
    pytest.param("1000001", "", "", id="a student's number"),
    pytest.param(" 1000001 ", "", "", id="with blanks"),
    pytest.param("1000001/2", PATTERN, "", id="in another form of the institution"),
    pytest.param("b77", "", "", id="a staff number in small letters"),
    pytest.param("1000002", "", "number_unknown", id="nobody's"),
    pytest.param("", "", "no_number", id="none"),
    pytest.param("$Person.sourcedId", "", "no_number", id="a variable that nobody filled"),
    pytest.param("x", PATTERN, "no_number", id="not of the institution's form"),
])
def test_what_a_number_is(session: Session, sourcedid: str, pattern: str, expected: str) -> None:
    inverlea = factories.institution(session)
    dora = factories.person(session, inverlea, "Dora", student_number="1000001")
    session.add(PersonIdentifier(institution_id=inverlea.id, person_id=dora.id, kind="staff_number", value="b77"))
    assert reason_for(session, inverlea, sourcedid, pattern) == expected


def test_another_institutions_number_is_nobodys(session: Session) -> None:
    factories.person(session, factories.institution(session, "elsewhere"), "Dora", student_number="1000001")
    assert reason_for(session, factories.institution(session), "1000001", "") == "number_unknown"


def reason_for(session: Session, institution: Institution, sourcedid: str, pattern: str) -> str:
    """As a launch of somebody new asks."""
    lms = registered(factories.registration(session, institution))
    launch = Launch(
        registration=replace(lms, student_number_pattern=pattern), deployment_id="1", message_type="m", nonce="n",
        target_link_uri="", role=None, user=UserClaim(sub="dora", sourcedid=sourcedid),
    )
    known = known_of(session.connection(), launch)
    assert known is not None
    return first_sight.reason(launch, known.is_somebody)
