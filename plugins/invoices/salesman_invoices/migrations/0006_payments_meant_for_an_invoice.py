"""A payment remembers the invoice that it was entered for without sums being said."""

import sqlalchemy as sa
from alembic import op

revision = "invoices_0006"
down_revision = "invoices_0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REFERS = "fk_invoices_payment_meant_for_id_invoices_invoice"


def upgrade() -> None:
    """Bring the table forward; payments from before stay as they are."""
    with op.batch_alter_table("invoices_payment") as batch_op:
        batch_op.add_column(sa.Column("meant_for_id", _ID, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f(_REFERS), "invoices_invoice", ["meant_for_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(batch_op.f("ix_invoices_payment_meant_for_id"), ["meant_for_id"])


def downgrade() -> None:
    """Take the column back."""
    with op.batch_alter_table("invoices_payment") as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoices_payment_meant_for_id"))
        batch_op.drop_constraint(batch_op.f(_REFERS), type_="foreignkey")
        batch_op.drop_column("meant_for_id")
