"""What clients bought, added up by client; and the filter of their list by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    Client,
    Days,
    Deal,
    FieldKind,
    ListFilter,
    Pipeline,
    Team,
    User,
    company,
    formats,
    name_of,
    of_team,
    visible,
    worth_columns,
)
from salesman_hookspecs import AddedFilter, Text

_ = texts.lazy

_DAY: Final = r"(\d{4}-\d{2}-\d{2})?"
_NUMBER: Final = r"(\d{1,9})?"
_MONEY: Final = r"(-?\d{1,15}\.\d{2})?"
_WRITTEN: Final = re.compile(
    f"{_DAY}:{_DAY}:{_NUMBER}:{_NUMBER}:{_MONEY}:{_MONEY}:{_DAY}:{_DAY}(?::{_NUMBER})?", re.ASCII
)


Counted = tuple[date | None, date | None, int | None]
"""From when to when deals count, and those of which pipeline."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What somebody bought in a period; both ends of each span are within, None is open.

    :param since: from when to when won deals count, by the day on which they were closed.
    :param least: from how many deals to how many.
    :param least_amount: from what amount to what, in the company's currency.
    :param last_since: from when to when the last of them was closed.
    :param pipeline_id: whose deals count; None for those of all pipelines.
    """

    since: date | None = None
    until: date | None = None
    least: int | None = None
    most: int | None = None
    least_amount: Decimal | None = None
    most_amount: Decimal | None = None
    last_since: date | None = None
    last_until: date | None = None
    pipeline_id: int | None = None

    @property
    def value(self) -> str:
        """Give it as the filter ``analytics.bought`` has it."""
        return ":".join(
            (
                *map(_day, (self.since, self.until)),
                *("" if one is None else str(one) for one in (self.least, self.most)),
                *(f"{one:.2f}" if one is not None else "" for one in self._amounts),
                *map(_day, (self.last_since, self.last_until)),
                *([] if self.pipeline_id is None else [str(self.pipeline_id)]),
            )
        )

    @property
    def _amounts(self) -> tuple[Decimal | None, Decimal | None]:
        return self.least_amount, self.most_amount

    @classmethod
    def told(cls, value: str) -> Bought | None:
        """Give what a value of the filter says; None where it says nothing."""
        found = _WRITTEN.fullmatch(value)
        if found is None:
            return None
        try:
            days = [date.fromisoformat(one) if one else None for one in found.group(1, 2, 7, 8)]
        except ValueError:  # as the 30th of February
            return None
        least, most = (int(one) if one else None for one in found.group(3, 4))
        amounts = [Decimal(one) if one else None for one in found.group(5, 6)]
        pipeline_id = int(found[9]) if found[9] else None
        since, until, *last = days
        return cls(since, until, least, most, amounts[0], amounts[1], last[0], last[1], pipeline_id)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def bought_by_client(
    since: date | None, until: date | None, pipeline_id: int | None = None
) -> sa.Subquery:
    """Give the SQL of what clients bought in a period, of the won deals that the person sees.

    :param pipeline_id: whose deals count; None for those of all pipelines.

    It has ``client_id``, ``last`` (the day of the last purchase), the columns of ``worth_columns``,
    and ``amount``, what is known of their worth in hundredths of the company's currency.
    """
    bought_then = [Deal.outcome == "won", *Days(since, until).holds(Deal.closed_on)]
    if pipeline_id is not None:
        bought_then.append(Deal.pipeline_id == pipeline_id)
    last = sa.func.max(Deal.closed_on).label("last")
    counted: Any = sa.select(Deal.client_id, last, *worth_columns())
    seen = counted.where(visible("deal"), Deal.client_id.is_not(None), *bought_then)
    each = seen.group_by(Deal.client_id).subquery("each")
    other = sa.func.coalesce(sa.cast(each.c.other, sa.BigInteger()), 0)
    amount = (sa.cast(each.c.own, sa.BigInteger()) + other).label("amount")
    bought: sa.Subquery = sa.select(*each.c, amount).subquery("bought")
    return bought


def _client_bought(operator: str, value: Any) -> sa.ColumnElement[bool]:
    """Give the condition of the clients who bought so, like any of some."""
    return _bought_like(Client.id, operator, value)


def _of_buyer(operator: str, value: Any) -> sa.ColumnElement[bool]:
    """Give the condition of the deals of clients who bought so, of those that the person sees."""
    seen = sa.select(Client.id).where(visible("client"))
    return sa.and_(Deal.client_id.in_(seen), _bought_like(Deal.client_id, operator, value))


def _bought_like(client_id: Any, operator: str, value: Any) -> sa.ColumnElement[bool]:
    """Give the condition of clients who bought so; what means nothing finds nobody.

    Deals of one period are added up once, whatever is asked.
    """
    values = value if operator == "in" else (value,)
    alike: dict[Counted, list[Bought]] = {}
    for box in filter(None, map(Bought.told, values)):
        alike.setdefault((box.since, box.until, box.pipeline_id), []).append(box)
    found = (client_id.in_(_buyers(counted, boxes)) for counted, boxes in alike.items())
    return sa.or_(sa.false(), *found)


def _buyers(counted: Counted, boxes: Sequence[Bought]) -> sa.Select[Any]:
    each = bought_by_client(*counted)
    like_any = sa.or_(*(_bought_so(each, box) for box in boxes))
    return sa.select(each.c.client_id).where(like_any)


def _bought_so(each: sa.Subquery, box: Bought) -> sa.ColumnElement[bool]:
    spans = (
        (each.c.number, box.least, box.most),
        (each.c.amount, _hundredths(box.least_amount), _hundredths(box.most_amount)),
        (each.c.last, box.last_since, box.last_until),
    )
    conditions: list[sa.ColumnElement[bool]] = [sa.true()]
    for held, least, most in spans:
        if least is not None:
            conditions.append(held >= least)
        if most is not None:
            conditions.append(held <= most)
    return sa.and_(*conditions)


def _hundredths(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount.scaleb(2))


def bought_in_words(value: str) -> str:
    """Give in words what the filter asks for: "1 January – 31 March, 2 – 5 deals"."""
    box = Bought.told(value)
    if box is None:
        return value
    spans = (
        (_("in the period %(span)s"), box.since, box.until, formats.day),
        (_("deals: %(span)s"), box.least, box.most, formats.number),
        (_("amount: %(span)s"), box.least_amount, box.most_amount, _money),
        (_("the last one %(span)s"), box.last_since, box.last_until, formats.day),
    )
    said = [
        str(words) % {"span": _span(least, most, write)}
        for words, least, most, write in spans
        if (least, most) != (None, None)
    ]
    if box.pipeline_id is not None:
        said.append(str(_("in the pipeline “%(name)s”", name=name_of(Pipeline)(box.pipeline_id))))
    return ", ".join(said) or str(_("at any time"))


def _money(amount: Decimal) -> str:
    whole = amount == amount.to_integral_value()
    return formats.money(amount, company().currency, whole=whole)


def _span(least: Any, most: Any, write: Any) -> str:
    if least == most:
        return str(write(least))
    return " – ".join("…" if one is None else write(one) for one in (least, most))


def _of_client(name: str, title: Text, where: Any, show: Any) -> AddedFilter:
    """Give a filter of the list of deals by whose the client is."""

    def condition(operator: str, value: Any) -> sa.ColumnElement[bool]:
        values = value if operator == "in" else (value,)
        whose = sa.or_(sa.false(), *(where(one) for one in values))
        return Deal.client_id.in_(sa.select(Client.id).where(visible("client"), whose))

    filter_ = ListFilter(name, title, FieldKind.REF, condition, show=show)
    return AddedFilter("deal", filter_, asked=False)


_BOUGHT: Final = ListFilter(
    "bought", _("Bought"), FieldKind.TEXT, _client_bought, show=bought_in_words
)
FILTERS: Final = (
    AddedFilter("client", _BOUGHT, asked=False),
    AddedFilter(
        "deal", replace(_BOUGHT, title=_("The client bought"), where=_of_buyer), asked=False
    ),
    _of_client(
        "client_owner_id",
        _("Owner of the client"),
        lambda owner_id: Client.owner_id == owner_id,
        name_of(User),
    ),
    _of_client(
        "client_team_id",
        _("Team of the client’s owner"),
        lambda team_id: of_team(Client.owner_id, team_id),
        name_of(Team),
    ),
)
"""The filters of the lists of clients and of deals to which figures lead."""
