"""Runs migrations on the connection that ``cairn db upgrade`` hands over; no models are imported by a version."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from lti_tool import models  # noqa: F401  (the comparison with the models needs every table)
from lti_tool.db import Base


def plain_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that a version stands without our code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True,
    compare_type=True, render_item=plain_type,
)
with context.begin_transaction():
    context.run_migrations()
