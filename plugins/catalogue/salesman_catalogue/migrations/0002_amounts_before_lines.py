"""catalogue: what a deal was worth by hand before it had lines, to take these back."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "catalogue_0002"
down_revision = "catalogue_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("catalogue_deal_sheet", schema=None) as batch_op:
        batch_op.add_column(sa.Column("amount_before", types.Money(), nullable=True))
        batch_op.add_column(sa.Column("cost_before", types.Money(), nullable=True))


def downgrade() -> None:
    """Take the columns back."""
    with op.batch_alter_table("catalogue_deal_sheet", schema=None) as batch_op:
        batch_op.drop_column("cost_before")
        batch_op.drop_column("amount_before")
