"""Holidays, and working days on weekends."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "core_0020"
down_revision = "core_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "core_holiday",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_holiday")),
        sa.UniqueConstraint("day", name=op.f("uq_core_holiday_day")),
    )


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("core_holiday")
