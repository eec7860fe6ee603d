"""leads: when a lead was touched is told by its last change."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "leads_0002"
down_revision = "leads_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("leads_lead", schema=None) as batch_op:
        batch_op.drop_column("touched_at")


def downgrade() -> None:
    """Take the tables back."""
    with op.batch_alter_table("leads_lead", schema=None) as batch_op:
        batch_op.add_column(sa.Column("touched_at", types.UtcDateTime(), nullable=True))
