"""leads: the queue of calls, what may come of a call, and the calls themselves."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "leads_0010"
down_revision = "leads_0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column(
        "leads_lead", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("leads_lead", sa.Column("next_call_at", types.UtcDateTime(), nullable=True))
    op.add_column(
        "leads_phone", sa.Column("wrong", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _make_call_results()
    _make_attempts()
    op.create_table(
        "leads_lease",
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("until", types.UtcDateTime(), nullable=False),
        _refers("leads_lease", "lead_id", "leads_lead", "CASCADE"),
        _refers("leads_lease", "person_id", "core_user", "CASCADE"),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_leads_lease")),
    )
    op.create_index(op.f("ix_leads_lease_person_id"), "leads_lease", ["person_id"])


def downgrade() -> None:
    """Take the tables back."""
    for table in ("leads_lease", "leads_attempt", "leads_call_result"):
        op.drop_table(table)
    op.drop_column("leads_phone", "wrong")
    op.drop_column("leads_lead", "next_call_at")
    op.drop_column("leads_lead", "attempts")


def _make_call_results() -> None:
    op.create_table(
        "leads_call_result",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("base", sa.String(length=20), nullable=False),
        sa.Column("closes_as_id", ID, nullable=True),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "base IN ('no_answer', 'call_back', 'wrong_number', 'no_interest', 'interest')",
            name=op.f("ck_leads_call_result_base"),
        ),
        _refers("leads_call_result", "closes_as_id", "leads_result", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_call_result")),
    )
    op.create_index(
        op.f("ix_leads_call_result_closes_as_id"), "leads_call_result", ["closes_as_id"]
    )


def _make_attempts() -> None:
    op.create_table(
        "leads_attempt",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("call_result_id", ID, nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("call_back_at", types.UtcDateTime(), nullable=True),
        sa.Column("phone", sa.String(length=254), nullable=False),
        sa.Column("activity_id", ID, nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        _refers("leads_attempt", "lead_id", "leads_lead", "CASCADE"),
        _refers("leads_attempt", "person_id", "core_user", "SET NULL"),
        _refers("leads_attempt", "call_result_id", "leads_call_result", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads_attempt")),
    )
    op.create_index(op.f("ix_leads_attempt_lead_id"), "leads_attempt", ["lead_id"])
    op.create_index(op.f("ix_leads_attempt_call_result_id"), "leads_attempt", ["call_result_id"])
    op.create_index("ix_leads_attempt_person_id", "leads_attempt", ["person_id", "at"])


def _refers(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)
