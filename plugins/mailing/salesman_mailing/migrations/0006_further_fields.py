"""Fields that go to the list of a service beside the usual ones."""

import sqlalchemy as sa
from alembic import op

revision = "mailing_0006"
down_revision = "mailing_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("mailing_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("further", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Take the tables back."""
    with op.batch_alter_table("mailing_link", schema=None) as batch_op:
        batch_op.drop_column("further")
