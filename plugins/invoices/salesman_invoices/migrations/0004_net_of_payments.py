"""What of a payment went to an invoice knows what it comes to without VAT."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "invoices_0004"
down_revision = "invoices_0003"
branch_labels = None
depends_on = None

_COLUMNS = {
    "ix_invoices_allotment_day": ["day", "invoice_id", "amount"],
    "ix_invoices_allotment_invoice_id": ["invoice_id", "day", "amount"],
}


def upgrade() -> None:
    """Bring the table forward: each gets its share, as payments that are entered do."""
    with op.batch_alter_table("invoices_allotment") as batch_op:
        batch_op.add_column(sa.Column("net", sa.BigInteger(), nullable=False, server_default="0"))
    _share_out()
    with op.batch_alter_table("invoices_allotment") as batch_op:
        batch_op.alter_column("net", server_default=None)
        for name, columns in _COLUMNS.items():
            batch_op.drop_index(name)
            batch_op.create_index(name, [*columns, "net", "margin"])


def _share_out() -> None:
    allotment = sa.table(
        "invoices_allotment",
        *(sa.column(name, sa.BigInteger()) for name in ("id", "invoice_id", "amount", "net")),
        sa.column("day", sa.Date()),
    )
    invoice = sa.table(
        "invoices_invoice",
        *(sa.column(name, sa.BigInteger()) for name in ("id", "amount", "net", "vat")),
    )
    op.execute(allotment.update().values(net=allotment.c.amount))
    with_vat = (
        sa.select(allotment, invoice.c.amount.label("whole"), invoice.c.net.label("whole_net"))
        .join(invoice, invoice.c.id == allotment.c.invoice_id)
        .where(invoice.c.vat != 0)
        .order_by(allotment.c.invoice_id, allotment.c.day, allotment.c.amount, allotment.c.id)
    )
    shares = _shares(op.get_bind().execute(with_vat).all())
    if shares:
        one = allotment.c.id == sa.bindparam("allotment_id")
        op.get_bind().execute(allotment.update().where(one), shares)


def _shares(rows: Iterable[Any]) -> list[dict[str, int]]:
    found: list[dict[str, int]] = []
    invoice_id, paid, before = None, 0, 0
    for row in rows:
        if row.invoice_id != invoice_id:
            invoice_id, paid, before = row.invoice_id, 0, 0
        paid += row.amount
        exact = Decimal(row.whole_net * paid) / row.whole
        by_then = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        found.append({"allotment_id": row.id, "net": by_then - before})
        before = by_then
    return found


def downgrade() -> None:
    """Take the column back."""
    with op.batch_alter_table("invoices_allotment") as batch_op:
        for name, columns in _COLUMNS.items():
            batch_op.drop_index(name)
            batch_op.create_index(name, [*columns, "margin"])
        batch_op.drop_column("net")
