"""What a part of a line comes to, so that parts add up to the line. Pure arithmetic.

A part is counted as any line is (:mod:`salesman_catalogue.sums`), and is never more than what is
left; the last part is what is left. So invoices add up to the lines of their deal and acts to their
invoice, to the kopeck, and what is billed or confirmed at once reads there as it does in the deal
(ADR 57, ADR 68).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from salesman_catalogue.toolkit import Sums, Terms, rounded, sums_of

NOUGHT: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Left:
    """What of a line is not billed yet, or not confirmed by acts.

    :param cost: None where nobody knows what the line cost.
    """

    quantity: Decimal
    net: Decimal
    vat: Decimal
    cost: Decimal | None = None

    @property
    def amount(self) -> Decimal:
        """What it comes to, VAT included."""
        return self.net + self.vat


def part_of(line: Any, left: Left, quantity: Decimal) -> Left:
    """Give what a quantity of a line comes to.

    :param line: a line of a deal or an invoice, or a row with the same names.
    :param quantity: above nought, and no more than is left.
    """
    if quantity >= left.quantity:
        return left
    sums = sums_of(_terms(line, quantity))
    cost = None
    if left.cost is not None:
        cost = min(rounded(line.cost_amount * quantity / line.quantity), left.cost)
    return Left(quantity, min(sums.net, left.net), min(sums.vat, left.vat), cost)


def _terms(line: Any, quantity: Decimal) -> Terms:
    return Terms(
        quantity,
        line.price,
        line.discount_percent,
        discount_of(line, quantity),
        line.vat_percent,
        vat_on_top=line.vat_on_top,
    )


def discount_of(line: Any, quantity: Decimal) -> Decimal | None:
    """Give what of a discount in money a part takes along: its share, and no more than it costs."""
    if line.discount_amount is None or quantity == line.quantity:
        whole: Decimal | None = line.discount_amount
        return whole
    share = rounded(line.discount_amount * quantity / line.quantity)
    return min(share, rounded(line.price * quantity))


def together(parts: list[Left]) -> Sums:
    """Give what parts come to together."""
    return sum((Sums(net=one.net, vat=one.vat) for one in parts), Sums())
