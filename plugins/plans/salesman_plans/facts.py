"""What came true: figures of some days, exactly, out of the sources of an accounting basis."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    DEAL_MARGIN,
    SEE_MARGIN,
    AnyRow,
    Deal,
    Stage,
    company,
    demand_permission,
    in_work,
    sum_converted,
    today,
    visible,
    whole_sum,
    worth_columns,
    worth_of,
)
from salesman_plans.deals import SEE_DEALS
from salesman_plans.models import DEALS, EVERYTHING, MARGIN, METRICS, MONEY, TURNOVER, UNITS
from salesman_plans.permissions import VIEW
from salesman_plans.sources import AccountingBasis, Source
from salesman_plans.whose import THE_COMPANY, Whose, demand_counting

Parts = tuple[tuple[sa.Select[Any], tuple[str, ...]], ...]
"""What is summed up: the entries of some sources, each with the metrics that it gives."""

_NOUGHT: Final = Decimal(0)
_AHEAD: Final = {TURNOVER: Deal.amount, MARGIN: DEAL_MARGIN}
"""What is known beforehand of deals in work."""
_DIGITS: Final = {TURNOVER: 2, MARGIN: 2, DEALS: 0}
"""Digits after the point of a metric's whole sums; units have three."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What came true of a metric.

    :param value: money in the company's currency, a quantity, or a number of deals.
    :param entries: of how many records it is made.
    :param lacking: how many of them are in another currency and have no rate: of money they are
        not in the value.
    """

    value: Decimal = _NOUGHT
    entries: int = 0
    lacking: int = 0

    def __add__(self, other: Fact) -> Fact:
        """Give both together."""
        return Fact(
            self.value + other.value, self.entries + other.entries, self.lacking + other.lacking
        )


@dataclass(frozen=True, slots=True)
class Days:
    """Some days, the first and the last among them."""

    first: date
    last: date


def digits_of(metric: str) -> int:
    """Give how many digits after the point a metric's figures have."""
    return _DIGITS.get(metric, 3)


def facts(  # noqa: PLR0917  # of what, when, whose
    session: Session,
    basis: AccountingBasis,
    metrics: Iterable[str],
    days: Days,
    whose: Whose,
    item: str = EVERYTHING,
) -> dict[str, Fact]:
    """Give some metrics of some days: in one statement, however many records there are.

    :param item: of what they are told, everything where nothing is said.
    :raises ForbiddenError: for whoever does not see all that counts, or no margins.
    :raises InvalidError: for a metric that no source of the basis gives.
    """
    wanted = list(metrics)
    if MARGIN in wanted:
        demand_permission(SEE_MARGIN)
    of_source: dict[Source, list[str]] = {}
    for metric in wanted:
        of_source.setdefault(basis.source_of(metric, item), []).append(metric)
    if not of_source:
        return {}
    demand_counting(whose, (VIEW, *(source.permission for source in of_source)))
    parts = tuple((one.counted(item), tuple(asked)) for one, asked in of_source.items())
    found = _summed(session, parts, days, whose)
    return {metric: found[metric] for metric in wanted}


def facts_of_items(
    session: Session, basis: AccountingBasis, items: Sequence[str], days: Days, whose: Whose
) -> dict[str, Fact]:
    """Give the units of some items, by item: in one statement, however many they are.

    :raises ForbiddenError: for whoever does not see all that counts.
    """
    if not items or not basis.counts(UNITS, items[0]):
        return {}
    source = basis.source_of(UNITS, items[0])
    demand_counting(whose, (VIEW, source.permission))
    parts = []
    for place, item in enumerate(items):
        entry = source.counted(item).subquery(f"entry_{place}").c
        told = _counted(entry, [UNITS]).where(*whose.owns(entry.owner_id))
        parts.append(told.add_columns(sa.literal(item).label("item")))
    rows = session.execute(sa.union_all(*parts), first_and_last(days))
    return {row.item: _fact(row, UNITS) for row in rows}


def _summed(session: Session, parts: Parts, days: Days, whose: Whose) -> dict[str, Fact]:
    values = first_and_last(days)
    if whose.counted_team is None:
        of_one = whose.id is not None
        counted = _counted_for(parts, of_one=of_one)
        values |= {"plans_owner": whose.id} if of_one else {}
    else:
        counted = _side_by_side(parts, whose.owns)
    row = session.execute(counted, values).one()
    return {
        metric: _fact(_Named(row, _prefix(place)), metric)
        for place, (_entries, metrics) in enumerate(parts)
        for metric in metrics
    }


@functools.lru_cache(maxsize=256)
def _counted_for(parts: Parts, *, of_one: bool) -> sa.Select[Any]:
    """Give the query of sums of everybody, or of one owner: kept for entries that are the same."""
    owner: sa.BindParameter[Any] = sa.bindparam("plans_owner")
    return _side_by_side(parts, lambda owner_id: [owner_id == owner] if of_one else [])


def _side_by_side(parts: Parts, owns: Callable[[Any], list[Any]]) -> sa.Select[Any]:
    """Give one query of the sums of all parts: a single row, and a single way to the database."""
    columns: list[Any] = []
    joined: Any = None
    for place, (entries, metrics) in enumerate(parts):
        entry = entries.subquery(f"entry_{place}").c
        counted = _counted(entry, metrics).where(*owns(entry.owner_id))
        told = counted.subquery(f"told_{place}")
        columns += [one.label(_prefix(place) + str(one.key)) for one in told.c]
        joined = told if joined is None else joined.join(told, sa.true())
    found: sa.Select[Any] = sa.select(*columns).select_from(joined)
    return found


def _prefix(place: int) -> str:
    return f"part_{place}_"


def facts_by_owner(  # noqa: PLR0917  # of what, when, whose
    session: Session,
    basis: AccountingBasis,
    metrics: Sequence[str],
    days: Days,
    whose: Whose = THE_COMPANY,
    item: str = EVERYTHING,
) -> dict[int | None, dict[str, Fact]]:
    """Give some metrics of some days for each owner, to whoever sees all that counts.

    One statement a source. What belongs to nobody stands under None.

    :param whose: of the people of a team; of everybody where not given.
    :raises ForbiddenError: for whoever does not see all that counts.
    """
    if MARGIN in metrics:
        demand_permission(SEE_MARGIN)
    of_source: dict[Source, list[str]] = {}
    for metric in metrics:
        of_source.setdefault(basis.source_of(metric, item), []).append(metric)
    found: dict[int | None, dict[str, Fact]] = {}
    for source, asked in of_source.items():
        demand_counting(whose, (VIEW, source.permission))
        entry = source.counted(item).subquery("entry").c
        summed = _counted(entry, asked).where(*whose.owns(entry.owner_id))
        by_owner = summed.add_columns(entry.owner_id).group_by(entry.owner_id)
        for row in session.execute(by_owner, first_and_last(days)):
            told = {metric: _fact(row, metric) for metric in asked}
            found.setdefault(row.owner_id, {}).update(told)
    nothing = dict.fromkeys(metrics, Fact())  # who closed deals may have sold no units
    return {owner_id: nothing | told for owner_id, told in found.items()}


def by_record(source: Source, metric: str, whose: Whose, kind: str) -> sa.Select[Any]:
    """Give the query of what each record gives of a metric, however many entries it has.

    It is counted as figures are, for :func:`value_of` in whole units; null where nobody knows it.
    Records with an entry whose worth nobody knows are left out. Its values are those of
    :func:`first_and_last`.

    :param kind: of the records, to which entries of the source refer.
    """
    entry = source.entries().subquery("entry").c
    counted = _counted(entry, [metric]).where(*whose.owns(entry.owner_id))
    last = sa.func.max(entry.day).label("day")
    record_id = entry[source.column_of(kind)]
    by_id = counted.add_columns(record_id.label("record_id"), last).group_by(record_id)
    told = by_id.subquery().c
    sums = [
        sa.type_coerce(sa.cast(told[name], sa.Numeric), sa.BigInteger)
        for name in (f"{metric}_own", f"{metric}_other")
        if name in told
    ]
    value = sa.func.coalesce(sum(sums), *sums)
    return sa.select(told.record_id, told.day, value.label("value")).where(told.lacking == 0)


def first_and_last(days: Days) -> dict[str, Any]:
    """Give the values that queries of sums take."""
    return {"plans_first": days.first, "plans_last": days.last}


def value_of(units: Any, metric: str) -> Decimal:
    """Give what a sum of whole units of a metric comes to."""
    return Decimal(int(units)).scaleb(-digits_of(metric))


def _counted(entry: Any, metrics: Sequence[str]) -> sa.Select[Any]:
    """Give the query of the sums of some metrics, from ``plans_first`` to ``plans_last``."""
    sums = [column for metric in metrics for column in _sums(entry, metric)]
    lacking = _lacking(entry)
    return sa.select(
        sa.func.count().label("entries"),
        (sa.literal(0) if lacking is None else sa.func.count().filter(lacking)).label("lacking"),
        *sums,
    ).where(entry.day.between(sa.bindparam("plans_first"), sa.bindparam("plans_last")))


def _sums(entry: Any, metric: str) -> list[sa.ColumnElement[Any]]:
    """Give the sum of a metric, money in two parts: what is in the company's currency, the rest."""
    column, rate = entry[metric], entry.get("rate")
    if metric not in MONEY or rate is None:
        return [whole_sum(column).label(f"{metric}_own")]
    lacking = _lacking(entry)
    own = rate.is_(None) if lacking is None else sa.and_(rate.is_(None), sa.not_(lacking))
    return [
        whole_sum(column, own).label(f"{metric}_own"),
        sum_converted(column, rate).filter(*_foreign(rate, lacking)).label(f"{metric}_other"),
    ]


def _foreign(
    rate: sa.ColumnElement[Any], lacking: sa.ColumnElement[bool] | None
) -> list[sa.ColumnElement[bool]]:
    """Give the conditions of entries that are worth what their rate says."""
    known = [] if lacking is None else [sa.not_(lacking)]
    return [rate.is_not(None), *known]


def _lacking(entry: Any) -> sa.ColumnElement[bool] | None:
    lacking: sa.ColumnElement[bool] | None = entry.get("lacking")
    return lacking


def _fact(row: Any, metric: str) -> Fact:
    own = value_of(getattr(row, f"{metric}_own") or 0, metric)
    other = getattr(row, f"{metric}_other", None) or _NOUGHT
    return Fact(own + other, row.entries, row.lacking if metric in MONEY else 0)


def pipeline(session: Session, metrics: Iterable[str], days: Days, whose: Whose) -> dict[str, Fact]:
    """Give what deals in work may bring in some days, each weighted by its progress.

    Deals count that are expected then; if the days have begun, those that are late as well, but
    none that is frozen. In one statement for all metrics; units are not known beforehand.
    """
    wanted = tuple(metric for metric in metrics if metric in _AHEAD)
    demand_counting(whose, (VIEW, SEE_DEALS))
    day = today(company().tz)
    values = first_and_last(days)
    # What is late is expected now: days that have begun have no first one.
    values["plans_first"] = days.first if day < days.first else date.min
    seen = visible("deal")
    if whose.counted_team is None:
        asked = _open_deals_for(wanted, seen, day, company().currency, of_one=whose.id is not None)
        values["plans_owner"] = whose.id
    else:
        asked = _open_deals(wanted, seen, *whose.owns(Deal.owner_id))
    found = dict.fromkeys(wanted, Fact())
    for row in session.execute(asked, values) if wanted else ():
        for metric in wanted:
            named: Any = _Named(row, f"{metric}_")
            worth = worth_of(named, row.percent)
            found[metric] += Fact(worth.weighted, worth.count, worth.lacking)
    return found


@functools.lru_cache(maxsize=256)
def _open_deals_for(
    metrics: tuple[str, ...],
    seen: sa.ColumnElement[bool],
    _day: date,
    _currency: str,
    *,
    of_one: bool,
) -> sa.Select[Any]:
    """Give the query of deals in work of everybody, or of one owner: kept for a day and a currency.

    Both stand in it: of which deals rest on that day, and of what is in another currency.
    """
    owner: sa.BindParameter[Any] = sa.bindparam("plans_owner")
    return _open_deals(metrics, seen, *([Deal.owner_id == owner] if of_one else []))


def _open_deals(
    metrics: tuple[str, ...], seen: sa.ColumnElement[bool], *owns: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """Give the query of what deals in work are worth by stage.

    Stages are joined to the sums and not to the deals, which are many.
    """
    sums = [
        one.label(f"{metric}_{one.key}")
        for metric in metrics
        for one in worth_columns(_AHEAD[metric])
    ]
    expected = Deal.expected_on.between(sa.bindparam("plans_first"), sa.bindparam("plans_last"))
    asked: Any = sa.select(Deal.stage_id, *sums).where(seen, in_work(), expected, *owns)
    by_stage = asked.group_by(Deal.stage_id).subquery("by_stage").c
    told = [column for column in by_stage if column.key != "stage_id"]
    found: sa.Select[Any] = sa.select(Stage.percent, *told).where(Stage.id == by_stage.stage_id)
    return found


class _Named:
    """The columns of a row whose names begin alike, without that beginning."""

    def __init__(self, row: AnyRow, prefix: str) -> None:
        self._row, self._prefix = row, prefix

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, f"{self._prefix}{name}")


def seen_metrics(basis: AccountingBasis, *, margin: bool) -> list[str]:
    """Give the metrics of a basis, margins only where they may be seen."""
    return [one for one in METRICS if one in basis.metrics and (margin or one != MARGIN)]
