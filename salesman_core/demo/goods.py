"""What a deal is about, and for how much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from salesman_core.demo.clients import LARGE, MEDIUM, SMALL
from salesman_core.demo.plan import PlannedClient
from salesman_core.demo.words import Words

USUAL: Final = {SMALL: 90_000, MEDIUM: 420_000, LARGE: 1_900_000}
"""The median amount of a deal by the client's segment, in roubles."""

_SPREAD: Final = 0.7
_REVISION: Final = 0.18
_REPEATED: Final = 0.4
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Price:
    """An amount and what the goods cost us."""

    amount: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """What a client wants.

    :param first: the price as it was first thought.
    :param last: as it was agreed.
    """

    name: str
    first: Price
    last: Price


class OrderPlanner:
    """Plans orders: amounts are log-normal by segment, margins by what is sold."""

    def __init__(self, random: Random, words: Words) -> None:
        self._random, self._words = random, words

    def order(self, client: PlannedClient, *, again: bool) -> Order:
        """Give an order.

        :param again: True where the client has bought before.
        """
        groups = self._words.goods
        (goods,) = self._random.choices(groups, [group.share for group in groups])
        occasion = self._random.choice(goods.occasions)
        if again and self._random.random() < _REPEATED:
            occasion = self._words.repeat_occasion
        name = self._words.deal_name.format(
            goods=self._random.choice(goods.names), occasion=occasion
        )
        usual = USUAL[client.segment] * goods.size * self._words.scale
        amount = self._random.lognormvariate(math.log(usual), _SPREAD)
        margin = self._random.uniform(*goods.margins)
        guess = amount * self._random.uniform(1 - _REVISION, 1 + _REVISION)
        return Order(name, self._price(guess, margin), self._price(amount, margin))

    def _price(self, amount: float, margin: float) -> Price:
        """Round an amount as people do; *margin* is in percent of it."""
        unit = self._words.unit
        rounded = Decimal(max(1, round(amount / unit)) * unit)
        cost = rounded * (100 - Decimal(str(round(margin, 1)))) / 100
        return Price(rounded, cost.quantize(_CENT))
