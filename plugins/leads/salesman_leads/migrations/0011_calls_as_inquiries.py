"""leads: which inquiry counts a call."""

import sqlalchemy as sa
from alembic import op

revision = "leads_0011"
down_revision = "leads_0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("leads_attempt", sa.Column("inquiry_id", ID, nullable=True))


def downgrade() -> None:
    """Take the tables back."""
    op.drop_column("leads_attempt", "inquiry_id")
