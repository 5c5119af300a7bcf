"""A column knows the link that it belongs to, and since when the LMS says that there is no such column."""

import sqlalchemy as sa
from alembic import op

revision = "column_link"
down_revision = "student_field"
branch_labels = None
depends_on = None


def upgrade() -> None:  # in place: SQLite copies no table that others refer to
    link = sa.Column("resource_link_id", sa.String(length=255), nullable=False, server_default="")
    op.add_column("line_item", link)
    op.add_column("line_item", sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("line_item", "missed_at")
    op.drop_column("line_item", "resource_link_id")
