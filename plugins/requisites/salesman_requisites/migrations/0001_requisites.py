"""requisites: own companies, their banks, signers and pictures, and the counters of papers."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "requisites_0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "requisites_company",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("form", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("short_name", sa.String(length=150), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("inn", sa.String(length=12), nullable=False),
        sa.Column("kpp", sa.String(length=9), nullable=False),
        sa.Column("ogrn", sa.String(length=15), nullable=False),
        sa.Column("vat_number", sa.String(length=30), nullable=False),
        sa.Column("registration", sa.String(length=100), nullable=False),
        sa.Column("legal_address", sa.String(length=500), nullable=False),
        sa.Column("postal_address", sa.String(length=500), nullable=False),
        sa.Column("phone", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("deleted_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requisites_company")),
    )
    op.create_table(
        "requisites_account",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("bank", sa.String(length=200), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("account", sa.String(length=34), nullable=False),
        sa.Column("correspondent", sa.String(length=34), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["requisites_company.id"],
            name=op.f("fk_requisites_account_company_id_requisites_company"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requisites_account")),
    )
    op.create_index(op.f("ix_requisites_account_company_id"), "requisites_account", ["company_id"])

    op.create_table(
        "requisites_counter",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("paper", sa.String(length=80), nullable=False),
        sa.Column("pattern", sa.String(length=100), nullable=False),
        sa.Column("starts", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "starts IN ('never', 'yearly', 'monthly')", name=op.f("ck_requisites_counter_starts")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["requisites_company.id"],
            name=op.f("fk_requisites_counter_company_id_requisites_company"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requisites_counter")),
        sa.UniqueConstraint(
            "company_id", "paper", name=op.f("uq_requisites_counter_company_id_paper")
        ),
    )
    op.create_table(
        "requisites_signer",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_genitive", sa.String(length=200), nullable=False),
        sa.Column("feminine", sa.Boolean(), nullable=False),
        sa.Column("post", sa.String(length=200), nullable=False),
        sa.Column("post_genitive", sa.String(length=200), nullable=False),
        sa.Column("ground", sa.String(length=300), nullable=False),
        sa.Column("ground_genitive", sa.String(length=300), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["requisites_company.id"],
            name=op.f("fk_requisites_signer_company_id_requisites_company"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requisites_signer")),
    )
    op.create_index(op.f("ix_requisites_signer_company_id"), "requisites_signer", ["company_id"])

    op.create_table(
        "requisites_counter_period",
        sa.Column("counter_id", ID, nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("next", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["counter_id"],
            ["requisites_counter.id"],
            name=op.f("fk_requisites_counter_period_counter_id_requisites_counter"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("counter_id", "period", name=op.f("pk_requisites_counter_period")),
    )
    op.create_table(
        "requisites_picture",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("signer_id", ID, nullable=True),
        sa.Column("use", sa.String(length=10), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(use = 'signature') = (signer_id IS NOT NULL)",
            name=op.f("ck_requisites_picture_signer"),
        ),
        sa.CheckConstraint(
            "use IN ('logo', 'stamp', 'signature')", name=op.f("ck_requisites_picture_use")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["requisites_company.id"],
            name=op.f("fk_requisites_picture_company_id_requisites_company"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["signer_id"],
            ["requisites_signer.id"],
            name=op.f("fk_requisites_picture_signer_id_requisites_signer"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requisites_picture")),
        sa.UniqueConstraint(
            "company_id",
            "use",
            "signer_id",
            name=op.f("uq_requisites_picture_company_id_use_signer_id"),
        ),
    )
    op.create_index(op.f("ix_requisites_picture_signer_id"), "requisites_picture", ["signer_id"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("requisites_picture")
    op.drop_table("requisites_counter_period")
    op.drop_table("requisites_signer")
    op.drop_table("requisites_counter")
    op.drop_table("requisites_account")
    op.drop_table("requisites_company")
