"""Letters with papers: which went, their words, and who is reminded when."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "invoices_0002"
down_revision = "invoices_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "invoices_letter_wording",
        sa.Column("use", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("use", "language", name=op.f("pk_invoices_letter_wording")),
    )
    op.create_table(
        "invoices_reminding",
        sa.Column("company_id", types.BigId, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["requisites_company.id"],
            name=op.f("fk_invoices_reminding_company_id_requisites_company"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_invoices_reminding")),
    )
    op.create_table(
        "invoices_unreminded",
        sa.Column("invoice_id", types.BigId, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", types.BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["core_user.id"],
            name=op.f("fk_invoices_unreminded_by_id_core_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoices_invoice.id"],
            name=op.f("fk_invoices_unreminded_invoice_id_invoices_invoice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_invoices_unreminded")),
    )
    with op.batch_alter_table("invoices_unreminded") as batch_op:
        batch_op.create_index(op.f("ix_invoices_unreminded_by_id"), ["by_id"])
    op.create_table(
        "invoices_sending",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("invoice_id", types.BigId, nullable=True),
        sa.Column("act_id", types.BigId, nullable=True),
        sa.Column("letter_id", types.BigId, nullable=True),
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("reminder", sa.SmallInteger(), nullable=True),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", types.BigId, nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(invoice_id IS NULL) <> (act_id IS NULL)",
            name=op.f("ck_invoices_sending_one_paper"),
        ),
        sa.CheckConstraint(
            "reminder IS NULL OR invoice_id IS NOT NULL",
            name=op.f("ck_invoices_sending_reminder"),
        ),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["invoices_act.id"],
            name=op.f("fk_invoices_sending_act_id_invoices_act"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["core_user.id"],
            name=op.f("fk_invoices_sending_by_id_core_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoices_invoice.id"],
            name=op.f("fk_invoices_sending_invoice_id_invoices_invoice"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["core_letter.id"],
            name=op.f("fk_invoices_sending_letter_id_core_letter"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices_sending")),
        sa.UniqueConstraint(
            "invoice_id", "reminder", name=op.f("uq_invoices_sending_invoice_id_reminder")
        ),
    )
    with op.batch_alter_table("invoices_sending") as batch_op:
        batch_op.create_index("ix_invoices_sending_act_id", ["act_id", "at"])
        batch_op.create_index(op.f("ix_invoices_sending_by_id"), ["by_id"])
        batch_op.create_index("ix_invoices_sending_invoice_id", ["invoice_id", "at"])
        batch_op.create_index(op.f("ix_invoices_sending_letter_id"), ["letter_id"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("invoices_sending")
    op.drop_table("invoices_unreminded")
    op.drop_table("invoices_reminding")
    op.drop_table("invoices_letter_wording")
