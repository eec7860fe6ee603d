"""How often clients were thanked."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "sample_0002"
down_revision = "sample_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "sample_thanks",
        sa.Column("client_id", types.BigId, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["core_client.id"],
            name=op.f("fk_sample_thanks_client_id_core_client"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_sample_thanks")),
    )


def downgrade() -> None:
    """Bring the tables back."""
    op.drop_table("sample_thanks")
