"""A course asks to teach a run that another course teaches, and somebody who may answers."""

import sqlalchemy as sa
from alembic import op

revision = "teaching_request"
down_revision = "capture_column"
branch_labels = None
depends_on = None

KEYS = (
    ("institution_id", "institution"), ("context_id", "context"), ("run_id", "run"), ("asked_by", "person"),
    ("answered_by", "person"),
)


def upgrade() -> None:
    op.create_table(
        "teaching_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_teaching_request_{column}"))
          for column, table in KEYS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teaching_request")),
        sa.UniqueConstraint("context_id", "run_id", name=op.f("uq_teaching_request_context_id_run_id")),
        sa.UniqueConstraint("key", name=op.f("uq_teaching_request_key")),
    )
    with op.batch_alter_table("teaching_request") as request:
        request.create_index(request.f("ix_teaching_request_institution_id"), ["institution_id"])
        request.create_index(request.f("ix_teaching_request_run_id"), ["run_id"])


def downgrade() -> None:
    op.drop_table("teaching_request")
