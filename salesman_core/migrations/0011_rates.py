"""A dated table of currency rates, and the rate that each deal keeps of its day."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "core_0011"
down_revision = "core_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; deals in foreign currencies get their rates as they are entered."""
    op.create_table(
        "core_currency_rate",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("base", sa.String(length=3), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rate", types.Rate(), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("ck_core_currency_rate_rate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_currency_rate")),
        sa.UniqueConstraint(
            "base", "currency", "day", name=op.f("uq_core_currency_rate_base_currency_day")
        ),
    )
    op.add_column("core_deal", sa.Column("rate", types.Rate(), nullable=True))
    op.add_column("core_deal", sa.Column("rate_currency", sa.String(length=3), nullable=True))


def downgrade() -> None:
    """Bring the tables back."""
    op.drop_column("core_deal", "rate_currency")
    op.drop_column("core_deal", "rate")
    op.drop_table("core_currency_rate")
