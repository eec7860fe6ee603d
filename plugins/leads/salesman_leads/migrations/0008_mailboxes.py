"""leads: mailboxes that are read, and what was made of their letters."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "leads_0008"
down_revision = "leads_0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "leads_mailbox",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(length=254), nullable=False),
        sa.Column("sealed_password", sa.Text(), nullable=False),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=100), nullable=False),
        sa.Column("afterwards", sa.String(length=10), nullable=False),
        sa.Column("moved_to", sa.String(length=200), nullable=False),
        sa.Column("takes_old", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("uid_validity", ID, nullable=True),
        sa.Column("last_uid", ID, nullable=False),
        sa.Column("begun_at", types.UtcDateTime(), nullable=True),
        sa.Column("checked_at", types.UtcDateTime(), nullable=True),
        sa.Column("problem", sa.String(length=20), nullable=False),
        sa.Column("problem_words", sa.String(length=300), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "way IN ('imaps', 'starttls', 'imap')", name=op.f("ck_leads_mailbox_way")
        ),
        sa.CheckConstraint(
            "afterwards IN ('leave', 'seen', 'move')", name=op.f("ck_leads_mailbox_afterwards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_mailbox")),
    )
    op.create_table(
        "leads_letter",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("mailbox_id", ID, nullable=False),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("uid_validity", ID, nullable=False),
        sa.Column("uid", ID, nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("made", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("lead_id", ID, nullable=True),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("filed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "made IN ('lead', 'refused', 'unreadable', 'automatic', 'bounce', 'own')",
            name=op.f("ck_leads_letter_made"),
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"],
            ["leads_mailbox.id"],
            name=op.f("fk_leads_letter_mailbox_id_leads_mailbox"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["leads_lead.id"],
            name=op.f("fk_leads_letter_lead_id_leads_lead"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_letter")),
        sa.UniqueConstraint(
            "mailbox_id", "message_id", name=op.f("uq_leads_letter_mailbox_id_message_id")
        ),
    )
    op.create_index(op.f("ix_leads_letter_lead_id"), "leads_letter", ["lead_id"])
    op.create_index("ix_leads_letter_mailbox_id_at", "leads_letter", ["mailbox_id", "at", "id"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("leads_letter")
    op.drop_table("leads_mailbox")
