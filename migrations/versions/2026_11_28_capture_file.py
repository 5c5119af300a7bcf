"""A reading of a file knows which file it was, so that the same one is known again."""

import sqlalchemy as sa
from alembic import op

revision = "capture_file"
down_revision = "outcome_account"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("capture_run") as capture_run:
        capture_run.add_column(sa.Column("file_digest", sa.String(64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("capture_run") as capture_run:
        capture_run.drop_column("file_digest")
