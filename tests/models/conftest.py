"""What the database itself refuses, whatever a service may do."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.db import Base
from tests.services import delivering

Refuses = Callable[[Base], None]


@pytest.fixture
def world(session: Session) -> delivering.World:
    return delivering.world(session)


@pytest.fixture
def refuses(session: Session) -> Refuses:
    """Asserts that a row is refused; what was there before stays."""
    def check(row: Base) -> None:
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(row)
            session.flush()

    return check
