"""Lines of deals, which own their amounts."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "sample_0003"
down_revision = "sample_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "sample_line",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("deal_id", types.BigId, nullable=False),
        sa.Column("amount", types.Money(), nullable=False),
        sa.Column("cost", types.Money(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deal_id"],
            ["core_deal.id"],
            name=op.f("fk_sample_line_deal_id_core_deal"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_line")),
    )
    op.create_index("ix_sample_line_deal_id", "sample_line", ["deal_id"])


def downgrade() -> None:
    """Bring the tables back."""
    op.drop_table("sample_line")
