"""What owns the amount of a deal, where it does not come from people."""

import sqlalchemy as sa
from alembic import op

revision = "core_0012"
down_revision = "core_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("core_deal", sa.Column("amount_source", sa.String(length=100), nullable=True))


def downgrade() -> None:
    """Bring the tables back."""
    op.drop_column("core_deal", "amount_source")
