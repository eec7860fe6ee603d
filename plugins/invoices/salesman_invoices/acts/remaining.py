"""What of an invoice no act has confirmed yet: drafts hold their part, cancelled acts none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, whole_sum
from salesman_invoices.billing import hundredths, without_vat
from salesman_invoices.models import CANCELLED, Act, ActLine, InvoiceLine
from salesman_invoices.parts import NOUGHT, Left

_LINE: Final = (
    InvoiceLine.id,
    InvoiceLine.position,
    InvoiceLine.article,
    InvoiceLine.name,
    InvoiceLine.unit,
    InvoiceLine.quantity,
    InvoiceLine.price,
    InvoiceLine.discount_percent,
    InvoiceLine.discount_amount,
    InvoiceLine.vat_percent,
    InvoiceLine.vat_on_top,
    InvoiceLine.net,
    InvoiceLine.vat,
    InvoiceLine.amount,
    InvoiceLine.cost_amount,
)


@dataclass(frozen=True, slots=True)
class LineLeft:
    """A line of an invoice, and what of it is left to confirm."""

    line: AnyRow
    left: Left


def holding() -> list[sa.ColumnElement[bool]]:
    """Give the conditions of acts that hold their part of an invoice."""
    return [Act.state != CANCELLED, Act.deleted_at.is_(None)]


def lines_left(session: Session, invoice_id: int, but: int | None = None) -> list[LineLeft]:
    """Give the lines of an invoice with what is left of each, in two statements.

    :param but: an act that is left out.
    """
    ordered = sa.select(*_LINE).where(InvoiceLine.invoice_id == invoice_id)
    rows = session.execute(ordered.order_by(InvoiceLine.position, InvoiceLine.id)).all()
    done = _confirmed(session, invoice_id, but)
    return [LineLeft(row, _left(row, done.get(row.id))) for row in rows]


def _confirmed(session: Session, invoice_id: int, but: int | None) -> Mapping[int, AnyRow]:
    asked = (
        sa.select(
            ActLine.invoice_line_id,
            whole_sum(ActLine.quantity).label("quantity"),
            whole_sum(ActLine.net).label("net"),
            whole_sum(ActLine.vat).label("vat"),
            whole_sum(sa.func.coalesce(ActLine.cost_amount, 0)).label("cost"),
        )
        .join(Act, Act.id == ActLine.act_id)
        .where(Act.invoice_id == invoice_id, *holding())
        .group_by(ActLine.invoice_line_id)
    )
    if but is not None:
        asked = asked.where(Act.id != but)
    return {row.invoice_line_id: row for row in session.execute(asked)}


def _left(row: AnyRow, done: AnyRow | None) -> Left:
    if done is None:
        return Left(row.quantity, row.net, row.vat, row.cost_amount)
    cost = None if row.cost_amount is None else row.cost_amount - hundredths(done.cost)
    return Left(
        row.quantity - Decimal(int(done.quantity)).scaleb(-3),
        row.net - hundredths(done.net),
        row.vat - hundredths(done.vat),
        cost,
    )


def is_left(lines: Sequence[LineLeft]) -> bool:
    """Tell whether anything is left to confirm."""
    return any(one.left.quantity > NOUGHT for one in lines)


def confirmed_of_deal(session: Session, deal_id: int, but: int) -> Decimal:
    """Give what the acts of a deal come to, as amounts of deals are meant.

    :param but: an act that is left out.
    """
    column: Any = Act.net if without_vat() else Act.amount
    asked = sa.select(whole_sum(column)).where(Act.deal_id == deal_id, Act.id != but, *holding())
    return hundredths(session.scalar(asked))


def has_acts(session: Session, invoice_id: int) -> bool:
    """Tell whether acts hold a part of an invoice."""
    asked = sa.select(Act.id).where(Act.invoice_id == invoice_id, *holding()).limit(1)
    return session.scalar(asked) is not None
