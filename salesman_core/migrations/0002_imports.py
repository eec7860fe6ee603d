"""Files that are imported through the page."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "core_import",
        sa.Column("id", identity, autoincrement=True, nullable=False),
        sa.Column("record", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("job_id", identity, nullable=True),
        sa.Column("author_id", identity, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["core_user.id"],
            name=op.f("fk_core_import_author_id_core_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import")),
    )
    op.create_index(op.f("ix_core_import_author_id"), "core_import", ["author_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index(op.f("ix_core_import_author_id"), table_name="core_import")
    op.drop_table("core_import")
