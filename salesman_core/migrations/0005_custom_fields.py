"""Fields that a company defines for itself, and the words of their texts for search."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import BigId, Norm, UtcDateTime, field_indexes, trigrams

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None

RECORDS = ("client", "contact", "deal")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "core_custom_field",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("type", sa.String(length=10), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("help", sa.String(length=300), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("searched", sa.Boolean(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_custom_field")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_core_custom_field_kind_key")),
    )
    for record in RECORDS:
        _create_words(f"core_{record}_word", f"core_{record}")


def _create_words(table: str, records: str) -> None:
    op.create_table(
        table,
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("record_id", BigId, nullable=False),
        sa.Column("field_id", BigId, nullable=False),
        sa.Column("text", Norm(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"],
            ["core_custom_field.id"],
            name=op.f(f"fk_{table}_field_id_core_custom_field"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            [f"{records}.id"],
            name=op.f(f"fk_{table}_record_id_{records}"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_record_id"), table, ["record_id"])
    op.create_index(f"ix_{table}_field_id_text", table, ["field_id", "text", "record_id"])
    trigrams.create(op.get_bind(), table, "text")


def downgrade() -> None:
    """Bring the tables back; what records hold of these fields stays in them."""
    for record in RECORDS:
        trigrams.drop(op.get_bind(), f"core_{record}_word")
        op.drop_table(f"core_{record}_word")
    field_indexes.drop_all(op.get_bind())
    op.drop_table("core_custom_field")
