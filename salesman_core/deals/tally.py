"""What each deal and each of its steps adds to the figures of the funnel, said once.

The same SQL counts some deals afresh, keeps the figures of all, and says by how much those that
have changed since are to be corrected. A figure is of one kind:

- ``deals``: every deal, for the currencies that there are;
- ``open``: by stage and, as ``day``, until when it is frozen;
- ``won`` and ``lost``: by the day of the closing, the stage and the reason;
- ``entered`` and ``forward``: by the day of the step and the stage that the deal came to or left.
  ``previous`` is when it had done so before: in a period that begins later, it counts once;
- ``stayed``: by the day on which a stay ended, the stage and how many whole ``days`` it took.

A deal counts whole in the pipeline that it is in: what it did in a former one no funnel shows, as
that names none of its pipeline's stages.

What happened on a day is also kept by months, the first day standing for all: a long period is
added up of few rows then. Such a figure is of the kind ``m:won`` and so on.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.db import BigId, month_of, table_of
from salesman_core.deals.models import DealKept, DealMoveKept, FunnelKept

NO_DAY: Final = date.min
"""Stands for none where a day is part of a key."""

KEY: Final = tuple(column.name for column in table_of(FunnelKept).primary_key)
SUMS: Final = ("number", "amount")

_MARKS: Final = frozenset({"id", "there"})
DEAL: Final = tuple(one.name for one in table_of(DealKept).c if one.name not in _MARKS)
"""The columns of a deal on which the figures depend."""

STEP: Final = tuple(one.name for one in table_of(DealMoveKept).c if one.name not in _MARKS)
"""The same of a step."""

STANDING: Final = ("deals", "open")
ONCE: Final = ("entered", "forward")
HAPPENED: Final = ("won", "lost", "stayed", *ONCE)

OF_MONTH: Final = "m:"
"""What the kind of a figure of a month begins with."""

_DAY: Final = 86_400
_NONE: Final[dict[str, sa.ColumnElement[Any]]] = {
    "day": sa.literal(NO_DAY, sa.Date()),
    "stage_id": sa.literal(0, BigId),
    "reason_id": sa.literal(0, BigId),
    "previous": sa.literal(NO_DAY, sa.Date()),
    "days": sa.literal(0, sa.Integer()),
}

Condition = sa.ColumnElement[bool]


def comes(step: Any) -> Condition:
    """Give the condition of steps by which a deal comes to a stage."""
    condition: Condition = step.action.in_(("open", "move", "transfer"))
    return condition


def ends_a_stay(step: Any) -> Condition:
    """Give the condition of steps that end a stay of which is known how long it took."""
    return sa.and_(step.action.in_(("move", "close")), step.seconds > 0)


def tallied(chosen: sa.Select[Any], steps: sa.FromClause) -> sa.CompoundSelect[Any]:
    """Give what some deals add to the figures: columns of :class:`FunnelKept`, a row for each.

    :param chosen: deals, with ``id`` and the columns :data:`DEAL`; those in the bin add nothing.
        They are left out where PostgreSQL knows how many they are: of what it has gathered itself
        it would expect a handful, and go through all steps for each deal.
    :param steps: with the columns :data:`STEP`; those of other deals add nothing.
    """
    deals = chosen.where(chosen.selected_columns.deleted_at.is_(None)).cte()
    d, s = deals.c, steps.c
    of_step = deals.join(steps, s.deal_id == d.id)
    to, away = ({"day": s.day, "stage_id": one} for one in (s.to_stage_id, s.from_stage_id))
    closing = {"day": d.closed_on, "stage_id": d.stage_id}
    freezing = {"day": sa.func.coalesce(d.frozen_until, NO_DAY), "stage_id": d.stage_id}
    reason_id = sa.func.coalesce(d.reason_id, 0)
    entered = _columns(d, id=d.id, **to).select_from(of_step).where(comes(s))
    onward = sa.union_all(
        _columns(d, id=d.id, **away).select_from(of_step).where(s.forward),
        _columns(d, id=d.id, **closing).where(d.outcome == "won"),
    )
    stays = _figures("stayed", d, **away, days=s.seconds // _DAY).select_from(of_step)
    return sa.union_all(
        _figures("deals", d),
        _figures("open", d, **freezing).where(d.outcome.is_(None)),
        _figures(d.outcome, d, **closing, reason_id=reason_id).where(d.outcome.is_not(None)),
        _each_once("entered", entered),
        _each_once("forward", onward),
        stays.where(ends_a_stay(s)),
    )


def with_months(tallied_rows: sa.SelectBase) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Give figures as they are, and once more by the months of what happened."""
    rows = tallied_rows.cte().c
    month: dict[str, sa.ColumnElement[Any]] = {
        "kind": sa.literal(OF_MONTH) + rows.kind,
        "day": month_of(rows.day),
    }
    by_month = [month.get(name, rows[name]).label(name) for name in (*KEY, *SUMS)]
    return (
        sa.select(*(rows[name] for name in (*KEY, *SUMS))),
        sa.select(*by_month).where(rows.kind.in_(HAPPENED)),
    )


def _each_once(kind: str, events: sa.SelectBase) -> sa.Select[Any]:
    """Give a figure for each event, with the day of the same deal's last one at that stage."""
    e = events.subquery().c
    last = sa.func.lag(e.day).over(partition_by=(e.id, e.stage_id), order_by=e.day)
    previous = sa.func.coalesce(last, NO_DAY)
    return _figures(kind, e, day=e.day, stage_id=e.stage_id, previous=previous)


def _figures(kind: str | sa.ColumnElement[str], source: Any, **key: Any) -> sa.Select[Any]:
    kind = sa.literal(kind, sa.String(10)) if isinstance(kind, str) else kind
    number = sa.literal(1, sa.Integer())
    return _columns(source, kind=kind, **(_NONE | key), number=number)


def _columns(source: Any, **further: sa.ColumnElement[Any]) -> sa.Select[Any]:
    named = [column.label(name) for name, column in further.items()]
    amount = sa.type_coerce(source.amount, sa.BigInteger).label("amount")
    return sa.select(source.pipeline_id, source.currency, *named, amount)
