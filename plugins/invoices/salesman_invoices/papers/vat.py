"""How a paper says VAT: by rates, and whether it is inside what the lines say or on top of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from salesman_invoices.papers.values import Paper, PaperLine


@dataclass(frozen=True, slots=True)
class VatSum:
    """The VAT of one rate.

    :param percent: the rate.
    :param amount: the VAT of all lines that have it.
    """

    percent: Decimal
    amount: Decimal


def sums_by_rate(lines: Iterable[PaperLine]) -> list[VatSum]:
    """Give the VAT of each rate, the highest first; nothing of lines that are without VAT."""
    sums: dict[Decimal, Decimal] = {}
    for line in lines:
        if line.vat_percent is not None:
            sums[line.vat_percent] = sums.get(line.vat_percent, Decimal(0)) + line.vat
    return [VatSum(percent, sums[percent]) for percent in sorted(sums, reverse=True)]


def is_on_top(paper: Paper) -> bool:
    """Tell whether the lines are said without VAT, which is added to their total.

    So it is where all taxed lines have it on top. Where some have it inside, each line is said
    with its VAT, and the total says how much of that is in it.
    """
    taxed = [line for line in paper.lines if line.vat_percent is not None]
    return bool(taxed) and all(line.vat_on_top for line in taxed)


def has_rates_by_line(paper: Paper) -> bool:
    """Tell whether the rate must stand in each line, because not all have the same."""
    return len({(line.vat_percent, line.vat_on_top) for line in paper.lines}) > 1


def said_amount(paper: Paper, line: PaperLine) -> Decimal:
    """Give what stands in the last column of a line."""
    return line.net if is_on_top(paper) else line.amount


def said_total(paper: Paper) -> Decimal:
    """Give what stands under the last column: the sum of what stands in it."""
    return paper.net if is_on_top(paper) else paper.amount
