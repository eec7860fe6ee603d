"""leads: rules by which they are dealt, absences, and the ledger of what was decided."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "leads_0007"
down_revision = "leads_0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    _make_rules()
    _make_members()
    _make_absences()
    _make_decisions()


def downgrade() -> None:
    """Take the tables back."""
    for table in ("leads_decision", "leads_absence", "leads_rule_member", "leads_rule"):
        op.drop_table(table)


def _make_rules() -> None:
    op.create_table(
        "leads_rule",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("hours", sa.String(length=10), nullable=False),
        sa.Column("method", sa.String(length=15), nullable=False),
        sa.Column("coordinator_id", ID, nullable=True),
        sa.Column("only_working", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "hours IN ('any', 'working', 'resting')", name=op.f("ck_leads_rule_hours")
        ),
        sa.CheckConstraint(
            "method IN ('coordinator', 'in_turn', 'least_loaded', 'weights', 'first_come')",
            name=op.f("ck_leads_rule_method"),
        ),
        _to("leads_rule", "coordinator_id", "core_user", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_rule")),
    )
    op.create_index(op.f("ix_leads_rule_coordinator_id"), "leads_rule", ["coordinator_id"])


def _make_members() -> None:
    op.create_table(
        "leads_rule_member",
        sa.Column("rule_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("turn", types.BigId, nullable=False),
        sa.Column("credit", types.BigId, nullable=False),
        _to("leads_rule_member", "rule_id", "leads_rule", "CASCADE"),
        _to("leads_rule_member", "user_id", "core_user", "CASCADE"),
        sa.PrimaryKeyConstraint("rule_id", "user_id", name=op.f("pk_leads_rule_member")),
    )
    op.create_index(op.f("ix_leads_rule_member_user_id"), "leads_rule_member", ["user_id"])


def _make_absences() -> None:
    op.create_table(
        "leads_absence",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_leads_absence_days")),
        _to("leads_absence", "user_id", "core_user", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_absence")),
    )
    op.create_index(op.f("ix_leads_absence_user_id"), "leads_absence", ["user_id"])


def _make_decisions() -> None:
    op.create_table(
        "leads_decision",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("rule_id", ID, nullable=True),
        sa.Column("rule_name", sa.String(length=100), nullable=False),
        sa.Column("method", sa.String(length=15), nullable=False),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("client_id", ID, nullable=True),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=True),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        _to("leads_decision", "lead_id", "leads_lead", "CASCADE"),
        _to("leads_decision", "rule_id", "leads_rule", "SET NULL"),
        _to("leads_decision", "owner_id", "core_user", "SET NULL"),
        _to("leads_decision", "client_id", "core_client", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_decision")),
    )
    for column in ("lead_id", "owner_id", "client_id"):
        op.create_index(op.f(f"ix_leads_decision_{column}"), "leads_decision", [column])
    op.create_index("ix_leads_decision_rule_id_at", "leads_decision", ["rule_id", "at"])
    op.create_index(
        "ix_leads_decision_due_at",
        "leads_decision",
        ["due_at"],
        postgresql_where=sa.text("waiting"),
        sqlite_where=sa.text("waiting"),
    )


def _to(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)
