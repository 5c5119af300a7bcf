"""Setting up: the wizard leaves a working installation or nothing; institutions; the database."""

import re
from pathlib import Path

import pytest

from lti_tool.cli.setup import SETS
from lti_tool.schema import shipped
from tests.cli.conftest import Cairn, settings

ANSWERS = {
    "--name": "University of Inverlea", "--code": "inverlea", "--timezone": "Europe/London",
    "--url": "https://cairn.example", "--login": "iris", "--regulations": "inverlea-2026",
}


def options(**other: str) -> list[str]:
    given = ANSWERS | {f"--{name}": value for name, value in other.items()}
    return [word for pair in given.items() for word in pair]


def test_init_sets_everything_up_without_a_question(bare: Cairn) -> None:
    told = bare("init", *options())
    assert "https://cairn.example/staff/invitation/" in told
    assert "inverlea" in bare("institutions", "list")
    assert re.search(r"INV-2026\.1 +cases hold", bare("regulations", "list"))
    assert re.search(r"iris +it_admin  \(invited\)", bare("staff", "list"))
    assert "at this version" in bare("db", "check")
    assert "The chain is whole." in bare("audit", "verify")


def test_init_asks_what_is_not_said(bare: Cairn) -> None:
    told = bare("init", given="\n\n\n\ndana\ntwenty-point\n")
    assert "Name of the institution [University of Inverlea]" in told
    assert "http://localhost:8400/staff/invitation/" in told
    assert re.search(r"dana +it_admin", bare("staff", "list"))
    assert "INV-20-2026.1" in bare("regulations", "list")


def test_an_odd_answer_is_said_at_once_and_asked_for_again(bare: Cairn) -> None:
    told = bare("init", given=" \n\nInverlea!\n\nScotland\n\nhttp://cairn.example\n\ntwo words\n\n9\n\n")
    said = ("needs a name", "will not do: 2 to 39", "is no time zone", "https only", "without blanks")
    places = [told.index(words) for words in said]
    assert places == sorted(places), "each is said where it was asked"
    assert told.count("Its time zone [Europe/London]") == 2
    assert "http://localhost:8400/staff/invitation/" in told


def test_settings_that_are_there_are_said_before_the_first_question(bare: Cairn) -> None:
    (bare.folder / "cairn.env").write_text("CAIRN_BIND=0.0.0.0:80\n", encoding="utf-8")
    assert "Name of the institution" not in bare("init", code=2)


def test_a_database_that_was_set_up_before_is_kept_as_it_is(bare: Cairn) -> None:
    """The settings file was lost, or is to be written anew."""
    bare("init", *options())
    told = bare("init", *options(url="https://marks.example", login="other"), "--force")
    assert "Sign in as before" in told and "https://marks.example/staff/" in told
    assert "other" not in bare("staff", "list")
    assert "https://marks.example" in (bare.folder / "cairn.env").read_text(encoding="utf-8")


def test_key_settings_and_database_are_for_their_owner_alone(bare: Cairn) -> None:
    bare("init", *options())
    for name in ("cairn.key", "cairn.env", "cairn.db"):
        assert (bare.folder / name).stat().st_mode & 0o077 == 0
    assert len((bare.folder / "cairn.key").read_text(encoding="utf-8").strip()) == 64


@pytest.mark.parametrize(("other", "said"), [
    pytest.param({"url": "http://cairn.example"}, "https only", id="an address without https"),
    pytest.param({"code": "Inverlea!"}, "will not do", id="an odd code"),
    pytest.param({"timezone": "Scotland"}, "no time zone", id="an unknown time zone"),
    pytest.param({"database": "sqlite:////no/such/folder/cairn.db"}, "cannot be reached", id="no database"),
])
def test_an_odd_answer_leaves_nothing_in_the_way_of_the_next_try(
    bare: Cairn, other: dict[str, str], said: str
) -> None:
    assert said in bare("init", *options(**other), code=2)
    assert not (bare.folder / "cairn.env").exists()
    bare("init", *options())


def test_init_does_not_overwrite_settings(bare: Cairn) -> None:
    (bare.folder / "cairn.env").write_text("CAIRN_BIND=0.0.0.0:80\n", encoding="utf-8")
    assert "Use --force" in bare("init", *options(), code=2)
    assert (bare.folder / "cairn.env").read_text(encoding="utf-8") == "CAIRN_BIND=0.0.0.0:80\n"


def test_forcing_keeps_the_key_that_seals(bare: Cairn) -> None:
    bare("init", *options())
    key = (bare.folder / "cairn.key").read_text(encoding="utf-8")
    bare("init", *options(code="second"), "--force")
    assert (bare.folder / "cairn.key").read_text(encoding="utf-8") == key
    assert "second" in bare("institutions", "list")


def test_the_environment_says_where_the_database_is(bare: Cairn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_DATABASE_URL", "sqlite:///elsewhere.db")
    bare("init", *options())
    assert (bare.folder / "elsewhere.db").exists()
    assert not (bare.folder / "cairn.db").exists()


@pytest.mark.parametrize("name", SETS)
def test_every_offered_set_is_shipped(name: str) -> None:
    assert Path(shipped("config") / "regulations" / f"{name}.yaml").is_file()


def test_institutions_are_added_and_listed(cairn: Cairn) -> None:
    told = cairn("institutions", "add", "--code", "otherton", "--name", "Otherton College")
    assert "Next: cairn staff add --institution otherton" in told
    listed = cairn("institutions", "list").splitlines()
    assert [line.split()[0] for line in listed] == ["inverlea", "otherton"]
    assert "taken" in cairn("institutions", "add", "--code", "otherton", "--name", "Again", code=2)


def test_the_database_is_upgraded_once(unmigrated: Cairn) -> None:
    assert unmigrated("db", "upgrade").startswith("The database is at ")
    assert unmigrated("db", "upgrade").startswith("Nothing to do")
    assert "at this version" in unmigrated("db", "check")


def test_an_address_of_a_database_is_needed_to_upgrade(bare: Cairn) -> None:
    settings(bare.folder, "sqlite:////no/such/folder/cairn.db")
    assert "cannot be reached" in bare("db", "upgrade", code=2)


def test_a_database_is_not_set_up_again_with_another_key(bare: Cairn, tmp_path: Path) -> None:
    bare("init", *options())
    database = f"sqlite:///{bare.folder}/cairn.db"
    key = bare.folder / "cairn.key"
    kept = key.read_text(encoding="utf-8")
    for name in ("cairn.env", "cairn.key"):
        (bare.folder / name).unlink()
    told = bare("init", *options(database=database), code=2)
    assert "sealed with another key" in told and "Copy its cairn.key into this folder" in told
    assert not key.exists() and not (bare.folder / "cairn.env").exists(), "nothing is left that would not work"
    key.write_text(kept, encoding="utf-8")
    assert "Sign in as before" in bare("init", *options(database=database))


@pytest.mark.parametrize("command", [["worker"], ["serve"], ["reconcile"], ["staff", "list"]])
def test_nothing_is_begun_with_a_key_that_opens_nothing(bare: Cairn, command: list[str]) -> None:
    bare("init", *options())
    (bare.folder / "cairn.key").write_text("0" * 64, encoding="utf-8")
    assert "sealed with another key" in bare(*command, code=2)


def test_a_new_key_in_front_of_the_old_one_will_do(bare: Cairn) -> None:
    bare("init", *options())
    key = bare.folder / "cairn.key"
    key.write_text("0" * 64 + "\n" + key.read_text(encoding="utf-8"), encoding="utf-8")
    assert "iris" in bare("staff", "list")
