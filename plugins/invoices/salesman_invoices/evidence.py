"""What paid invoices say for a client's place on the ladder: each is a sale (``product.md``, 2).

An invoice of a deal tells of the same sale as the deal does, so a won deal and its invoices count
once; an invoice without a deal is a sale of its own. A return that leaves it unpaid withdraws it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time

import sqlalchemy as sa

from salesman_core.toolkit import company, writing
from salesman_hookspecs import Evidence
from salesman_invoices.models import KIND, Invoice
from salesman_invoices.standing import IS_PAID
from salesman_invoices.texts import texts

_ = texts.lazy


def of_clients(client_ids: Sequence[int]) -> Iterable[Evidence]:
    """Give the sales of some clients that are paid, as they stand in the open transaction.

    Of several invoices of one deal the first one that was paid tells of it.
    """
    paid = sa.select(Invoice.id, Invoice.client_id, Invoice.deal_id, Invoice.paid_on).where(
        Invoice.client_id.in_(client_ids),
        IS_PAID,
        Invoice.paid_on.is_not(None),
        Invoice.deleted_at.is_(None),
    )
    with writing() as session:
        rows = session.execute(paid.order_by(Invoice.paid_on, Invoice.id)).all()
    zone = company().tz
    told: dict[tuple[int, str], Evidence] = {}
    for row in rows:
        sale = f"invoice:{row.id}" if row.deal_id is None else f"deal:{row.deal_id}"
        evidence = Evidence(
            client_id=row.client_id,
            weight="sale",
            sale=sale,
            at=datetime.combine(row.paid_on, time.min, zone),
            text=_("an invoice was paid on %(day)s", day=row.paid_on),
            record=(KIND, row.id),
        )
        told.setdefault((row.client_id, sale), evidence)
    return told.values()
