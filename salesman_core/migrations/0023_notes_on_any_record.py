"""Notes and files on records of plugins, by kind and number."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import BigId

revision = "core_0023"
down_revision = "core_0022"
branch_labels = None
depends_on = None

TABLES = ("core_note", "core_attachment")
BEFORE = "(client_id IS NULL) <> (deal_id IS NULL)"
AFTER = (
    "(client_id IS NOT NULL AND deal_id IS NULL AND record_id IS NULL)"
    " OR (client_id IS NULL AND deal_id IS NOT NULL AND record_id IS NULL)"
    " OR (client_id IS NULL AND deal_id IS NULL AND record_id IS NOT NULL)"
)
KIND = "(kind IS NULL) = (record_id IS NULL)"


def upgrade() -> None:
    """Bring the tables forward."""
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"ck_{table}_one_record"), type_="check")
            batch_op.add_column(sa.Column("kind", sa.String(length=60), nullable=True))
            batch_op.add_column(sa.Column("record_id", BigId, nullable=True))
            batch_op.create_check_constraint(batch_op.f(f"ck_{table}_one_record"), AFTER)
            batch_op.create_check_constraint(batch_op.f(f"ck_{table}_kind"), KIND)
            columns = ["kind", "record_id", "created_at", "id"]
            batch_op.create_index(f"ix_{table}_record", columns)


def downgrade() -> None:
    """Take it back; what hangs on records of plugins is lost."""
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE record_id IS NOT NULL")  # noqa: S608  # ours
        with op.batch_alter_table(table) as batch_op:
            for name in ("kind", "one_record"):
                batch_op.drop_constraint(batch_op.f(f"ck_{table}_{name}"), type_="check")
            batch_op.drop_index(f"ix_{table}_record")
            batch_op.drop_column("record_id")
            batch_op.drop_column("kind")
            batch_op.create_check_constraint(batch_op.f(f"ck_{table}_one_record"), BEFORE)
