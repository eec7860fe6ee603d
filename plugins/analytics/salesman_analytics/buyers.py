"""Clients who bought in a period, told apart by what they are worth: ABC and RFM.

They are put in order by the database, which gives the sums of a class or of a cell of grades: so a
report of ten thousand clients reads a few rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from salesman_analytics.bought import Bought, bought_by_client
from salesman_analytics.clients import clients_address, counted_clients
from salesman_analytics.deals import period_filters
from salesman_core.toolkit import AnyRow, Client, company, list_address, reading, today, whole_sum

Values = Mapping[str, Any]

LETTERS: Final = {"A": 80, "B": 95, "C": 100}
"""The classes, each with the share of the turnover up to which it goes."""
_LAST: Final = "C"


@dataclass(frozen=True, slots=True)
class Group:
    """Clients of one class, or of the same grades.

    :param deals: how many they bought by; of a client ``least`` to ``most``.
    :param lacking: how many of the deals have no rate, and are not in the amount.
    :param lasts: the days of their last purchases, each with how many of them bought then.
    """

    clients: int
    deals: int
    amount: Decimal
    lacking: int
    least: int
    most: int
    least_amount: Decimal
    most_amount: Decimal
    lasts: Sequence[tuple[date, int]]

    @classmethod
    def of(cls, rows: Sequence[AnyRow]) -> Group:
        """Give what some rows with the columns of :func:`_sums` come to."""
        clients, deals, amounts, lacking, least, most, lowest, highest, last = zip(
            *(row[:9] for row in rows), strict=True
        )
        return cls(
            clients=sum(clients),
            deals=int(sum(deals)),
            amount=hundredths(sum(amounts)),
            lacking=int(sum(lacking)),
            least=min(least),
            most=max(most),
            least_amount=hundredths(min(lowest)),
            most_amount=hundredths(max(highest)),
            lasts=list(zip(last, clients, strict=True)),
        )

    def __add__(self, other: Group) -> Group:
        """Give both together."""
        return Group(
            self.clients + other.clients,
            self.deals + other.deals,
            self.amount + other.amount,
            self.lacking + other.lacking,
            min(self.least, other.least),
            max(self.most, other.most),
            min(self.least_amount, other.least_amount),
            max(self.most_amount, other.most_amount),
            [*self.lasts, *other.lasts],
        )


class Grade(NamedTuple):
    """How recently, how often and for how much a client bought: each 1 to 3, 3 the best."""

    recency: int
    frequency: int
    money: int

    @property
    def value(self) -> int:
        """How much the client is worth, by frequency and money together: 1 to 3."""
        both = self.frequency + self.money
        return 3 if both > 4 else 2 if both > 2 else 1  # noqa: PLR2004  # of 2 to 6


EVERY_GRADE: Final = tuple(Grade(*one) for one in product((1, 2, 3), repeat=3))


def hundredths(units: Any) -> Decimal:
    """Give the amount of some hundredths."""
    return Decimal(int(units)).scaleb(-2)


def by_class(asked: Values) -> Mapping[str, Group]:
    """Give the clients who bought in the period by class: one statement."""
    each = _bought(asked, _class_of)
    counted = sa.select(*_sums(each), each.c.letter).group_by(each.c.letter)
    return {row.letter: Group.of([row]) for row in reading().execute(counted)}


def by_grade(asked: Values) -> Sequence[tuple[Grade, Group]]:
    """Give them by grades, in their order: one statement."""
    each = _bought(asked, _grades_of)
    keys = (each.c.recency, each.c.frequency, each.c.money)
    counted = sa.select(*_sums(each), *keys).group_by(*keys, each.c.last)
    cells: dict[Grade, list[AnyRow]] = {}
    for row in reading().execute(counted):
        cells.setdefault(Grade(*row[-3:]), []).append(row)
    return [(grade, Group.of(rows)) for grade, rows in sorted(cells.items())]


def buyers(asked: Values) -> Sequence[AnyRow]:
    """Give the clients who bought, the largest first, with class and grades: one statement.

    They have id and name, the numbers of deals and of those without a rate, the amount in
    hundredths, the day of the last purchase, the class, and the three grades.
    """
    each = _bought(asked, _class_of, _grades_of, named=True)
    names = ("client_id", "name", "number", "lacking", "amount", "last", "letter", *Grade._fields)
    order = (each.c.amount.desc(), each.c.search_name, each.c.client_id)
    return reading().execute(sa.select(*(each.c[one] for one in names)).order_by(*order)).all()


def _bought(asked: Values, *told: Any, named: bool = False) -> sa.Subquery:
    """Give the SQL of the clients who bought, with what tells them apart."""
    each = bought_by_client(asked["since"], asked["until"], asked["pipeline_id"])
    columns = [one for tell in told for one in tell(each)]
    names = (Client.name, Client.search_name) if named else ()
    found: sa.Subquery = (
        sa.select(each, *names, *columns)
        .join_from(each, Client, Client.id == each.c.client_id)
        .where(*counted_clients(asked))
        .subquery("buyers")
    )
    return found


def _sums(each: sa.Subquery) -> list[Any]:
    amount, number = each.c.amount, each.c.number
    of_amount = [
        sa.type_coerce(one, sa.BigInteger) for one in (sa.func.min(amount), sa.func.max(amount))
    ]
    return [
        sa.func.count(),
        sa.func.sum(number),
        whole_sum(amount),
        sa.func.sum(each.c.lacking),
        sa.func.min(number),
        sa.func.max(number),
        *of_amount,
        sa.func.max(each.c.last),
    ]


def _class_of(each: sa.Subquery) -> list[sa.ColumnElement[Any]]:
    """Give the class of each client, the largest first.

    Whoever begins below a limit is still within the class; equal amounts are of one class.
    """
    amount = each.c.amount
    whole = sa.func.sum(amount).over()
    equal = sa.func.sum(amount).over(partition_by=amount)
    before = sa.func.sum(amount).over(order_by=amount.desc()) - equal
    begins = [
        (sa.and_(whole > 0, 100 * before < most * whole), letter)
        for letter, most in LETTERS.items()
        if letter != _LAST
    ]
    return [sa.case(*begins, else_=_LAST).label("letter")]


def _grades_of(each: sa.Subquery) -> list[sa.ColumnElement[Any]]:
    """Give in which third each client is, three times: equals are where the middle one is."""
    whole = sa.func.count().over()

    def third(value: Any) -> sa.ColumnElement[int]:
        below = sa.func.rank().over(order_by=value) - 1
        equal = sa.func.count().over(partition_by=value)
        return 1 + (3 * (2 * below + equal)) // (2 * whole)

    measures = {"recency": each.c.last, "frequency": each.c.number, "money": each.c.amount}
    return [third(value).label(name) for name, value in measures.items()]


def as_of(asked: Values) -> date:
    """Give the day from which days since the last purchase count: today, or the period's end."""
    here = today(company().tz)
    return here if asked["until"] is None else min(here, asked["until"])


def bought_address(asked: Values, boxes: Sequence[Bought]) -> str:
    """Give the address of the list of the clients who bought so: like any of some."""
    return clients_address(asked, **_like_any(boxes))


def purchases_address(asked: Values, boxes: Sequence[Bought], **worth: str) -> str:
    """Give the address of the list of the deals by which such clients bought."""
    whose = {
        "analytics.client_owner_id": asked["owner_id"],
        "analytics.client_team_id": asked["team_id"],
        "source": asked["source"],
        "pipeline_id": asked["pipeline_id"],
    }
    won = {"state": "won", **period_filters(asked), **worth}
    return list_address("deals.index", {**whose, **_like_any(boxes), **won})


def _like_any(boxes: Sequence[Bought]) -> dict[str, str]:
    name = "analytics.bought" if len(boxes) == 1 else "analytics.bought__in"
    return {name: ",".join(one.value for one in boxes)}


def everybody(asked: Values) -> Bought:
    """Give what all have in common who bought in the period, and in the pipeline."""
    return Bought(asked["since"], asked["until"], pipeline_id=asked["pipeline_id"])


def amounts_of(asked: Values, group: Group) -> Bought:
    """Give what clients of one class bought: those alone have such amounts."""
    return replace(everybody(asked), least_amount=group.least_amount, most_amount=group.most_amount)


def box_of(asked: Values, group: Group) -> Bought:
    """Give what clients of the same grades bought: those alone bought so."""
    return replace(
        amounts_of(asked, group),
        least=group.least,
        most=group.most,
        last_since=min(group.lasts)[0],
        last_until=max(group.lasts)[0],
    )
