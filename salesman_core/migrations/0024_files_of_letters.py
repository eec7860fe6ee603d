"""Files that go with letters, and whether a program wrote them."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "core_0024"
down_revision = "core_0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("core_letter") as batch_op:
        batch_op.add_column(
            sa.Column("automatic", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    with op.batch_alter_table("core_letter") as batch_op:
        batch_op.alter_column("automatic", server_default=None)
    op.create_table(
        "core_letter_file",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("letter_id", types.BigId, nullable=False),
        sa.Column("file_id", types.BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["core_file.id"],
            name=op.f("fk_core_letter_file_file_id_core_file"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["core_letter.id"],
            name=op.f("fk_core_letter_file_letter_id_core_letter"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_letter_file")),
    )
    with op.batch_alter_table("core_letter_file") as batch_op:
        batch_op.create_index(op.f("ix_core_letter_file_file_id"), ["file_id"])
        batch_op.create_index(op.f("ix_core_letter_file_letter_id"), ["letter_id"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("core_letter_file")
    with op.batch_alter_table("core_letter") as batch_op:
        batch_op.drop_column("automatic")
