"""leads: channels, told by the tags of links, and the links that were tagged."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "leads_0009"
down_revision = "leads_0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TAGS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "leads_channel",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        *(sa.Column(tag, sa.String(length=200), nullable=False) for tag in TAGS),
        sa.Column("monthly_cost", types.Money(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_channel")),
        sa.UniqueConstraint("name", name=op.f("uq_leads_channel_name")),
    )
    op.create_table(
        "leads_tagged_link",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        *(sa.Column(tag, sa.String(length=200), nullable=False) for tag in TAGS),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["core_user.id"],
            name=op.f("fk_leads_tagged_link_created_by_id_core_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_tagged_link")),
    )
    op.create_index("ix_leads_lead_utm_source", "leads_lead", ["utm_source"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_index("ix_leads_lead_utm_source", "leads_lead")
    op.drop_table("leads_tagged_link")
    op.drop_table("leads_channel")
