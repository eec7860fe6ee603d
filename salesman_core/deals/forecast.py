"""What deals may bring: their amounts, each times its progress (``product.md``, rule 1)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_CENT: Final = Decimal("0.01")


def forecast(amount: Decimal, percent: int) -> Decimal:
    """Give what an amount may bring, rounded half up to the hundredth.

    One rule everywhere: of the deals in work of one stage the *sum* is weighted and rounded once,
    and the forecast of several stages is the sum of theirs. So a list, a board and a funnel of the
    same deals say the same to the last digit; the forecasts of single deals, each rounded for
    itself, may add up to some hundredths more or less.

    :param amount: of one deal, or of all that stand in one stage.
    :param percent: the progress of the stage.
    """
    return (amount * percent / 100).quantize(_CENT, ROUND_HALF_UP)
