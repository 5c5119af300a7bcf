"""A registration may name the custom field with student numbers, and an account says where its number is from."""

import sqlalchemy as sa
from alembic import op

revision = "student_field"
down_revision = "teaching_request"
branch_labels = None
depends_on = None

COLUMNS = (("registration", "student_field", 60), ("lti_user", "number_from", 10))


def upgrade() -> None:
    for table, name, length in COLUMNS:  # in place: SQLite copies no table that others refer to
        op.add_column(table, sa.Column(name, sa.String(length=length), nullable=False, server_default=""))


def downgrade() -> None:
    for table, name, _ in reversed(COLUMNS):
        op.drop_column(table, name)
