"""Who opened letters is forgotten after some time; how many did is kept."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "mailing_0008"
down_revision = "mailing_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("mailing_campaign", schema=None) as batch_op:
        batch_op.add_column(sa.Column("readers_forgotten_at", types.UtcDateTime(), nullable=True))
        for name in ("opened_forgotten", "clicked_forgotten"):
            batch_op.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("mailing_letter_link", schema=None) as batch_op:
        for name in ("clicked_forgotten", "clicks_forgotten"):
            batch_op.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Take the tables back."""
    with op.batch_alter_table("mailing_letter_link", schema=None) as batch_op:
        for name in ("clicks_forgotten", "clicked_forgotten"):
            batch_op.drop_column(name)

    with op.batch_alter_table("mailing_campaign", schema=None) as batch_op:
        for name in ("clicked_forgotten", "opened_forgotten", "readers_forgotten_at"):
            batch_op.drop_column(name)
