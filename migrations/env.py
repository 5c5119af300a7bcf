"""Runs migrations on the connection that ``cairn db upgrade`` hands over; no models are imported by a version."""

from alembic import context

from lti_tool import models  # noqa: F401  (the comparison with the models needs every table)
from lti_tool.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
