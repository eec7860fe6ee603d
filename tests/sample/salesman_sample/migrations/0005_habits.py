"""What clients, contacts and deals are used to."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "sample_0005"
down_revision = "sample_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "sample_habits",
        sa.Column("id", types.BigId, autoincrement=True, nullable=False),
        sa.Column("client_id", types.BigId, nullable=False),
        sa.Column("nickname", sa.String(length=100), nullable=False),
        sa.Column("drink", sa.String(length=20), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("early", sa.Boolean(), nullable=True),
        sa.Column("spends", types.Money(), nullable=True),
        sa.Column("visits", types.Thousandths(), nullable=True),
        sa.Column("host_id", types.BigId, nullable=True),
        sa.Column("search_text", types.Norm(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["core_client.id"],
            name=op.f("fk_sample_habits_client_id_core_client"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["host_id"],
            ["core_user.id"],
            name=op.f("fk_sample_habits_host_id_core_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_habits")),
        sa.UniqueConstraint("client_id", name=op.f("uq_sample_habits_client_id")),
    )
    op.create_index("ix_sample_habits_host_id", "sample_habits", ["host_id"])
    op.create_index("ix_sample_habits_nickname", "sample_habits", ["nickname"])
    for kind in ("contact", "deal"):
        op.create_table(
            f"sample_{kind}_habits",
            sa.Column(f"{kind}_id", types.BigId, nullable=False),
            sa.Column("colour", sa.String(length=50), nullable=True),
            sa.ForeignKeyConstraint(
                [f"{kind}_id"],
                [f"core_{kind}.id"],
                name=op.f(f"fk_sample_{kind}_habits_{kind}_id_core_{kind}"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint(f"{kind}_id", name=op.f(f"pk_sample_{kind}_habits")),
        )


def downgrade() -> None:
    """Bring the tables back."""
    for kind in ("deal", "contact"):
        op.drop_table(f"sample_{kind}_habits")
    op.drop_table("sample_habits")
