"""Mappings of imports that people keep for files to come."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "core_0014"
down_revision = "core_0013"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "core_import_mapping",
        sa.Column("record", sa.String(length=60), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sharing", sa.String(length=10), nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=True),
        sa.Column("team_id", BIG_ID, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("deleted_at", types.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "sharing IN ('private', 'team', 'company')",
            name=op.f("ck_core_import_mapping_sharing"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["core_user.id"],
            name=op.f("fk_core_import_mapping_owner_id_core_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["core_team.id"],
            name=op.f("fk_core_import_mapping_team_id_core_team"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import_mapping")),
    )
    op.create_index(
        "ix_core_import_mapping_record", "core_import_mapping", ["record", "deleted_at"]
    )
    op.create_index(op.f("ix_core_import_mapping_owner_id"), "core_import_mapping", ["owner_id"])
    op.create_index(op.f("ix_core_import_mapping_team_id"), "core_import_mapping", ["team_id"])
    with op.batch_alter_table("core_import") as batch_op:
        batch_op.add_column(sa.Column("mapping_id", BIG_ID, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_core_import_mapping_id_core_import_mapping"),
            "core_import_mapping",
            ["mapping_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_index(batch_op.f("ix_core_import_mapping_id"), ["mapping_id"])


def downgrade() -> None:
    """Bring the tables back."""
    with op.batch_alter_table("core_import") as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_import_mapping_id"))
        batch_op.drop_constraint(
            batch_op.f("fk_core_import_mapping_id_core_import_mapping"), type_="foreignkey"
        )
        batch_op.drop_column("mapping_id")
    op.drop_table("core_import_mapping")
