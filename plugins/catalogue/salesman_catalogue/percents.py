"""Percentages as files write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from salesman_core.toolkit import decimal_of

_WHOLE: Final = Decimal(100)


def rate_in(text: str) -> Decimal:
    """Read a rate of VAT: ``20 %``, ``20``, or 0.2, which is how a sheet keeps 20 %.

    No country has a rate below 1 %, so what is without a sign of percent and below 1 is a share.

    :returns: with two digits after the point.
    :raises ValueError: for what is no number.
    """
    plain = text.strip()
    number = decimal_of(plain.removesuffix("%").strip())
    is_share = 0 < number < 1 and not plain.endswith("%")
    return round(number * _WHOLE if is_share else number, 2)
