"""Likely doubles, merged clients, and the journal by which a merging is undone."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "core_0006"
down_revision = "core_0005"
branch_labels = None
depends_on = None

MERGED_INTO = "fk_core_client_merged_into_id_core_client"


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("core_client") as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", types.BigId, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f(MERGED_INTO), "core_client", ["merged_into_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(batch_op.f("ix_core_client_merged_into_id"), ["merged_into_id"])
    _create_likely_double()
    _create_merging()
    _create_merging_step()


def _create_likely_double() -> None:
    op.create_table(
        "core_likely_double",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("first_id", types.BigId, nullable=False),
        sa.Column("second_id", types.BigId, nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("found_at", types.UtcDateTime(), nullable=False),
        sa.Column("dismissed_at", types.UtcDateTime(), nullable=True),
        sa.Column("dismissed_by_id", types.BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["dismissed_by_id"],
            ["core_user.id"],
            name=op.f("fk_core_likely_double_dismissed_by_id_core_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_likely_double")),
        sa.UniqueConstraint(
            "kind",
            "first_id",
            "second_id",
            name=op.f("uq_core_likely_double_kind_first_id_second_id"),
        ),
    )


def _create_merging() -> None:
    op.create_table(
        "core_merging",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("kept_id", types.BigId, nullable=False),
        sa.Column("kept_name", sa.String(length=300), nullable=False),
        sa.Column("lost", sa.JSON(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("actor_id", types.BigId, nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("undone_at", types.UtcDateTime(), nullable=True),
        sa.Column("stayed", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["core_user.id"],
            name=op.f("fk_core_merging_actor_id_core_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_merging")),
    )
    op.create_index("ix_core_merging_record", "core_merging", ["kind", "kept_id"])
    op.create_index(op.f("ix_core_merging_at"), "core_merging", ["at"])


def _create_merging_step() -> None:
    op.create_table(
        "core_merging_step",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("merging_id", types.BigId, nullable=False),
        sa.Column("table_name", sa.String(length=120), nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merging_id"],
            ["core_merging.id"],
            name=op.f("fk_core_merging_step_merging_id_core_merging"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_merging_step")),
    )
    op.create_index(op.f("ix_core_merging_step_merging_id"), "core_merging_step", ["merging_id"])


def downgrade() -> None:
    """Bring the tables back; what was merged stays in the bin."""
    op.drop_table("core_merging_step")
    op.drop_table("core_merging")
    op.drop_table("core_likely_double")
    with op.batch_alter_table("core_client") as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_client_merged_into_id"))
        batch_op.drop_constraint(batch_op.f(MERGED_INTO), type_="foreignkey")
        batch_op.drop_column("merged_into_id")
