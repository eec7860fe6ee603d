"""leads: whether who agrees in a form agrees to be written to as well."""

import sqlalchemy as sa
from alembic import op

revision = "leads_0013"
down_revision = "leads_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("leads_form", schema=None) as forms:
        forms.add_column(
            sa.Column("letters", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    """Take the tables back."""
    with op.batch_alter_table("leads_form", schema=None) as forms:
        forms.drop_column("letters")
