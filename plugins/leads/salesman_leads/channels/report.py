"""What channels bring: leads of a period, and what came of them up to now.

A deal, and a client, counts with the first lead that came to it, so that the channels add up. Money
is that of won deals, in the company's currency: each deal at the rate that it keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from salesman_core.toolkit import (
    DEAL_MARGIN,
    AnyRow,
    Client,
    Deal,
    current_person,
    visible,
    within_days,
    worth_columns,
    worth_of,
)
from salesman_leads.channels import queries
from salesman_leads.models import KIND, Lead
from salesman_leads.queries import TITLE, genuine

SEE_MARGIN: Final = "core.deal.margin"
FIGURES: Final = ("leads", "clients", "deals", "won")
"""What is counted of a channel; each opens the leads that it is made of."""
SHOWN: Final = 100
_DAYS_OF_A_MONTH: Final = Decimal(365) / 12
_NOUGHT: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Period:
    """Days in the company's time zone on which leads came in; None for no limit."""

    since: date | None = None
    until: date | None = None

    def holds(self, moment: Any) -> list[sa.ColumnElement[bool]]:
        """Give the conditions of what happened in it."""
        return within_days(moment, self.since, self.until)

    @property
    def days(self) -> int | None:
        """How many days it has, or None where it has no limit."""
        if self.since is None or self.until is None:
            return None
        return max((self.until - self.since).days + 1, 0)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a channel brought; an empty name stands for leads that came by none.

    :param won: deals that were won; ``lacking`` of them have no rate, and are not in the sums.
    :param margin: None for whoever may not see it.
    :param cost: what the channel cost in the period, None where nobody says.
    """

    channel: str
    leads: int = 0
    clients: int = 0
    deals: int = 0
    won: int = 0
    lacking: int = 0
    turnover: Decimal = _NOUGHT
    margin: Decimal | None = None
    cost: Decimal | None = None

    @property
    def cost_of_a_lead(self) -> Decimal | None:
        """What a lead cost."""
        return None if self.cost is None or not self.leads else self.cost / self.leads


def brought(session: Session, period: Period, source: str = "") -> list[Brought]:
    """Count what each channel brought, that with the most leads first.

    Channels that cost something and brought nothing are among them, unless one source is asked
    for. Four statements, however many leads and channels there are.
    """
    sees_margin = current_person().may(SEE_MARGIN)
    worth = _worth(session, period, source, Deal.amount)
    margins = _worth(session, period, source, DEAL_MARGIN) if sees_margin else {}
    known = queries.channels(session)
    costs = {one.name: _cost(one.monthly_cost, period) for one in known}
    found = [
        Brought(
            channel=row.channel,
            leads=row.leads,
            clients=row.clients,
            deals=row.deals,
            won=row.won,
            lacking=worth[row.channel].lacking if row.channel in worth else 0,
            turnover=worth[row.channel].amount if row.channel in worth else _NOUGHT,
            margin=_margin(margins, row.channel) if sees_margin else None,
            cost=costs.get(row.channel),
        )
        for row in session.execute(_counted(period, source))
    ]
    if not source:
        fruitless = {one.name for one in known if one.active} - {one.channel for one in found}
        found += [
            Brought(name, margin=_margin(margins, name) if sees_margin else None, cost=costs[name])
            for name in fruitless
            if costs[name]
        ]
    return sorted(found, key=lambda one: (-one.leads, one.channel))


def in_all(channels: Sequence[Brought]) -> Brought:
    """Add the channels up; the cost where any is known."""
    margins = [one.margin for one in channels if one.margin is not None]
    costs = [one.cost for one in channels if one.cost is not None]
    return Brought(
        "",
        leads=sum(one.leads for one in channels),
        clients=sum(one.clients for one in channels),
        deals=sum(one.deals for one in channels),
        won=sum(one.won for one in channels),
        lacking=sum(one.lacking for one in channels),
        turnover=sum((one.turnover for one in channels), _NOUGHT),
        margin=sum(margins, _NOUGHT) if margins else None,
        cost=sum(costs, _NOUGHT) if costs else None,
    )


def _margin(margins: Mapping[str, Any], channel: str) -> Decimal:
    return margins[channel].amount if channel in margins else _NOUGHT


def _cost(monthly: Decimal | None, period: Period) -> Decimal | None:
    if monthly is None or period.days is None:
        return None
    cost = monthly * period.days / _DAYS_OF_A_MONTH
    return cost.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _first(column: Any) -> sa.ColumnElement[bool]:
    """Give the condition of the first lead that came to a client or deal, of those that count."""
    other = aliased(Lead)
    earlier = sa.exists().where(
        getattr(other, column.key) == column,
        other.id < Lead.id,
        other.deleted_at.is_(None),
        other.suspicion == "",
    )
    return sa.not_(earlier)


def _base(columns: Sequence[Any], period: Period, source: str) -> sa.Select[Any]:
    """Give the query of the leads that count, with the client and the deal each has brought."""
    client = sa.and_(Client.id == Lead.client_id, visible("client"), _first(Lead.client_id))
    deal = sa.and_(Deal.id == Lead.deal_id, visible("deal"), _first(Lead.deal_id))
    narrowed = [Lead.source == source] if source else []
    return (
        sa.select(*columns)
        .select_from(Lead)
        .outerjoin(Client, client)
        .outerjoin(Deal, deal)
        .where(visible(KIND), genuine(), *period.holds(Lead.created_at), *narrowed)
    )


def _counted(period: Period, source: str) -> sa.Select[Any]:
    columns = (
        Lead.channel,
        sa.func.count(Lead.id).label("leads"),
        sa.func.count(Client.id).label("clients"),
        sa.func.count(Deal.id).label("deals"),
        sa.func.count(Deal.id).filter(Deal.outcome == "won").label("won"),
    )
    return _base(columns, period, source).group_by(Lead.channel)


def _worth(session: Session, period: Period, source: str, amount: Any) -> dict[str, Any]:
    """Give what won deals are worth by channel."""
    query = _base((Lead.channel, *worth_columns(amount)), period, source)
    rows = session.execute(query.where(Deal.outcome == "won").group_by(Lead.channel))
    return {row.channel: worth_of(row) for row in rows}


_ROW: Final = (
    Lead.id,
    TITLE,
    Lead.created_at,
    Client.id.label("client_id"),
    Client.name.label("client_name"),
    Deal.id.label("deal_id"),
    Deal.name.label("deal_name"),
    Deal.outcome,
    Deal.amount,
    Deal.currency,
)


def rows(  # noqa: PLR0917  # what counts, and from where on
    session: Session,
    period: Period,
    source: str,
    figure: str,
    channel: str | None,
    before: int | None = None,
) -> Sequence[AnyRow]:
    """Give the leads that a figure is made of, the newest first, one more than are shown.

    :param channel: None for all of them.
    :param before: the number of the last lead of the page before.
    """
    conditions: dict[str, list[sa.ColumnElement[bool]]] = {
        "leads": [],
        "clients": [Client.id.is_not(None)],
        "deals": [Deal.id.is_not(None)],
        "won": [Deal.outcome == "won"],
    }
    narrowed = [] if channel is None else [Lead.channel == channel]
    later = [] if before is None else [Lead.id < before]
    query = _base(_ROW, period, source).where(*conditions[figure], *narrowed, *later)
    return session.execute(query.order_by(Lead.id.desc()).limit(SHOWN + 1)).all()
