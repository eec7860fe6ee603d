"""leads: where they came from, what they want, and why they come to nothing.

The results of closed leads keep what they count as; the company's own list is made beside them.
"""

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

revision = "leads_0004"
down_revision = "leads_0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "status IN ('open', 'in_work', 'closed')"
AFTER = "status IN ('open', 'in_work', 'processed', 'closed')"
WRITTEN = (
    ("channel", sa.String(100)),
    ("utm_source", sa.String(200)),
    ("utm_medium", sa.String(200)),
    ("utm_campaign", sa.String(200)),
    ("utm_content", sa.String(200)),
    ("utm_term", sa.String(200)),
    ("referrer", sa.String(1000)),
    ("page", sa.String(1000)),
    ("ip", sa.String(45)),
    ("region", sa.String(100)),
    ("language", sa.String(10)),
    ("suspicion", sa.String(300)),
)
BANS = ("no_mailing", "no_calls")


def upgrade() -> None:
    """Bring the tables forward."""
    _make_tables()
    with _leads() as leads:
        for name, type_ in WRITTEN:
            leads.add_column(sa.Column(name, type_, nullable=False, server_default=""))
        for name in BANS:
            leads.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )
        leads.add_column(sa.Column("imported", sa.JSON(), nullable=False, server_default="{}"))
        leads.add_column(sa.Column("result_id", ID, nullable=True))
        _forget_statuses(leads)
    with _leads() as leads:
        for name in (*(name for name, _type in WRITTEN), *BANS, "imported"):
            leads.alter_column(name, server_default=None)
        leads.create_check_constraint(leads.f("ck_leads_lead_status"), AFTER)
        leads.create_foreign_key(
            leads.f("fk_leads_lead_result_id_leads_result"),
            "leads_result",
            ["result_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        leads.create_index(leads.f("ix_leads_lead_result_id"), ["result_id"], unique=False)


def downgrade() -> None:
    """Take the tables back: what was processed is in work again."""
    op.execute("UPDATE leads_lead SET status = 'in_work' WHERE status = 'processed'")
    with _leads() as leads:
        _forget_statuses(leads)
        leads.drop_index(leads.f("ix_leads_lead_result_id"))
        leads.drop_constraint(leads.f("fk_leads_lead_result_id_leads_result"), type_="foreignkey")
        for name in ("result_id", "imported", *BANS, *(name for name, _type in WRITTEN)):
            leads.drop_column(name)
    with _leads() as leads:
        leads.create_check_constraint(leads.f("ck_leads_lead_status"), BEFORE)
    for table in ("leads_result", "leads_external_id", "leads_product"):
        op.drop_table(table)


def _leads() -> AbstractContextManager[BatchOperations]:
    # SQLite writes the table anew, and would forget the rule.
    rule = "(status = 'closed') = (result IS NOT NULL)"
    kept = sa.CheckConstraint(rule, name="ck_leads_lead_result")
    return op.batch_alter_table("leads_lead", table_args=(kept,))


def _make_tables() -> None:
    op.create_table(
        "leads_result",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("base", sa.String(length=20), nullable=False),
        sa.Column("needs_comment", sa.Boolean(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "base IN ('spam', 'duplicate', 'not_our_customer', 'other')",
            name=op.f("ck_leads_result_base"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_result")),
    )
    op.create_table(
        "leads_external_id",
        sa.Column("record_id", ID, nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["leads_lead.id"],
            name=op.f("fk_leads_external_id_record_id_leads_lead"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_leads_external_id")),
    )
    op.create_index(op.f("ix_leads_external_id_record_id"), "leads_external_id", ["record_id"])
    op.create_table(
        "leads_product",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["leads_lead.id"],
            name=op.f("fk_leads_product_lead_id_leads_lead"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_product")),
    )
    op.create_index(op.f("ix_leads_product_lead_id"), "leads_product", ["lead_id"])


def _forget_statuses(leads: BatchOperations) -> None:
    """Drop the rule of what a status may be; SQLite forgets it with the table as it was."""
    if op.get_bind().dialect.name != "sqlite":
        leads.drop_constraint(leads.f("ck_leads_lead_status"), type_="check")
