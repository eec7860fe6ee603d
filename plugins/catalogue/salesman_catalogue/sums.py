"""What a line comes to: the one rule of rounding, the same in deal, invoice and act (ADR 57).

Pure arithmetic in exact decimals. Each line is rounded by itself, half up, to hundredths, and sums
are sums of rounded lines: so whatever stands on a paper adds up to the kopeck.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

HUNDREDTH: Final = Decimal("0.01")
NOUGHT: Final = Decimal(0)
_WHOLE: Final = Decimal(100)


def rounded(amount: Decimal) -> Decimal:
    """Give an amount in hundredths, half a hundredth rounded up."""
    return amount.quantize(HUNDREDTH, ROUND_HALF_UP)


class DiscountError(ValueError):
    """A discount that is more than what it is given on."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms something is sold.

    :param quantity: above nought, with up to three digits after the point.
    :param price: for one unit, in hundredths.
    :param discount_percent: from nought to 100; None for none.
    :param discount_amount: on the whole line; None for none. Not beside a percentage.
    :param vat_percent: None for “without VAT”.
    :param vat_on_top: whether VAT is added to the price; else it is inside.
    :param cost: what one unit costs the company.
    """

    quantity: Decimal
    price: Decimal
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    vat_percent: Decimal | None = None
    vat_on_top: bool = False
    cost: Decimal = NOUGHT


@dataclass(frozen=True, slots=True)
class Sums:
    """What a line, or several of them, come to, in hundredths.

    :param full: price times quantity.
    :param discount: what is taken off that.
    :param net: what is left, without VAT.
    :param vat: the VAT, inside or on top.
    :param cost: what it costs the company.
    """

    full: Decimal = NOUGHT
    discount: Decimal = NOUGHT
    net: Decimal = NOUGHT
    vat: Decimal = NOUGHT
    cost: Decimal = NOUGHT

    @property
    def amount(self) -> Decimal:
        """What is to be paid, VAT included."""
        return self.net + self.vat

    def __add__(self, other: Sums) -> Sums:
        """Give both together."""
        return Sums(
            self.full + other.full,
            self.discount + other.discount,
            self.net + other.net,
            self.vat + other.vat,
            self.cost + other.cost,
        )


def sums_of(terms: Terms) -> Sums:
    """Give what a line comes to.

    :raises DiscountError: where the discount is more than price times quantity.
    """
    full = rounded(terms.price * terms.quantity)
    discount = _discount(terms, full)
    if not NOUGHT <= discount <= full:
        raise DiscountError
    left = full - discount
    percent = terms.vat_percent or NOUGHT
    if terms.vat_on_top:
        net, vat = left, rounded(left * percent / _WHOLE)
    else:
        vat = vat_inside(left, percent)
        net = left - vat
    return Sums(full, discount, net, vat, rounded(terms.cost * terms.quantity))


def _discount(terms: Terms, full: Decimal) -> Decimal:
    if terms.discount_amount is not None:
        return terms.discount_amount
    return rounded(full * (terms.discount_percent or NOUGHT) / _WHOLE)


def vat_inside(amount: Decimal, percent: Decimal) -> Decimal:
    """Give the VAT that is in an amount."""
    return rounded(amount * percent / (_WHOLE + percent))


def together(lines: Iterable[Sums]) -> Sums:
    """Give what lines come to together."""
    return sum(lines, Sums())
