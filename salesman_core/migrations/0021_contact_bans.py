"""Who wants no mailing or no calls."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "core_0021"
down_revision = "core_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "core_contact_ban",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("client_id", types.BigId, nullable=True),
        sa.Column("contact_id", types.BigId, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", types.BigId, nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("way IN ('mailing', 'calls')", name=op.f("ck_core_contact_ban_way")),
        sa.CheckConstraint(
            "(address IS NOT NULL AND client_id IS NULL AND contact_id IS NULL)"
            " OR (address IS NULL AND client_id IS NOT NULL AND contact_id IS NULL)"
            " OR (address IS NULL AND client_id IS NULL AND contact_id IS NOT NULL)",
            name=op.f("ck_core_contact_ban_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["core_user.id"],
            name=op.f("fk_core_contact_ban_by_id_core_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["core_client.id"],
            name=op.f("fk_core_contact_ban_client_id_core_client"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["core_contact.id"],
            name=op.f("fk_core_contact_ban_contact_id_core_contact"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_contact_ban")),
        sa.UniqueConstraint("address", "way", name=op.f("uq_core_contact_ban_address_way")),
        sa.UniqueConstraint("client_id", "way", name=op.f("uq_core_contact_ban_client_id_way")),
        sa.UniqueConstraint("contact_id", "way", name=op.f("uq_core_contact_ban_contact_id_way")),
    )


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("core_contact_ban")
