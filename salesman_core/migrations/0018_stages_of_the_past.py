"""Stages that were deleted stay without a pipeline, as long as steps of deals name them."""

import sqlalchemy as sa
from alembic import op

revision = "core_0018"
down_revision = "core_0017"
branch_labels = None
depends_on = None

RULES = (sa.CheckConstraint("percent BETWEEN 0 AND 100", name="ck_core_stage_percent"),)
"""SQLite writes the table anew, and would forget them."""


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("core_stage", table_args=RULES) as stage:
        stage.alter_column("pipeline_id", existing_type=sa.BigInteger(), nullable=True)


def downgrade() -> None:
    """Bring the tables back: deleted stages stand in the first pipeline, transfers were moves."""
    op.execute(
        "UPDATE core_stage SET pipeline_id = (SELECT id FROM core_pipeline"
        " ORDER BY position, id LIMIT 1) WHERE pipeline_id IS NULL"
    )
    op.execute("UPDATE core_deal_move SET action = 'move' WHERE action = 'transfer'")
    with op.batch_alter_table("core_stage", table_args=RULES) as stage:
        stage.alter_column("pipeline_id", existing_type=sa.BigInteger(), nullable=False)
