"""Deals whose amounts no longer are what their lines come to, and a run that counts them anew.

A company that changes whether it means amounts with or without VAT leaves deals behind that were
counted before. As with rates (ADR 24) nothing changes by itself, closed months least of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_catalogue.lines import queries
from salesman_catalogue.lines.service import SOURCE, amount_of, owns
from salesman_catalogue.models import Line
from salesman_catalogue.permissions import EDIT_DEAL, MANAGE_PRICING
from salesman_catalogue.texts import texts
from salesman_core.toolkit import Deal, company, for_change, own_amount, visible, writing
from salesman_hookspecs import BulkAction, HealthCheck

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Differing:
    """How many deals hold another amount than their lines come to.

    :param open: how many of them are not closed.
    """

    open: int
    closed: int

    @property
    def number(self) -> int:
        """How many they are together."""
        return self.open + self.closed


def differing(session: Session) -> Differing:
    """Count the deals that whoever acts may change and whose amounts differ from their lines."""
    counted = Line.net if company().vat == "without" else Line.amount
    total = sa.select(sa.func.coalesce(sa.func.sum(counted), 0)).where(Line.deal_id == Deal.id)
    number, closed = sa.func.count(Deal.id), sa.func.count(Deal.outcome)
    differs = Deal.amount != total.correlate(Deal).scalar_subquery()
    row = session.execute(
        sa.select(number - closed, closed).where(
            Deal.amount_source == SOURCE, differs, visible("deal", EDIT_DEAL)
        )
    ).one()
    return Differing(*row)


def count_amount(deal_id: int, _values: Mapping[str, Any], version: int | None) -> Any:
    """Let a deal amount to what its lines come to; give what undoing that takes."""
    with writing() as session:
        deal: Deal = for_change(session, "deal", deal_id, EDIT_DEAL, version)
        if not owns(deal):
            return None
        held = {"amount": str(deal.amount), "cost": str(deal.cost)}
        total = queries.sums_of_rows(queries.lines_of(session, deal_id))
        if not own_amount(deal_id, SOURCE, amount_of(total), total.cost):
            return None
        session.flush()
        return {**held, "version": deal.version}


def put_amount_back(deal_id: int, kept: Any) -> None:
    """Let a deal amount to what it did, where nobody has changed it since."""
    with writing() as session:
        for_change(session, "deal", deal_id, EDIT_DEAL, kept["version"])
        own_amount(deal_id, SOURCE, Decimal(kept["amount"]), Decimal(kept["cost"]))


ACTION = BulkAction(
    id="count_amounts",
    kind="deal",
    title=_("Count amounts by lines"),
    permission=MANAGE_PRICING,
    apply=count_amount,
    undo=put_amount_back,
    icon="calculator",
    order=42,
)


def checks(session: Session) -> Iterable[HealthCheck]:
    """Tell an administrator of amounts that were counted otherwise."""
    found = differing(session)
    if found.number:
        detail = texts.ngettext(
            "%(num)s deal amounts to something else than its lines: see price levels and VAT",
            "%(num)s deals amount to something else than their lines: see price levels and VAT",
            found.number,
        )
        yield HealthCheck("amounts by lines", ok=False, detail=detail)
