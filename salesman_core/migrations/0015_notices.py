"""What people are told of what ended while they were elsewhere."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "core_0015"
down_revision = "core_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "core_notice",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("user_id", types.BigId, nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("read_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_notice_user_id_core_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_notice")),
    )
    op.create_index("ix_core_notice_user_id", "core_notice", ["user_id", "read_at"])
    op.create_index("ix_core_notice_created_at", "core_notice", ["created_at"])


def downgrade() -> None:
    """Bring the tables back."""
    op.drop_table("core_notice")
