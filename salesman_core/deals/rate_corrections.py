"""Deals that took a rate which was corrected later: how many there are, and their correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from salesman_core.access.records import visible
from salesman_core.db import reading, writing
from salesman_core.deals import rates, steps
from salesman_core.deals.models import Deal
from salesman_core.errors import ConflictError
from salesman_core.i18n import texts
from salesman_core.records.saving import for_change
from salesman_core.services.company import company
from salesman_core.services.rates import rate_on

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Correction:
    """Deals in a currency that keep another rate than the table has for their day.

    :param open: how many of them are not closed.
    """

    currency: str
    open: int
    closed: int

    @property
    def number(self) -> int:
        """How many they are together."""
        return self.open + self.closed


def corrections() -> Sequence[Correction]:
    """Give what may be corrected, by currency, of the deals that whoever acts sees."""
    number, closed = sa.func.count(Deal.id), sa.func.count(Deal.outcome)
    rows = reading().execute(
        sa.select(Deal.currency, number - closed, closed)
        .where(visible("deal"), rates.holds_another())
        .group_by(Deal.currency)
        .order_by(Deal.currency)
    )
    return [Correction(*row) for row in rows]


def take_table_rate(deal_id: int, _values: Mapping[str, Any], version: int | None) -> Any:
    """Let a deal take the rate that the table now has for its day; give what undoing that takes.

    :raises ConflictError: where the table has none: a rate is not taken away.
    """
    with writing() as session:
        deal: Deal = for_change(session, "deal", deal_id, "core.deal.edit", version)
        _demand_rate(deal)
        held = {
            "rate": None if deal.rate is None else str(deal.rate),
            "rate_currency": deal.rate_currency,
        }
        changes = rates.take_rate(deal)
        if not changes:
            return None
        steps.keep(session, deal, "changed", changes)
        session.flush()
        return {**held, "version": deal.version}


def _demand_rate(deal: Deal) -> None:
    own, day = company().currency, rates.day_of(deal)
    if deal.currency != own and rate_on(own, deal.currency, day) is None:
        message = _(
            "The table has no rate of %(currency)s for %(day)s.",
            currency=deal.currency,
            day=day.isoformat(),
        )
        raise ConflictError(message)


def put_rate_back(deal_id: int, kept: Any) -> None:
    """Let a deal keep the rate that it had, where nobody has changed it since."""
    with writing() as session:
        deal: Deal = for_change(session, "deal", deal_id, "core.deal.edit", kept["version"])
        rate = None if kept["rate"] is None else Decimal(kept["rate"])
        changes = rates.hold_rate(deal, rate, kept["rate_currency"])
        steps.keep(session, deal, "changed", changes)
