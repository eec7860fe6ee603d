"""Every read of the lines of deals, through the access to their deals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_catalogue.models import DealSheet, Line, Product
from salesman_catalogue.sums import Sums, together
from salesman_catalogue.texts import texts
from salesman_core.toolkit import AnyRow, Deal, MissingError, visible

_ = texts.lazy

LINE: Final = (
    Line.id,
    Line.product_id,
    Line.level_id,
    Line.article,
    Line.name,
    Line.unit,
    Line.quantity,
    Line.price,
    Line.discount_percent,
    Line.discount_amount,
    Line.vat_percent,
    Line.vat_on_top,
    Line.cost,
    Line.net,
    Line.vat,
    Line.amount,
    Line.cost_amount,
)
"""What a line is."""


def one_deal(session: Session, deal_id: int) -> AnyRow:
    """Give the deal whose lines are meant, with the version of its lines and their currency.

    :raises MissingError: where there is none that the person may see.
    """
    columns = (
        *(Deal.id, Deal.name, Deal.currency, Deal.outcome, Deal.closed_on),
        *(Deal.amount, Deal.amount_source),
    )
    version = sa.func.coalesce(DealSheet.version, 0).label("version")
    asked = (*columns, version, DealSheet.currency.label("lines_currency"))
    row = session.execute(
        sa.select(*asked)
        .outerjoin(DealSheet, DealSheet.deal_id == Deal.id)
        .where(Deal.id == deal_id, visible("deal"))
    ).one_or_none()
    if row is None:
        raise MissingError(_("There is no such deal, or you may not see it."))
    return row


def current_lines(*columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the lines of deals, without access to them, for whoever narrows it down.

    Those in another currency than their deal's are none: their prices mean something else.
    """
    there = sa.select(*columns).select_from(Line).join(Deal, Deal.id == Line.deal_id)
    there = there.join(DealSheet, DealSheet.deal_id == Line.deal_id)
    return there.where(DealSheet.currency == Deal.currency)


def lines_of(session: Session, deal_id: int) -> Sequence[AnyRow]:
    """Give the lines of a deal that the person sees, in their order."""
    own = current_lines(*LINE).where(Line.deal_id == deal_id, visible("deal"))
    return session.execute(own.order_by(Line.position, Line.id)).all()


def lines_in_another_currency(session: Session, deal: AnyRow) -> Sequence[AnyRow]:
    """Give the lines of a deal that are none any more, as its currency has changed.

    :param deal: as :func:`one_deal` gives it.
    """
    if deal.lines_currency in {None, deal.currency}:
        return []
    there = sa.select(*LINE).where(Line.deal_id == deal.id)
    return session.execute(there.order_by(Line.position, Line.id)).all()


def sums_of_rows(lines: Sequence[AnyRow]) -> Sums:
    """Give what lines come to together, as they were counted when they were written."""
    return together(Sums(net=one.net, vat=one.vat, cost=one.cost_amount) for one in lines)


SOLD: Final = (
    Line.product_id,
    Product.category_id,
    Line.quantity,
    Line.net,
    Line.amount,
    Line.cost_amount,
    Line.deal_id,
    Deal.owner_id,
    Deal.client_id,
    Deal.outcome,
    Deal.closed_on,
    sa.select(DealSheet.currency)
    .where(DealSheet.deal_id == Line.deal_id)
    .scalar_subquery()
    .label("currency"),
)
"""What is known of each line of a deal that the person sees, for whoever counts units.

``currency`` is that of the line's sums: the deal may have another one by now (ADR 58).
"""


def sold_lines(columns: Sequence[Any] = SOLD) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the lines of all deals that the person sees: a row for each line.

    Whoever counts units adds the conditions on the deal (won, closed within days, of whom) and
    groups by product, category or deal. Quantities are thousandths in the table: a sum of them,
    type-coerced to ``Thousandths``, is exact on every database.
    """
    return (
        sa.select(*columns)
        .select_from(Line)
        .join(Deal, Deal.id == Line.deal_id)
        .outerjoin(Product, Product.id == Line.product_id)
        .where(visible("deal"))
    )
