"""What a stage asks for on entry, and deals that are frozen until a day."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "core_0004"
down_revision = "core_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward: no stage asks for anything yet, and no deal is frozen."""
    op.add_column(
        "core_stage", sa.Column("required", sa.JSON(), server_default="[]", nullable=False)
    )
    op.add_column("core_deal", sa.Column("plan_since", types.UtcDateTime(), nullable=True))
    for table in ("core_deal", "core_deal_move"):
        op.add_column(table, sa.Column("frozen_until", sa.Date(), nullable=True))
        op.add_column(table, sa.Column("freeze_reason", sa.String(length=500), nullable=True))
    op.create_index("ix_core_deal_frozen_until", "core_deal", ["frozen_until"])


def downgrade() -> None:
    """Bring the tables back; the log of freezings goes with what it says of them."""
    op.execute("DELETE FROM core_deal_move WHERE action IN ('freeze', 'thaw')")
    op.drop_index("ix_core_deal_frozen_until", "core_deal")
    # Column by column: written anew, a table of SQLite would lose its indexes of expressions.
    for table in ("core_deal", "core_deal_move"):
        op.drop_column(table, "freeze_reason")
        op.drop_column(table, "frozen_until")
    op.drop_column("core_deal", "plan_since")
    op.drop_column("core_stage", "required")
