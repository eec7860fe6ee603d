"""What leads say for a client's place on the ladder: each is an interest (``product.md``, 2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from salesman_core.toolkit import writing
from salesman_hookspecs import Evidence
from salesman_leads.models import CONVERTED, KIND, Lead
from salesman_leads.texts import texts

_ = texts.lazy


def of_clients(client_ids: Sequence[int]) -> Iterable[Evidence]:
    """Give the interests from which some clients came, as they stand in the open transaction.

    A lead that became a deal tells of the same sale as the deal does, so both count as one; of
    several leads of one deal the first one tells of it.
    """
    query = sa.select(Lead.id, Lead.client_id, Lead.deal_id, Lead.created_at)
    converted = query.where(
        Lead.client_id.in_(client_ids), Lead.result == CONVERTED, Lead.deleted_at.is_(None)
    )
    with writing() as session:
        rows = session.execute(converted.order_by(Lead.created_at, Lead.id)).all()
    told: dict[tuple[int, str], Evidence] = {}
    for row in rows:
        sale = f"lead:{row.id}" if row.deal_id is None else f"deal:{row.deal_id}"
        evidence = Evidence(
            client_id=row.client_id,
            weight="interest",
            sale=sale,
            at=row.created_at,
            text=_("an interest was found in a lead"),
            record=(KIND, row.id),
        )
        told.setdefault((row.client_id, sale), evidence)
    return told.values()
