"""Indexes for search, and for deals in the order of their changes and expected days."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import trigrams

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None

SEARCHED = ("core_client", "core_contact", "core_deal")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_index("ix_core_deal_updated_at", "core_deal", ["updated_at", "id"])
    op.create_index(
        "ix_core_deal_expected_on",
        "core_deal",
        [sa.text("coalesce(expected_on, '9999-12-31')"), "id"],
    )
    op.create_index("ix_core_client_updated_at", "core_client", ["updated_at", "id"])
    for table in SEARCHED:
        trigrams.create(op.get_bind(), table, "search_name")


def downgrade() -> None:
    """Bring the tables back."""
    for table in SEARCHED:
        trigrams.drop(op.get_bind(), table)
    op.drop_index("ix_core_client_updated_at", "core_client")
    op.drop_index("ix_core_deal_expected_on", "core_deal")
    op.drop_index("ix_core_deal_updated_at", "core_deal")
