"""An outcome knows by whose account it was read, so that a wrong match can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "outcome_account"
down_revision = "first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outcome") as outcome:
        outcome.add_column(sa.Column("lti_user_id", sa.Integer(), nullable=True))
        outcome.create_foreign_key(outcome.f("fk_outcome_lti_user_id_lti_user"), "lti_user", ["lti_user_id"], ["id"])
        outcome.create_index(outcome.f("ix_outcome_lti_user_id"), ["lti_user_id"])


def downgrade() -> None:
    with op.batch_alter_table("outcome") as outcome:
        outcome.drop_index(outcome.f("ix_outcome_lti_user_id"))
        outcome.drop_constraint(outcome.f("fk_outcome_lti_user_id_lti_user"), type_="foreignkey")
        outcome.drop_column("lti_user_id")
