"""Filters by which a figure of a plan opens to its invoices: days of a period, and what is sold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from salesman_catalogue.toolkit import is_of_item, item_titles

from salesman_core.toolkit import Deal, FieldKind, ListFilter, formats
from salesman_invoices.models import Allotment, Invoice, InvoiceLine
from salesman_invoices.texts import texts

_ = texts.lazy

BETWEEN: Final = ".."
PAID_WITHIN: Final = "paid_within"
WON_WITHIN: Final = "won_within"
SOLD: Final = "sold"


def days(first: str, last: str) -> str:
    """Give the value of a filter, as ``2026-03-01..2026-03-31``."""
    return f"{first}{BETWEEN}{last}"


def _read(value: Any) -> tuple[date, date] | None:
    first, _between, last = str(value).partition(BETWEEN)
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None


def _within(
    found: Callable[[date, date], sa.ColumnElement[bool]],
) -> Callable[[str, Any], sa.ColumnElement[bool]]:
    def where(_operator: str, value: Any) -> sa.ColumnElement[bool]:
        period = _read(value)
        return sa.false() if period is None else found(*period)

    return where


def _paid(first: date, last: date) -> sa.ColumnElement[bool]:
    paid = sa.select(Allotment.invoice_id).where(Allotment.day.between(first, last))
    return Invoice.id.in_(paid)


def _won(first: date, last: date) -> sa.ColumnElement[bool]:
    won = sa.select(Deal.id).where(
        Deal.outcome == "won", Deal.deleted_at.is_(None), Deal.closed_on.between(first, last)
    )
    return sa.and_(Invoice.paid != 0, Invoice.deal_id.in_(won))


def _sells(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    sold = sa.select(InvoiceLine.invoice_id).where(
        sa.not_(InvoiceLine.by_amount), is_of_item(InvoiceLine.product_id, str(value))
    )
    return Invoice.id.in_(sold)


def _item_title(value: Any) -> str:
    return item_titles([str(value)]).get(str(value), str(value))


def _shown(value: Any) -> str:
    period = _read(value)
    if period is None:
        return str(value)
    first, last = (formats.day(day) for day in period)
    return f"{first} – {last}"


FILTERS: Final = (
    ListFilter(
        PAID_WITHIN, _("Paid on the days"), FieldKind.TEXT, _within(_paid), ("eq",), show=_shown
    ),
    ListFilter(
        WON_WITHIN,
        _("Paid, of deals won on the days"),
        FieldKind.TEXT,
        _within(_won),
        ("eq",),
        show=_shown,
    ),
    ListFilter(SOLD, _("With"), FieldKind.TEXT, _sells, ("eq",), show=_item_title),
)
