"""The figures of invoices, as the plugin of plans asks for them: issued, paid, paid in won deals.

Turnover is what deals mean by their amounts, with VAT or without it, so that a plan is held
against the same money on every basis. Each entry counts for whoever owns its invoice.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for
from salesman_catalogue.toolkit import is_of_item, items

from salesman_core.toolkit import Deal, Rate, Thousandths, company, visible
from salesman_invoices.billing import without_vat
from salesman_invoices.models import ISSUED, KIND, Allotment, Invoice, InvoiceLine
from salesman_invoices.permissions import SEE_DEAL, VIEW
from salesman_invoices.plans_filters import PAID_WITHIN, SOLD, WON_WITHIN, days
from salesman_invoices.standing import OVERDUE, PAID, PARTLY
from salesman_invoices.texts import texts

_ = texts.lazy

ON_ISSUE: Final = "issued"
ON_PAYMENT: Final = "paid"
IN_CLOSED: Final = "paid_in_closed"

_TURNOVER, _MARGIN, _UNITS, _DEALS = "turnover", "margin", "units", "deals"
_WON: Final = "won"


def sources() -> Iterable[Mapping[str, Any]]:
    """Give the sources of the three bases: money, the units of invoices, and deals won."""
    bases: list[dict[str, Any]] = [
        {
            "basis": ON_ISSUE,
            "title": _("Invoices issued"),
            "method": _(
                "Invoices on the day of issue, each at its whole amount, whether it is paid or"
                " not. Drafts and cancelled ones do not count. The margin is the amount less what"
                " is known of its cost; where nothing is known, an invoice brings no margin."
                " Units are those of its lines. Deals are counted when they are won."
            ),
            "entries": lambda: _issued(*_asked()),
            "address": _by_issue,
            "order": 30,
        },
        {
            "basis": ON_PAYMENT,
            "title": _("Invoices paid"),
            "method": _(
                "What was paid of invoices, on the day of the payment. A part payment brings its"
                " share of the margin, and all parts together the whole; what was paid back is"
                " taken off on its day. An advance that belongs to no invoice does not count."
                " Units count when an invoice is wholly paid. Deals are counted when they are won."
            ),
            "entries": lambda: _paid(*_asked()),
            "address": _by_payment,
            "order": 40,
        },
        {
            "basis": IN_CLOSED,
            "title": _("Invoices paid within deals won"),
            "method": _(
                "What was paid of the invoices of deals that were won, on the day on which the"
                " deal was closed, whenever the money came. Units are those of its invoices that"
                " are wholly paid. Deals are counted when they are won."
            ),
            "entries": lambda: _paid_in_closed(*_asked()),
            "address": _by_closing,
            "order": 50,
        },
    ]
    usual = {"kind": KIND, "permission": VIEW}
    money = [{"metrics": (_TURNOVER, _MARGIN), **usual, **one} for one in bases]
    units = [_units_of(one) | usual for one in bases]
    return [*money, *units, *(_deals_of(one) for one in bases)]


def _units_of(basis: Mapping[str, Any]) -> dict[str, Any]:
    id_ = str(basis["basis"])
    on_day = {
        ON_ISSUE: Invoice.issued_on,
        ON_PAYMENT: Invoice.paid_on,
        IN_CLOSED: Deal.closed_on,
    }

    def entries() -> sa.Select[Any]:
        return _units(id_, on_day[id_], visible(KIND))

    addresses = {ON_ISSUE: _by_issue, ON_PAYMENT: _by_last_payment, IN_CLOSED: _by_closing_and_paid}
    return {
        "basis": id_,
        "metrics": (_UNITS,),
        "entries": entries,
        "items": items(lambda key: entries().where(is_of_item(InvoiceLine.product_id, key))),
        "address": addresses[id_],
        "order": basis["order"] + 1,
    }


def _deals_of(basis: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "basis": basis["basis"],
        "metrics": (_DEALS,),
        "kind": "deal",
        "permission": SEE_DEAL,
        "entries": lambda: _won(visible("deal")),
        "address": _won_deals,
        "order": basis["order"] + 2,
    }


def _asked() -> tuple[sa.ColumnElement[bool], str, bool]:
    """Give what a query depends on: what is seen, the currency, and whether VAT is left out."""
    return visible(KIND), company().currency, without_vat()


@functools.lru_cache(maxsize=256)
def _issued(seen: sa.ColumnElement[bool], currency: str, net: bool) -> sa.Select[Any]:  # noqa: FBT001  # how amounts are meant
    turnover: Any = Invoice.net if net else Invoice.amount
    columns = (
        Invoice.issued_on.label("day"),
        turnover.label(_TURNOVER),
        (turnover - Invoice.cost).label(_MARGIN),
    )
    return _entries(columns, currency).where(*_COUNTED, seen)


@functools.lru_cache(maxsize=256)
def _paid(seen: sa.ColumnElement[bool], currency: str, net: bool) -> sa.Select[Any]:  # noqa: FBT001  # how amounts are meant
    columns = (Allotment.day.label("day"), *_shares(net=net))
    paid = _entries(columns, currency).join(Invoice, Invoice.id == Allotment.invoice_id)
    return paid.where(*_COUNTED, seen)


@functools.lru_cache(maxsize=256)
def _paid_in_closed(seen: sa.ColumnElement[bool], currency: str, net: bool) -> sa.Select[Any]:  # noqa: FBT001  # how amounts are meant
    columns = (Deal.closed_on.label("day"), *_shares(net=net))
    paid = _entries(columns, currency).join(Invoice, Invoice.id == Allotment.invoice_id)
    return paid.join(Deal, Deal.id == Invoice.deal_id).where(
        *_COUNTED, Deal.outcome == _WON, Deal.deleted_at.is_(None), seen
    )


_COUNTED: Final = (Invoice.state == ISSUED,)
"""Neither drafts nor cancelled ones count."""


def _shares(*, net: bool) -> tuple[sa.ColumnElement[Any], ...]:
    """Give what an allotment brings of turnover, as amounts of deals are meant, and of margin."""
    turnover: Any = Allotment.net if net else Allotment.amount
    return turnover.label(_TURNOVER), Allotment.margin.label(_MARGIN)


def _entries(columns: Iterable[Any], currency: str) -> sa.Select[Any]:
    """Give the query of entries with whose they are, of which invoice, and at which rate."""
    foreign = Invoice.currency != currency
    unknown = sa.or_(
        Invoice.rate.is_(None),
        Invoice.rate_currency.is_(None),
        Invoice.rate_currency != currency,
    )
    found: Any = sa.select(
        *columns,
        Invoice.owner_id,
        Invoice.id.label("record_id"),
        Invoice.deal_id,
        sa.type_coerce(sa.case((foreign, Invoice.rate)), Rate()).label("rate"),
        sa.and_(foreign, unknown).label("lacking"),
    )
    entries: sa.Select[Any] = found
    return entries


@functools.lru_cache(maxsize=256)
def _units(basis: str, day: Any, seen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Give the query of units.

    A line that bills a share of a deal, as a prepayment, sells no units of its own.
    """
    sold = sa.not_(InvoiceLine.by_amount)
    whole = sa.func.sum(sa.type_coerce(InvoiceLine.quantity, sa.BigInteger))
    units = sa.type_coerce(sa.cast(whole, sa.BigInteger), Thousandths)
    whose = (Invoice.owner_id, Invoice.deal_id)
    of_invoice = (day.label("day"), Invoice.id.label("record_id"), *whose)
    asked: Any = (
        sa.select(*of_invoice, units.label(_UNITS))
        .join_from(InvoiceLine, Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(*_COUNTED, sold, seen)
        .group_by(Invoice.id, day, *whose)
    )
    if basis != ON_ISSUE:
        asked = asked.where(Invoice.paid_on.is_not(None))
    if basis == IN_CLOSED:
        asked = asked.join(Deal, Deal.id == Invoice.deal_id)
        asked = asked.where(Deal.outcome == _WON, Deal.deleted_at.is_(None))
    found: sa.Select[Any] = asked
    return found


@functools.lru_cache(maxsize=256)
def _won(seen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    won: Any = sa.select(
        Deal.closed_on.label("day"),
        Deal.owner_id,
        Deal.id.label("record_id"),
        sa.literal_column("1", sa.Integer).label(_DEALS),
    )
    found: sa.Select[Any] = won.where(Deal.outcome == _WON, seen)
    return found


def _narrowed(asked: Mapping[str, str], **filters: Any) -> str:
    """Give the address of the list of the invoices that count, narrowed to whose they are."""
    narrowed: dict[str, Any] = {**filters, **_whose(asked)}
    if "item" in asked:
        narrowed[SOLD] = asked["item"]
    return url_for("invoices.index", standing__in=",".join(_STANDING), **narrowed)


def _whose(asked: Mapping[str, str]) -> dict[str, str]:
    return {name: asked[name] for name in ("owner_id", "team_id") if name in asked}


_STANDING: Final = (ISSUED, PARTLY, PAID, OVERDUE)


def _by_issue(asked: Mapping[str, str]) -> str:
    return _narrowed(asked, issued_on__gte=asked["from"], issued_on__lte=asked["to"])


def _by_payment(asked: Mapping[str, str]) -> str:
    return _narrowed(asked, **{PAID_WITHIN: days(asked["from"], asked["to"])})


def _by_last_payment(asked: Mapping[str, str]) -> str:
    return _narrowed(asked, paid_on__gte=asked["from"], paid_on__lte=asked["to"])


def _by_closing(asked: Mapping[str, str]) -> str:
    return _narrowed(asked, **{WON_WITHIN: days(asked["from"], asked["to"])})


def _by_closing_and_paid(asked: Mapping[str, str]) -> str:
    within = {WON_WITHIN: days(asked["from"], asked["to"])}
    return _narrowed(asked, paid_on__isnull="false", **within)


def _won_deals(asked: Mapping[str, str]) -> str:
    closed = {"closed_on__gte": asked["from"], "closed_on__lte": asked["to"]}
    narrowed: dict[str, Any] = {**closed, **_whose(asked)}
    return url_for("deals.index", state=_WON, **narrowed)
