"""The lines of an invoice: made from those of a deal, from an amount of it, or from what is said.

What is billed by amount (a step of the schedule, or what is left of a deal) has a line for each
rate of VAT that the deal's lines have, in proportion, so that VAT inside and on top come out as
they do in the deal. Every line is rounded by :mod:`salesman_catalogue.sums` (ADR 57).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from salesman_catalogue.toolkit import DiscountError, Sums, Terms, rounded, sums_of

from salesman_core.toolkit import AnyRow, InvalidError
from salesman_hookspecs import Text
from salesman_invoices.billing import without_vat
from salesman_invoices.models import InvoiceLine
from salesman_invoices.parts import Left, discount_of, part_of
from salesman_invoices.texts import texts

_ = texts.lazy

ONE: Final = Decimal(1)
NOUGHT: Final = Decimal(0)
MOST_AMOUNT: Final = Decimal(10) ** 13

_TERMS: Final = ("quantity", "price", "discount_percent", "discount_amount", "vat_percent")
_NAMED: Final = ("article", "name", "unit")
_SAME: Final = ("price", "discount_percent", "vat_percent", "vat_on_top")
"""The terms of a line that do not depend on how much of it is billed."""


def line_of(said: Mapping[str, Any]) -> InvoiceLine:
    """Give a line with its sums.

    :param said: ``name``, ``quantity`` and ``price``, and what else a line may have; ``cost`` is
        for one unit, None where nobody knows it.
    :raises DiscountError: where the discount is more than price times quantity.
    """
    cost = said.get("cost")
    sums = sums_of(
        Terms(
            said["quantity"],
            said["price"],
            said.get("discount_percent"),
            said.get("discount_amount"),
            said.get("vat_percent"),
            vat_on_top=bool(said.get("vat_on_top")),
            cost=cost or NOUGHT,
        )
    )
    return InvoiceLine(
        **{name: said.get(name) or "" for name in _NAMED},
        **{name: said.get(name) for name in (*_TERMS, "deal_line_id", "product_id")},
        vat_on_top=bool(said.get("vat_on_top")),
        by_amount=bool(said.get("by_amount")),
        net=sums.net,
        vat=sums.vat,
        amount=sums.amount,
        cost_amount=None if cost is None else sums.cost,
    )


def said_lines(lines: Sequence[Mapping[str, Any]]) -> list[InvoiceLine]:
    """Give the lines that somebody said.

    :raises InvalidError: by line and field, as ``lines.2.discount_amount``.
    """
    made: list[InvoiceLine] = []
    wrong: dict[str, Text] = {}
    for place, said in enumerate(lines):
        told = _wrong_in(said)
        if told is None:
            made.append(line_of(said))
        else:
            field, text = told
            wrong[f"lines.{place}.{field}"] = text
    if wrong:
        raise InvalidError(_("Some lines are not right."), wrong)
    return numbered(made)


def _wrong_in(said: Mapping[str, Any]) -> tuple[str, Text] | None:
    """Give the field of a line that is not right, with what is wrong; None for a sound one."""
    percent, amount = said.get("discount_percent"), said.get("discount_amount")
    if percent is not None and amount is not None:
        return "discount_amount", _("A discount is a percentage or a sum, not both.")
    try:
        line = line_of(said)
    except DiscountError:
        field = "discount_amount" if percent is None else "discount_percent"
        return field, _("The discount is more than the sum.")
    if (line.cost_amount or NOUGHT) > MOST_AMOUNT:
        return "cost", _("The line costs more than an invoice may come to.")
    return None


def numbered(lines: Iterable[InvoiceLine]) -> list[InvoiceLine]:
    """Give lines with their places."""
    placed = list(lines)
    for position, line in enumerate(placed):
        line.position = position
    return placed


def lines_left(
    rows: Sequence[AnyRow],
    done: Mapping[int, Sequence[AnyRow]],
    wanted: Mapping[int, Decimal] | None = None,
) -> list[InvoiceLine]:
    """Give what is left to bill of a deal's lines.

    :param done: the parts of each that have been billed.
    :param wanted: how much to bill of some of them; all that is left of each where not given.
    :raises InvalidError: where more is wanted of a line than is left.
    """
    lines = []
    for row in rows:
        billed = done.get(row.id, ())
        left = quantity_left(row, billed)
        quantity = left if wanted is None else wanted.get(row.id, NOUGHT)
        if quantity > left:
            message = _(
                "Of “%(name)s” %(left)s are left to bill.", name=row.name, left=max(left, NOUGHT)
            )
            raise InvalidError(message, {"quantities": message})
        if quantity > 0:
            lines.append(_part_of(row, _left(row, billed, left), quantity))
    return numbered(lines)


def quantity_left(row: AnyRow, billed: Sequence[AnyRow]) -> Decimal:
    """Give how much of a deal's line is left to bill; below nought where too much was billed."""
    left: Decimal = row.quantity - sum((one.quantity for one in billed), NOUGHT)
    return left


def _left(row: AnyRow, billed: Sequence[AnyRow], quantity: Decimal) -> Left:
    """Give what is left to bill of a deal's line.

    Where it is sold on other terms by now than those on which a part was billed, the rest is
    counted by itself: what stands on a paper follows from the price that stands beside it.
    """
    if all(_on_terms_of(row, one) for one in billed):
        return Left(
            quantity,
            row.net - sum((one.net for one in billed), NOUGHT),
            row.vat - sum((one.vat for one in billed), NOUGHT),
            row.cost_amount - sum((one.cost_amount or NOUGHT for one in billed), NOUGHT),
        )
    return part_of(row, Left(row.quantity, row.net, row.vat, row.cost_amount), quantity)


def _on_terms_of(row: AnyRow, part: AnyRow) -> bool:
    """Tell whether a part was billed on the terms on which its line is sold."""
    same = all(getattr(row, name) == getattr(part, name) for name in _SAME)
    return same and part.discount_amount == discount_of(row, part.quantity)


def _part_of(row: AnyRow, left: Left, quantity: Decimal) -> InvoiceLine:
    """Give the line that bills a part of a deal's line."""
    part = part_of(row, left, quantity)
    return InvoiceLine(
        **{name: getattr(row, name) for name in (*_NAMED, *_SAME, "product_id")},
        deal_line_id=row.id,
        quantity=quantity,
        discount_amount=discount_of(row, quantity),
        net=part.net,
        vat=part.vat,
        amount=part.amount,
        cost_amount=part.cost,
    )


def lines_of_amount(
    amount: Decimal, title: str, rows: Sequence[AnyRow], vat_percent: Decimal | None
) -> list[InvoiceLine]:
    """Give the lines that bill an amount of a deal, meant as amounts of deals are.

    :param rows: the deal's lines, whose rates of VAT share the amount.
    :param vat_percent: the rate where the deal has no lines; None for “without VAT”.
    """
    shares = _shares(amount, rows) or {vat_percent: amount}
    several = len(shares) > 1
    return numbered(
        line_of(
            {
                "name": _of_rate(title, percent) if several else title,
                "quantity": ONE,
                "price": share,
                "vat_percent": percent,
                "vat_on_top": without_vat(),
                "by_amount": True,
            }
        )
        for percent, share in shares.items()
    )


def _shares(amount: Decimal, rows: Sequence[AnyRow]) -> dict[Decimal | None, Decimal]:
    """Share an amount among the rates of VAT of a deal's lines, to the hundredth of the whole."""
    weights: dict[Decimal | None, Decimal] = {}
    for row in rows:
        worth = row.net if without_vat() else row.amount
        weights[row.vat_percent] = weights.get(row.vat_percent, NOUGHT) + worth
    whole = sum(weights.values(), NOUGHT)
    if not whole:
        return {}
    shares: dict[Decimal | None, Decimal] = {}
    reached, given = NOUGHT, NOUGHT
    for percent, weight in weights.items():
        reached += weight
        so_far = rounded(amount * reached / whole)
        shares[percent], given = so_far - given, so_far
    return {percent: share for percent, share in shares.items() if share > 0}


def _of_rate(title: str, percent: Decimal | None) -> str:
    if percent is None:
        return texts.gettext("%(title)s (without VAT)", title=title)
    shown = f"{percent.normalize():f}"
    return texts.gettext("%(title)s (VAT %(percent)s%%)", title=title, percent=shown)


def cost_of_share(amount: Decimal, deal: AnyRow, counted: Decimal, cost: Decimal) -> Decimal:
    """Give what of a deal's cost an amount of it carries.

    The one that fills the deal carries all that is left, so costs add up to the deal's.

    :param counted: what the deal's other invoices come to.
    :param cost: what of the cost they carry.
    """
    if not deal.amount:
        return NOUGHT
    if counted + amount >= deal.amount:
        return max(rounded(deal.cost) - cost, NOUGHT)
    return rounded(deal.cost * amount / deal.amount)


def total(lines: Iterable[InvoiceLine]) -> Sums:
    """Give what lines come to together."""
    return sum((Sums(net=one.net, vat=one.vat) for one in lines), Sums())


def known_cost(lines: Sequence[InvoiceLine]) -> Decimal | None:
    """Give what lines cost together, or None where that is not known of each."""
    costs = [one.cost_amount for one in lines]
    return None if not costs or None in costs else sum((one or NOUGHT for one in costs), NOUGHT)
