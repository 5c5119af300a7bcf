"""A reading of a column knows which column it was, so that a mark that is gone from it is noticed."""

import sqlalchemy as sa
from alembic import op

revision = "capture_column"
down_revision = "capture_file"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("capture_run") as capture_run:
        capture_run.add_column(sa.Column("line_item_id", sa.Integer(), nullable=True))
        capture_run.create_foreign_key(
            capture_run.f("fk_capture_run_line_item_id_line_item"), "line_item", ["line_item_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("capture_run") as capture_run:
        capture_run.drop_constraint(capture_run.f("fk_capture_run_line_item_id_line_item"), type_="foreignkey")
        capture_run.drop_column("line_item_id")
