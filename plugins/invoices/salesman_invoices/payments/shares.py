"""What payments make of an invoice: how much is paid, since when, whose share of net and margin.

Pure arithmetic. Nothing here depends on the order in which payments were entered: allotments count
in the order of their days, and within a day of their amounts (ADR 60).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from salesman_catalogue.toolkit import rounded

NOUGHT: Final = Decimal(0)


class Allotted(Protocol):
    """What of a payment went to an invoice; its shares of net and margin are set."""

    id: int
    day: date
    amount: Decimal
    net: Decimal
    margin: Decimal | None


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid on an invoice.

    :param amount: all of it; below nought where more went back than came in.
    :param since: the day on which the invoice became wholly paid and stayed so, or None.
    """

    amount: Decimal
    since: date | None


def share_out(
    allotments: Iterable[Allotted], amount: Decimal, net: Decimal, margin: Decimal | None
) -> Paid:
    """Give what was paid on an invoice, and let each allotment have its shares of net and margin.

    A share is what the whole comes to by then, less what it came to before: so shares add up to
    the whole once the invoice is paid, to the hundredth. What is paid over the invoice's amount
    brings no margin; without VAT it comes to less in the same proportion.

    :param amount: of the invoice, above nought.
    :param net: the same without VAT.
    :param margin: of the invoice; None where its cost is not known.
    """
    paid, shared, since, without_vat = NOUGHT, NOUGHT, None, NOUGHT
    for one in sorted(allotments, key=lambda one: (one.day, one.amount, one.id)):
        was_whole = paid >= amount
        paid += one.amount
        if paid < amount:
            since = None
        elif not was_whole:
            since = one.day
        by_then = rounded(net * paid / amount)
        one.net, without_vat = by_then - without_vat, by_then
        one.margin = None
        if margin is not None:
            reached = rounded(margin * min(max(paid, NOUGHT), amount) / amount)
            one.margin, shared = reached - shared, reached
    return Paid(paid, since)
