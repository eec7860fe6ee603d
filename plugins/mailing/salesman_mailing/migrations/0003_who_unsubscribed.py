"""Who unsubscribed by a letter, the ledger of consents tells."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "mailing_0003"
down_revision = "mailing_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("mailing_recipient", schema=None) as batch_op:
        batch_op.drop_column("left_at")


def downgrade() -> None:
    """Take the tables back."""
    with op.batch_alter_table("mailing_recipient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("left_at", types.UtcDateTime(), nullable=True))
