"""Which purposes take what people agree to in web forms."""

import sqlalchemy as sa
from alembic import op

revision = "mailing_0009"
down_revision = "mailing_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("mailing_purpose", schema=None) as purposes:
        purposes.add_column(
            sa.Column("by_forms", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    """Take the tables back."""
    with op.batch_alter_table("mailing_purpose", schema=None) as purposes:
        purposes.drop_column("by_forms")
