"""What every command shares: odd settings and databases are one sentence and exit code 2, never a stack trace."""

import pytest
from sqlalchemy.exc import IntegrityError

from lti_tool.cli import house
from lti_tool.db import Sessions
from lti_tool.models.people import Person
from lti_tool.services.errors import Refused
from tests import factories
from tests.cli.conftest import Cairn, settings


def test_where_cairn_is_not_set_up_the_remedy_is_named(bare: Cairn) -> None:
    told = bare("institutions", "list", code=2)
    assert told.startswith("Error: Cairn is not set up in this folder")
    assert "`cairn init`" in told


@pytest.mark.parametrize("words", ["platforms list", "serve", "worker", "db check", "audit verify", "capture"])
def test_a_database_without_tables_is_a_sentence_with_the_command(unmigrated: Cairn, words: str) -> None:
    assert bare_error(unmigrated(*words.split(), code=2)) == (
        "The database has no tables yet. Run `cairn db upgrade`, then try again."
    )


@pytest.mark.parametrize(("url", "said"), [
    pytest.param("nonsense", "no address of a database", id="no address"),
    pytest.param("postgresql://nobody@h:bad/x", "no address of a database", id="a port that is no number"),
    pytest.param("mysql://x/y", "is not installed", id="a driver that is missing"),
    pytest.param("sqlite:////no/such/folder/cairn.db", "cannot be reached", id="a folder that is missing"),
    pytest.param("postgresql://nobody@127.0.0.1:1/cairn", "cannot be reached", id="nobody listens"),
    pytest.param("sqlite:///junk.db", "is not what CAIRN_DATABASE_URL says", id="a file that is no database"),
])
def test_an_odd_database_is_a_sentence(bare: Cairn, url: str, said: str) -> None:
    (bare.folder / "junk.db").write_text("neither table nor row\n" * 100, encoding="utf-8")
    settings(bare.folder, url)
    told = bare("institutions", "list", code=2)
    assert said in told
    assert "nobody" not in told, "the address may hold a password, so it is not repeated"


def test_an_odd_setting_is_named(empty: Cairn) -> None:
    with open(empty.folder / "cairn.env", "a", encoding="utf-8") as file:
        file.write("CAIRN_WORKER_THREADS=many\n")
    assert bare_error(empty("institutions", "list", code=2)).startswith("CAIRN_WORKER_THREADS: a whole number")


def test_without_an_institution_the_remedy_is_named(empty: Cairn) -> None:
    assert bare_error(empty("platforms", "list", code=2)).startswith("There is no institution yet. Run `cairn init`")


def test_one_institution_need_not_be_named_and_one_of_two_must(cairn: Cairn, sessions: Sessions) -> None:
    cairn("platforms", "list")
    with sessions.begin() as session:
        factories.institution(session, "elsewhere")
    told = cairn("platforms", "list", code=2)
    assert "There are several institutions. Choose with --institution: elsewhere, inverlea." in told
    cairn("platforms", "list", "--institution", "elsewhere")
    assert "There is no institution nowhere." in cairn("platforms", "list", "--institution", "nowhere", code=2)


def test_what_is_expected_becomes_a_problem_and_a_bug_stays_a_bug() -> None:
    with pytest.raises(house.Problem, match="Not like this"), house.sentences():
        raise Refused("code", "Not like this.")
    broken = IntegrityError("INSERT", {}, Exception("unique"))
    with pytest.raises(IntegrityError), house.sentences():
        raise broken


def test_a_change_that_fails_is_taken_back(cairn: Cairn, sessions: Sessions) -> None:
    with pytest.raises(house.Problem), house.write("inverlea") as (_, session, institution):
        factories.person(session, institution)
        raise Refused("code", "Not like this.")
    cairn("audit", "verify")
    with sessions() as session:
        assert session.query(Person).count() == 0


def bare_error(told: str) -> str:
    assert told.startswith("Error: ")
    assert "Traceback" not in told
    return told.removeprefix("Error: ").strip()
