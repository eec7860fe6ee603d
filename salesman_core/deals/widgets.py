"""What deals put on the desk and onto a client's card."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.access.person import current_person
from salesman_core.access.records import visible
from salesman_core.clock import today
from salesman_core.db import AnyRow, reading
from salesman_core.deals import queries, standing
from salesman_core.deals.counted import Sum
from salesman_core.deals.editing import open_deals_of
from salesman_core.deals.figures import (
    currencies_of,
    first_pipeline,
    open_figures,
    outcomes_of,
)
from salesman_core.deals.lists import IN_WORK
from salesman_core.deals.models import Deal
from salesman_core.deals.open_figures import chosen_currency, frozen_at, open_deals
from salesman_core.deals.standing import needs_attention
from salesman_core.services.company import company
from salesman_core.web.templating import render

_FEW = 8
SHOWN_OF_CLIENT: Final = 6
"""So many of a client's deals stand open on its card; the others unfold."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The tiles of the desk, of the person's own deals.

    :param win_rate: won of all closed this month, in percent, or None where none was closed.
    """

    currency: str
    open: Sum
    won: Sum
    win_rate: Decimal | None
    month: str


def _own() -> tuple[sa.ColumnElement[bool], dict[str, Any]]:
    """Give the deals of whoever reads, and the filter of the list that shows the same.

    Who owns none, as a director, reads about all deals that they see.
    """
    own = sa.and_(visible("deal"), Deal.owner_id == current_person().id)
    if reading().scalar(sa.select(sa.exists().where(own))):
        return own, {"owner_id": "me"}
    return visible("deal"), {}


def by_stage() -> str | None:
    """Draw the deals in work by stage, of the first pipeline."""
    session = reading()
    own, filters = _own()
    pipeline_id = first_pipeline(session)
    found = open_deals(session, pipeline_id, [own])
    currency = chosen_currency(found.currencies)
    stages = found.figures(currency)
    shown = {"pipeline_id": pipeline_id, "currency": currency, **filters}
    widest = max((stage.amount for stage in stages), default=Decimal(0))
    return render(
        "core/deals/widgets/by_stage.html",
        stages=stages,
        currency=currency,
        widest=widest or Decimal(1),
        filters=shown | IN_WORK,
        frozen=frozen_at(stages),
        frozen_ones=url_for("deals.index", **shown | {"frozen": "true"}),
        whole=not filters,
        amount=sum((stage.amount for stage in stages), Decimal(0)),
        weighted=sum((stage.weighted for stage in stages), Decimal(0)),
    )


def attention() -> str | None:
    """Draw the deals in work that stand too long or whose expected date has passed."""
    session, (own, filters) = reading(), _own()
    late = sa.and_(own, needs_attention())
    rows = session.execute(
        queries.named_deals().where(late).order_by(Deal.amount.desc(), Deal.id).limit(_FEW)
    ).all()
    number = session.scalar(sa.select(sa.func.count(Deal.id)).where(late)) or 0
    return render(
        "core/deals/widgets/attention.html",
        rows=rows,
        number=number,
        address=url_for("deals.index", attention="true", **filters),
        standing=standing,
    )


def numbers() -> str | None:
    """Draw the tiles: in work, won this month, win rate."""
    session, (own, filters) = reading(), _own()
    currency = chosen_currency(currencies_of(session, [own]))
    counted = [own, Deal.currency == currency]
    begin = today(company().tz).replace(day=1)
    closed = outcomes_of(session, [*counted, Deal.closed_on >= begin])
    none = Sum(0, Decimal(0))
    won, lost = closed.get("won", none), closed.get("lost", none)
    all_closed = won.count + lost.count
    return render(
        "core/deals/widgets/numbers.html",
        numbers=Numbers(
            currency=currency,
            open=open_figures(session, counted),
            won=won,
            win_rate=round(Decimal(100 * won.count) / all_closed, 1) if all_closed else None,
            month=begin.isoformat(),
        ),
        filters={"currency": currency} | filters,
        in_work=IN_WORK,
        whole=not filters,
    )


def of_client(context: Any) -> str | None:
    """Draw a client's deals on its card, with the way to open another one.

    :param context: what the client's card gives its panels; its ``id`` is the client's.
    """
    rows: list[AnyRow] = open_deals_of(context.id)
    if not rows and not current_person().may("core.deal.create"):
        return None
    return render(
        "core/deals/widgets/of_client.html",
        rows=rows,
        shown=SHOWN_OF_CLIENT,
        client_id=context.id,
        standing=standing,
    )
