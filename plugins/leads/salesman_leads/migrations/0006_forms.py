"""leads: web forms, consents, and the rules against junk."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "leads_0006"
down_revision = "leads_0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "leads_form",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("button", sa.String(length=60), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("thanks_text", sa.String(length=2000), nullable=False),
        sa.Column("thanks_url", sa.String(length=1000), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=100), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_form")),
        sa.UniqueConstraint("key", name=op.f("uq_leads_form_key")),
    )
    _make_consents()
    _make_traces()
    op.create_table(
        "leads_junk_rules",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("phrases", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (
                "least_seconds",
                "most_sent",
                "sent_minutes",
                "most_repeats",
                "repeat_hours",
                "version",
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_junk_rules")),
    )


def downgrade() -> None:
    """Take the tables back."""
    for table in (
        "leads_junk_rules",
        "leads_form_sender",
        "leads_form_lead",
        "leads_consent",
        "leads_form_consent",
        "leads_form",
    ):
        op.drop_table(table)


def _make_consents() -> None:
    op.create_table(
        "leads_form_consent",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("form_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"],
            ["leads_form.id"],
            name=op.f("fk_leads_form_consent_form_id_leads_form"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_form_consent")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_leads_form_consent_form_id_number")),
    )
    op.create_table(
        "leads_consent",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("consent_id", ID, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["leads_lead.id"],
            name=op.f("fk_leads_consent_lead_id_leads_lead"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["leads_form_consent.id"],
            name=op.f("fk_leads_consent_consent_id_leads_form_consent"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_consent")),
    )
    op.create_index(op.f("ix_leads_consent_lead_id"), "leads_consent", ["lead_id"])
    op.create_index(op.f("ix_leads_consent_consent_id"), "leads_consent", ["consent_id"])


def _make_traces() -> None:
    """Make the tables of what a form brought, and of who sent it how often."""
    op.create_table(
        "leads_form_lead",
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("form_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["leads_lead.id"],
            name=op.f("fk_leads_form_lead_lead_id_leads_lead"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["form_id"],
            ["leads_form.id"],
            name=op.f("fk_leads_form_lead_form_id_leads_form"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_leads_form_lead")),
    )
    op.create_index(op.f("ix_leads_form_lead_form_id"), "leads_form_lead", ["form_id"])
    op.create_table(
        "leads_form_sender",
        sa.Column("form_id", ID, nullable=False),
        sa.Column("network", sa.String(length=50), nullable=False),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"],
            ["leads_form.id"],
            name=op.f("fk_leads_form_sender_form_id_leads_form"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("form_id", "network", "since", name=op.f("pk_leads_form_sender")),
    )
    op.create_index(op.f("ix_leads_form_sender_since"), "leads_form_sender", ["since"])
