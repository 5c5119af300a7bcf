"""Export and erasure of one person: by registry alone, asked first, and in the audit log."""

import json
from datetime import datetime

import pytest
from sqlalchemy import select

from lti_tool.db import Sessions
from lti_tool.models.audit import AuditEntry
from lti_tool.models.institution import Institution
from lti_tool.models.people import Person, StaffAccount
from lti_tool.services import decisions
from tests import factories
from tests.cli.conftest import Cairn


@pytest.fixture
def staff(cairn: Cairn) -> Cairn:
    """Dana is at the registry, Iris looks after the machine."""
    cairn("staff", "add", "dana", "--name", "Dana", "--role", "registry")
    cairn("staff", "add", "iris", "--name", "Iris", "--role", "it_admin")
    return cairn


@pytest.fixture
def lena(staff: Cairn, sessions: Sessions, inverlea: Institution) -> str:
    with sessions.begin() as session:
        return factories.person(session, session.merge(inverlea), "Lena", student_number="S1001").key


def actions(sessions: Sessions) -> list[tuple[str, bool]]:
    with sessions() as session:
        dana = session.scalars(select(StaffAccount.person_id).where(StaffAccount.login == "dana")).one()
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("person.")))
        return [(row.action, row.actor_id == dana) for row in rows]


def name_of(sessions: Sessions, key: str) -> str:
    with sessions() as session:
        return session.scalars(select(Person.display_name).where(Person.key == key)).one()


def test_an_export_is_json_and_is_written_down(staff: Cairn, sessions: Sessions, lena: str) -> None:
    found = json.loads(staff("people", "export", lena, "--by", "dana"))
    assert found["person"]["display_name"] == "Lena"
    assert [row["value"] for row in found["identifiers"]] == ["S1001"]
    assert actions(sessions) == [("person.export", True)]


def test_erasing_asks_first_and_names_whom(staff: Cairn, sessions: Sessions, lena: str) -> None:
    told = staff("people", "erase", lena, "--by", "dana", given="n\n", code=1)
    assert "Forget who Lena is, for good?" in told
    assert "Nobody is erased." in told
    assert (name_of(sessions, lena), actions(sessions)) == ("Lena", [])
    assert "Erased." in staff("people", "erase", lena, "--by", "dana", given="y\n")
    assert (name_of(sessions, lena), actions(sessions)) == ("", [("person.erase", True)])


def test_who_is_sure_is_not_asked(staff: Cairn, sessions: Sessions, lena: str) -> None:
    assert "?" not in staff("people", "erase", lena, "--by", "dana", "--yes")
    assert "erased already" in staff("people", "erase", lena, "--by", "dana", "--yes", code=2)
    assert "The chain is whole." in staff("audit", "verify")


def test_it_is_told_first_where_a_result_still_waits_for_a_board(
    staff: Cairn, sessions: Sessions, inverlea: Institution, lena: str, now: datetime
) -> None:
    with sessions.begin() as session:
        home = session.merge(inverlea)
        version = factories.version(session, home, factories.regulation_set(session, home), code="IL5101")
        person = session.scalars(select(Person).where(Person.key == lena)).one()
        decisions.decide(session, factories.enrolment(session, factories.run(session, version), person), now)
    told = staff("people", "erase", lena, "--by", "dana", given="n\n", code=1)
    assert "No result is ratified yet on IL5101; once Lena is erased, none can be." in told
    assert name_of(sessions, lena) == "Lena"


@pytest.mark.parametrize("command", ["export", "erase"])
@pytest.mark.parametrize(("login", "said"), [
    pytest.param("iris", "Only registry", id="not registry"),
    pytest.param("nobody", "Nobody signs in", id="no account"),
])
def test_only_registry_answers_for_it(
    staff: Cairn, sessions: Sessions, lena: str, command: str, login: str, said: str
) -> None:
    more = ["--yes"] if command == "erase" else []
    assert said in staff("people", command, lena, "--by", login, *more, code=2)
    assert (name_of(sessions, lena), actions(sessions)) == ("Lena", [])


def test_a_key_of_nobody_is_a_sentence(staff: Cairn) -> None:
    assert "There is no such person." in staff("people", "export", "nobody", "--by", "dana", code=2)
