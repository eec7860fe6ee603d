"""Clients who bought in a period, told apart by what they are worth: ABC and RFM."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_analytics.bought import Bought, bought_by_client
from salesman_analytics.clients import clients_address, counted_clients
from salesman_core.toolkit import Client, company, reading, today, worth_of

Values = Mapping[str, Any]

LETTERS: Final = {"A": Decimal(80), "B": Decimal(95), "C": Decimal(100)}
"""The classes, each with the share of the turnover up to which it goes."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """What a client bought.

    :param last: the day of the last purchase.
    :param lacking: how many of the deals have no rate, and are not in the amount.
    """

    client_id: int
    name: str
    deals: int
    amount: Decimal
    last: date
    lacking: int


def buyers(asked: Values) -> list[Buyer]:
    """Give the clients who bought in the period, the largest first: one statement."""
    each = bought_by_client(asked["since"], asked["until"])
    rows = reading().execute(
        sa.select(each, Client.name, Client.search_name)
        .join_from(each, Client, Client.id == each.c.client_id)
        .where(*counted_clients(asked))
        .order_by(each.c.amount.desc(), Client.search_name, Client.id)
    )
    found = []
    for row in rows:
        worth = worth_of(row)
        found.append(
            Buyer(row.client_id, row.name, worth.count, worth.amount, row.last, worth.lacking)
        )
    return found


def letters(found: Sequence[Buyer]) -> list[str]:
    """Give the class of each of some clients, the largest first.

    Whoever begins below a limit is still within the class; equal amounts are of one class.
    """
    whole = sum((one.amount for one in found), Decimal(0))
    given: list[str] = []
    passed = Decimal(0)
    for place, one in enumerate(found):
        if place and one.amount == found[place - 1].amount:
            given.append(given[-1])
        else:
            share = 100 * passed / whole if whole > 0 else Decimal(100)
            given.append(next((name for name, most in LETTERS.items() if share < most), "C"))
        passed += one.amount
    return given


@dataclass(frozen=True, slots=True)
class Grade:
    """How recently, how often and for how much a client bought: each 1 to 3, 3 the best."""

    recency: int
    frequency: int
    money: int

    @property
    def value(self) -> int:
        """How much the client is worth, by frequency and money together: 1 to 3."""
        both = self.frequency + self.money
        return 3 if both > 4 else 2 if both > 2 else 1  # noqa: PLR2004  # of 2 to 6


def grades(found: Sequence[Buyer]) -> list[Grade]:
    """Give the grades of some clients: each a third, as far as equals allow."""
    columns = [_thirds([read(one) for one in found]) for read in _MEASURES]
    return [Grade(*one) for one in zip(*columns, strict=True)]


_MEASURES: Final[Sequence[Callable[[Buyer], Any]]] = (
    lambda one: one.last,
    lambda one: one.deals,
    lambda one: one.amount,
)


def _thirds(values: Sequence[Any]) -> list[int]:
    """Give in which third each value is: equals are where the middle one of them is."""
    third, below = {}, 0
    for value, equal in sorted(Counter(values).items()):
        third[value] = 1 + 3 * (2 * below + equal) // (2 * len(values))
        below += equal
    return [third[value] for value in values]


def as_of(asked: Values) -> date:
    """Give the day from which days since the last purchase count: today, or the period's end."""
    here = today(company().tz)
    return here if asked["until"] is None else min(here, asked["until"])


def bought_address(asked: Values, boxes: Sequence[Bought]) -> str:
    """Give the address of the list of the clients who bought so: like any of some."""
    name = "analytics.bought" if len(boxes) == 1 else "analytics.bought__in"
    return clients_address(asked, **{name: ",".join(one.value for one in boxes)})


def amounts_of(asked: Values, group: Sequence[Buyer]) -> Bought:
    """Give what clients of one class bought: those alone have such amounts."""
    amounts = [one.amount for one in group]
    return Bought(
        asked["since"], asked["until"], least_amount=min(amounts), most_amount=max(amounts)
    )


def box_of(asked: Values, group: Sequence[Buyer]) -> Bought:
    """Give what clients of the same grades bought: those alone bought so."""
    amounts, deals = [one.amount for one in group], [one.deals for one in group]
    last = [one.last for one in group]
    return Bought(
        asked["since"],
        asked["until"],
        min(deals),
        max(deals),
        min(amounts),
        max(amounts),
        min(last),
        max(last),
    )
