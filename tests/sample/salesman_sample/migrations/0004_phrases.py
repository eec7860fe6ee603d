"""Phrases with which promises begin."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "sample_0004"
down_revision = "sample_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "sample_phrase",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("text", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_phrase")),
    )


def downgrade() -> None:
    """Bring the tables back."""
    op.drop_table("sample_phrase")
