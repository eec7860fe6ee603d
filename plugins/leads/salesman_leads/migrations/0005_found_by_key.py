"""Find leads by their keys in other systems, whichever system it is."""

from alembic import op

revision = "leads_0005"
down_revision = "leads_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_index("ix_leads_external_id_key", "leads_external_id", ["key"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_index("ix_leads_external_id_key", table_name="leads_external_id")
