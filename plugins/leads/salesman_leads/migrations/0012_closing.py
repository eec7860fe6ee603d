"""leads: when and by whom a lead was closed, and what it was before.

What was closed up to now is told by the audit, as far as it reaches.
"""

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

from salesman_core.db import types

revision = "leads_0012"
down_revision = "leads_0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TOLD = """
UPDATE leads_lead SET closed_at = (
    SELECT at FROM core_audit
    WHERE kind = 'leads.lead' AND record_id = leads_lead.id AND action = 'closed'
    ORDER BY id DESC LIMIT 1
), closed_by_id = (
    SELECT core_user.id FROM core_audit LEFT JOIN core_user ON core_user.id = actor_id
    WHERE kind = 'leads.lead' AND record_id = leads_lead.id AND action = 'closed'
    ORDER BY core_audit.id DESC LIMIT 1
) WHERE status = 'closed'
"""


def upgrade() -> None:
    """Bring the tables forward."""
    with _leads() as leads:
        leads.add_column(sa.Column("closed_at", types.UtcDateTime(), nullable=True))
        leads.add_column(sa.Column("closed_by_id", ID, nullable=True))
        leads.add_column(sa.Column("status_before", sa.String(length=10), nullable=True))
        leads.create_foreign_key(
            leads.f("fk_leads_lead_closed_by_id_core_user"),
            "core_user",
            ["closed_by_id"],
            ["id"],
            ondelete="SET NULL",
        )
        leads.create_index(leads.f("ix_leads_lead_closed_by_id"), ["closed_by_id"])
    op.execute(TOLD)


def downgrade() -> None:
    """Take the tables back."""
    with _leads() as leads:
        leads.drop_index(leads.f("ix_leads_lead_closed_by_id"))
        leads.drop_constraint(leads.f("fk_leads_lead_closed_by_id_core_user"), type_="foreignkey")
        for name in ("status_before", "closed_by_id", "closed_at"):
            leads.drop_column(name)


def _leads() -> AbstractContextManager[BatchOperations]:
    # SQLite writes the table anew, and would forget the rules.
    rules = {
        "status": "status IN ('open', 'in_work', 'processed', 'closed')",
        "result": "(status = 'closed') = (result IS NOT NULL)",
    }
    kept = [sa.CheckConstraint(rule, name=f"ck_leads_lead_{name}") for name, rule in rules.items()]
    return op.batch_alter_table("leads_lead", table_args=tuple(kept))
