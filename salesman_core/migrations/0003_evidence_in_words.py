"""Reasons on the ladder, kept so that they can be read in any language."""

import sqlalchemy as sa
from alembic import op

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None

WORDED = {"core_client_evidence": "text", "core_rung_move": "reason"}


def upgrade() -> None:
    """Bring the tables forward; what was written before stays readable as it was written."""
    for table in WORDED:
        op.add_column(table, sa.Column("words", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Bring the tables back, and write out in English what was kept in no language."""
    for table, column in WORDED.items():
        _write_out(table, column)
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("words")


def _write_out(name: str, column: str) -> None:
    table = sa.table(name, sa.column("id"), sa.column(column), sa.column("words", sa.JSON))
    connection = op.get_bind()
    kept = sa.select(table.c.id, table.c.words).where(table.c.words.is_not(None))
    for id_, words in connection.execute(kept).all():
        days = {key: one["day"] for key, one in words["values"].items() if isinstance(one, dict)}
        text = (words["message"] % (words["values"] | days))[:500]
        connection.execute(sa.update(table).where(table.c.id == id_).values({column: text}))
