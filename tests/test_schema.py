"""Which migrations a database has had; what the migrations themselves do is tested in tests/migrations."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from lti_tool import schema
from lti_tool.db import make_engine


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path}/100%.db")  # a percent sign means something in a configuration file
    yield engine
    engine.dispose()


def test_a_database_is_brought_to_the_newest_revision_once(database: Engine) -> None:
    assert schema.current(database) == ""
    assert schema.upgrade(database) == ("", schema.newest())
    assert schema.upgrade(database) == (schema.newest(), schema.newest())
    schema.require_newest(database)


def test_the_newest_revision_is_the_one_that_alembic_goes_to() -> None:
    assert schema.newest() == ScriptDirectory(str(schema.shipped("migrations"))).get_current_head()


def test_a_later_migration_is_newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "a.py").write_text('revision = "more_tables"\ndown_revision = "first_tables"\n')
    (tmp_path / "versions" / "b.py").write_text('revision = "first_tables"\ndown_revision = None\n')
    monkeypatch.setattr(schema, "shipped", lambda name: tmp_path)
    assert schema.newest.__wrapped__() == "more_tables"


def test_looking_changes_nothing(database: Engine) -> None:
    schema.current(database)
    assert inspect(database).get_table_names() == []


@pytest.mark.parametrize(("revision", "said"), [
    pytest.param("", "has no tables yet", id="an empty database"),
    pytest.param("19000101", "older than this version of Cairn, or newer", id="another revision"),
])
def test_another_revision_is_refused_with_the_command_to_run(database: Engine, revision: str, said: str) -> None:
    if revision:
        schema.upgrade(database)
        with database.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    with pytest.raises(schema.NotMigrated, match=said) as refused:
        schema.require_newest(database)
    assert "`cairn db upgrade`" in str(refused.value)


@pytest.mark.parametrize("name", ["migrations", "config"])
def test_folders_that_come_with_cairn_are_found_from_anywhere(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert schema.shipped(name).is_dir()


def test_a_folder_of_that_name_beside_an_installed_package_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = tmp_path / "site-packages"
    (beside / "lti_tool").mkdir(parents=True)
    (beside / "migrations").mkdir()
    monkeypatch.setattr(schema, "__file__", str(beside / "lti_tool" / "schema.py"))
    assert schema.shipped("migrations").parts[-3:] == ("share", "cairn", "migrations")
