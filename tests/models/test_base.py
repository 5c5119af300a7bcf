"""What every row has: an institution that exists, a random key, and the time at which it was made."""

from datetime import UTC, timedelta

import pytest
from sqlalchemy.orm import Session

import lti_tool.models  # noqa: F401  (makes every table known)
from lti_tool.clock import utcnow
from lti_tool.db import Base
from lti_tool.models.people import Person
from tests import factories
from tests.models.conftest import Refuses

OF_THE_INSTALLATION = {"institution", "worker_beat"}


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_row_belongs_to_an_institution(table):
    if table.name in OF_THE_INSTALLATION:
        assert "institution_id" not in table.columns
    else:
        column = table.columns["institution_id"]
        assert not column.nullable
        assert [key.target_fullname for key in column.foreign_keys] == ["institution.id"]


def test_a_row_of_no_institution_is_refused(refuses: Refuses) -> None:
    refuses(Person(institution_id=404))


def test_keys_are_random_and_tell_nothing_of_the_number(session: Session) -> None:
    institution = factories.institution(session)
    keys = {factories.person(session, institution).key for _ in range(50)}
    assert len(keys) == 50
    assert all(len(key) >= 16 for key in keys)


def test_a_row_knows_when_it_was_made(session: Session) -> None:
    made = factories.institution(session).created_at
    assert made.tzinfo == UTC
    assert abs(utcnow() - made) < timedelta(minutes=1)
