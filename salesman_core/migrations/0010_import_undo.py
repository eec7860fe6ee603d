"""What an import did, so that it can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "core_0010"
down_revision = "core_0009"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward; of imports before this nothing is kept."""
    op.add_column("core_import", sa.Column("undone", sa.JSON(), nullable=True))
    op.create_table(
        "core_import_change",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("import_id", BIG_ID, nullable=False),
        sa.Column("record_table", sa.String(length=63), nullable=False),
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("row_table", sa.String(length=63), nullable=False),
        sa.Column("row_key", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("digest", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["core_import.id"],
            name=op.f("fk_core_import_change_import_id_core_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import_change")),
    )
    op.create_index(
        "ix_core_import_change_record",
        "core_import_change",
        ["import_id", "record_table", "record_id"],
    )


def downgrade() -> None:
    """Bring the tables back."""
    op.drop_index("ix_core_import_change_record", table_name="core_import_change")
    op.drop_table("core_import_change")
    with op.batch_alter_table("core_import") as batch_op:
        batch_op.drop_column("undone")
