"""The columns keep instants and decimals exactly, and both databases begin transactions alike."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import DatabaseError, DBAPIError, StatementError

from lti_tool.db import DecimalText, UtcDateTime, looking, new_key, reading
from lti_tool.models.institution import Institution
from tests import factories


@pytest.fixture
def things(engine):
    table = Table(
        "thing", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime),
        Column("mark", DecimalText),
    )
    table.create(engine)
    yield table
    table.drop(engine)


def kept(engine, table, **values):
    with engine.begin() as connection:
        connection.execute(insert(table).values(**values))
        return connection.execute(select(table.c.at, table.c.mark)).one()


def test_an_instant_comes_back_the_same_in_utc(engine, things):
    at = datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=1)))
    found = kept(engine, things, at=at).at
    assert found == at and found.utcoffset() == timedelta(0)


def test_an_instant_without_zone_is_refused(engine, things):
    with pytest.raises(StatementError, match="an instant needs a zone"):
        kept(engine, things, at=datetime(2026, 3, 29, 1, 30))


@pytest.mark.parametrize("mark", ["49.45", "0", "100", "0.10", "5.555555555555555555"])
def test_a_mark_comes_back_digit_for_digit(engine, things, mark):
    assert str(kept(engine, things, mark=Decimal(mark)).mark) == mark


@pytest.mark.parametrize("mark", [49.5, Decimal("NaN"), Decimal("Infinity")])
def test_floats_and_no_numbers_are_refused(engine, things, mark):
    with pytest.raises(StatementError, match="finite decimals"):
        kept(engine, things, mark=mark)


def test_a_reader_does_not_wait_for_a_writer(sessions):
    with sessions.begin() as session:
        factories.institution(session)
    with sessions.begin() as writer, reading(sessions) as reader:
        writer.add(Institution(code="elsewhere", name="Elsewhere"))
        writer.flush()
        assert reader.scalars(select(Institution.code)).all() == ["inverlea"]


def test_keys_are_long_and_differ():
    assert len({new_key() for _ in range(1000)}) == 1000 and len(new_key()) == 16


def test_the_text_of_an_error_quotes_no_values(engine):
    with pytest.raises(DatabaseError) as caught, engine.connect() as connection:
        connection.execute(text("SELECT :name FROM nothing_there"), {"name": "Lena Learner"})
    assert "Lena" not in str(caught.value)


def test_no_key_looks_like_an_option_of_a_command():
    assert not [key for key in (new_key() for _ in range(2000)) if key.startswith("-")]


def test_a_look_does_not_wait_for_a_writer_either(sessions):
    with sessions.begin() as session:
        factories.institution(session)
    with sessions.begin() as writer, looking(sessions) as connection:
        writer.add(Institution(code="elsewhere", name="Elsewhere"))
        writer.flush()
        assert connection.scalars(select(Institution.code)).all() == ["inverlea"]


def lost(engine):
    """The connection that the pool holds, gone without its knowing."""
    with engine.connect() as connection:
        held = connection.connection.driver_connection
    held.close()


def test_a_connection_that_did_not_outlive_its_rest_is_not_lent(engine, monkeypatch):
    lost(engine)
    monkeypatch.setattr("lti_tool.db.RESTED_SECONDS", -1.0)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_a_connection_just_used_is_lent_untried(engine):
    lost(engine)
    with pytest.raises(DBAPIError) as raised, engine.connect() as connection:
        connection.scalar(text("SELECT 1"))
    assert raised.value.connection_invalidated, "and the pool knows from then on"
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
