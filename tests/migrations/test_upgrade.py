"""Migrations bring an empty and a filled database to exactly what the models say, and lose nothing."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, Table, inspect, select, text

from lti_tool import schema
from lti_tool.db import Base, make_engine, make_sessions
from lti_tool.models.catalogue import Run
from lti_tool.models.outcome import Outcome
from lti_tool.models.people import LtiUser
from lti_tool.models.platform import Context, LineItem, Registration, TeachingRequest
from lti_tool.services import teaching_requests
from tests import factories

MAY = datetime(2026, 5, 1, tzinfo=UTC)
SCRIPTS = ScriptDirectory(str(schema.shipped("migrations")))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


@pytest.fixture
def empty(database_url: str) -> Engine:
    """A database without any tables."""
    engine = make_engine(database_url)
    everything = MetaData()
    everything.reflect(engine)
    everything.drop_all(engine)
    yield engine
    rest = MetaData()
    rest.reflect(engine)
    rest.drop_all(engine)
    Base.metadata.create_all(engine)  # the next test finds it as it was
    engine.dispose()


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)


def test_an_empty_database_becomes_what_the_models_say(empty):
    before, after = schema.upgrade(empty)
    assert (before, after) == ("", schema.newest())
    assert differences(empty) == []


def test_upgrading_twice_changes_nothing(empty):
    schema.upgrade(empty)
    assert schema.upgrade(empty) == (schema.newest(), schema.newest())


def test_the_schema_is_required_with_the_command_to_run(empty):
    with pytest.raises(schema.NotMigrated, match="has no tables yet. Run `cairn db upgrade`"):
        schema.require_newest(empty)
    schema.upgrade(empty)
    schema.require_newest(empty)


@pytest.mark.parametrize("start", REVISIONS)
def test_a_filled_database_keeps_every_row(empty, sealer, start):
    schema.upgrade(empty, start)
    filled = fill(empty, sealer)
    schema.upgrade(empty)
    assert counts(empty) == filled | {name: 0 for name in counts(empty) if name not in filled}
    assert differences(empty) == []


def test_an_outcome_from_before_stays_and_names_no_account(empty, sealer):
    """SQLite copies the whole table for a new foreign key."""
    schema.upgrade(empty, "first_tables")
    fill(empty, sealer)
    outcome = Table("outcome", MetaData(), autoload_with=empty)
    with empty.begin() as connection:
        told = {column.name: None for column in outcome.columns} | {
            "id": 1, "key": "k", "institution_id": 1, "created_at": MAY, "enrolment_id": 1, "run_component_id": 1,
            "board_number": 1, "attempt": 1, "status": "marked", "raw": "62.5", "out_of": "100", "gate": "",
            "extension_hours": 0, "is_first_sit": False, "markers": [], "agreed_by": "", "source": "ags",
            "delivery": "d", "standing": "counted", "read_at": MAY,
        }
        connection.execute(outcome.insert().values({
            name: value for name, value in told.items() if name in outcome.columns
        }))
    schema.upgrade(empty)
    with make_sessions(empty, sealer)() as session:
        kept = session.scalars(select(Outcome)).one()
        assert (kept.raw, kept.standing, kept.lti_user_id) == (Decimal("62.5"), "counted", None)


def test_a_course_of_before_asks_for_nothing_and_what_came_can_be_taken_away(empty, sealer):
    schema.upgrade(empty, "outcome_account")
    filled = fill(empty, sealer)
    schema.upgrade(empty)
    with make_sessions(empty, sealer).begin() as session:
        context, run = session.scalars(select(Context)).one(), session.scalars(select(Run)).one()
        assert teaching_requests.for_registry(session, context.institution_id) == []
        session.add(TeachingRequest(
            institution_id=context.institution_id, context_id=context.id, run_id=run.id, asked_at=MAY,
        ))
    downgrade(empty, "outcome_account")
    assert counts(empty) == filled
    schema.upgrade(empty)
    assert differences(empty) == []


def test_an_lms_of_before_trusts_no_custom_field(empty, sealer):
    schema.upgrade(empty, "teaching_request")
    filled = fill(empty, sealer)
    schema.upgrade(empty)
    with make_sessions(empty, sealer)() as session:
        known, user = session.scalars(select(Registration)).one(), session.scalars(select(LtiUser)).one()
        assert (known.student_field, user.sourcedid, user.number_from) == ("", "20260102", "")
    downgrade(empty, "teaching_request")
    assert counts(empty) == filled


def test_a_column_of_before_belongs_to_no_link_yet_and_is_there(empty, sealer):
    schema.upgrade(empty, "student_field")
    fill(empty, sealer)
    schema.upgrade(empty)
    with make_sessions(empty, sealer)() as session:
        column = session.scalars(select(LineItem)).one()
        assert (column.url, column.resource_link_id, column.missed_at) == ("https://lms.example/items/7", "", None)
    downgrade(empty, "student_field")
    assert counts(empty)["line_item"] == 1


def downgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.shipped("migrations")))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_no_version_imports_our_models():
    for path in (schema.shipped("migrations") / "versions").glob("*.py"):
        assert "lti_tool" not in path.read_text(encoding="utf-8"), path.name


def fill(engine: Engine, sealer) -> dict[str, int]:
    """One university with one learner, as far as the tables of this revision go; the number of rows by table."""
    with make_sessions(engine, sealer).begin() as session:
        university = factories.institution(session)
        learner = factories.person(session, university, "Ola", student_number="20260102")
        regulations = factories.regulation_set(session, university)
        version = factories.version(session, university, regulations)
        factories.enrolment(session, factories.run(session, version), learner)
        factories.destination(session, university, version)
        lms(session, university.id)
    return counts(engine)


def lms(session, institution_id: int) -> None:
    """An LMS with a course and somebody in it, in the columns that these tables have at their revision."""
    mine = {"institution_id": institution_id, "created_at": MAY}
    urls = dict.fromkeys(("auth_url", "token_url", "token_audience", "jwks_url"), "https://lms.example")
    put(session, "registration", id=1, key="r", name="Moodle", issuer="https://lms.example", client_id="c",
        profile="moodle", is_active=True, **urls, **mine)
    put(session, "deployment", id=1, key="d", registration_id=1, deployment_id="1", is_active=True, **mine)
    put(session, "context", id=1, key="c", deployment_id=1, context_id="course-1", label="IL5101", title="Seeing",
        memberships_url="", lineitems_url="", scopes=[], institution_id=institution_id)
    put(session, "lti_user", id=1, key="u", registration_id=1, sub="ola", name="Ola", email="", sourcedid="20260102",
        match="none", match_reason="", seen_at=MAY, **mine)
    put(session, "line_item", id=1, key="l", context_id=1, url="https://lms.example/items/7", resource_id="cairn:k",
        label="Portfolio", maximum="100", holds="component", is_ours_to_fill=False, release="when_ratified",
        state="open", **mine)


def put(session, table: str, **values: object) -> None:
    session.execute(Table(table, MetaData(), autoload_with=session.connection()).insert().values(values))


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
        return {name: connection.scalar(select(text("count(*)")).select_from(text(f'"{name}"'))) for name in names}
