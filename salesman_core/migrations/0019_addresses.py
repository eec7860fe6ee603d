"""Several addresses of a client; the way in and the names of then in the audit."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import BigId, Norm, trigrams

revision = "core_0019"
down_revision = "core_0018"
branch_labels = None
depends_on = None

TABLE = "core_client_address"
AT_ONCE = 1000

client = sa.table("core_client", sa.column("id", BigId), sa.column("address", sa.String))
address = sa.table(
    TABLE,
    sa.column("client_id", BigId),
    sa.column("label", sa.String),
    sa.column("text", sa.String),
    sa.column("search_text", Norm()),
    sa.column("position", sa.SmallInteger),
)


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        TABLE,
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("client_id", BigId, nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("search_text", Norm(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["core_client.id"],
            name=op.f("fk_core_client_address_client_id_core_client"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_client_address")),
    )
    op.create_index(op.f("ix_core_client_address_client_id"), TABLE, ["client_id"])
    trigrams.create(op.get_bind(), TABLE, "search_text")
    _take_along()
    op.drop_column("core_client", "address")
    way = sa.Column("way", sa.String(length=300), nullable=False, server_default="")
    op.add_column("core_audit", way)
    op.add_column("core_audit", sa.Column("names", sa.JSON(), nullable=True))


def _take_along() -> None:
    """Let the address that each client had be its first one."""
    known = sa.select(client.c.id, client.c.address).where(client.c.address != "")
    rows = op.get_bind().execute(known.order_by(client.c.id)).all()
    for start in range(0, len(rows), AT_ONCE):
        op.bulk_insert(
            address,
            [
                {
                    "client_id": row.id,
                    "label": "",
                    "text": row.address,
                    "search_text": row.address,
                    "position": 0,
                }
                for row in rows[start : start + AT_ONCE]
            ],
        )


def downgrade() -> None:
    """Bring the tables back; of several addresses the first one stays."""
    op.drop_column("core_audit", "names")
    op.drop_column("core_audit", "way")
    op.add_column(
        "core_client",
        sa.Column("address", sa.String(length=500), nullable=False, server_default=""),
    )
    other = address.alias()
    earlier = sa.exists().where(
        other.c.client_id == address.c.client_id, other.c.position < address.c.position
    )
    first = sa.select(sa.func.min(address.c.text)).where(
        address.c.client_id == client.c.id, ~earlier
    )
    kept = sa.update(client).values(address=sa.func.coalesce(first.scalar_subquery(), ""))
    op.execute(kept)
    trigrams.drop(op.get_bind(), TABLE)
    op.drop_table(TABLE)
