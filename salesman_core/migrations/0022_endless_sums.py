"""Figures of the funnel may be more than 64 bits hold: PostgreSQL refuses what does not fit."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "core_0022"
down_revision = "core_0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "core_funnel_kept", "amount", type_=types.MoneySum(), existing_type=sa.BigInteger()
        )


def downgrade() -> None:
    """Take the tables back."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "core_funnel_kept", "amount", type_=sa.BigInteger(), existing_type=types.MoneySum()
        )
