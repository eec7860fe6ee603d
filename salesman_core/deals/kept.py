"""The figures of the funnel as they are kept, and never stale.

What all deals came to when they were counted last stands in :class:`FunnelKept`. Which of them have
changed since, and what stands of them in the figures, the database notes itself. So the figures are
at any moment: those that are kept, without what they count of the changed deals, and with what
these come to now. A job counts the changed ones in from time to time, so that they stay few.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.db import one_of, planned_afresh, table_of, whole_sum, writing
from salesman_core.db.inserting import insert_in
from salesman_core.deals.models import Deal, DealKept, DealMove, DealMoveKept, FunnelKept
from salesman_core.deals.tally import DEAL, KEY, STEP, SUMS, tallied, with_months
from salesman_core.i18n import texts
from salesman_hookspecs import Job, Schedule

AT_ONCE: Final = 1_000
"""So many deals are counted in one transaction: others wait no longer than for that."""

_NAME: Final = "core.count_deals"

_deals, _steps = table_of(Deal), table_of(DealMove)
_kept_deals, _kept_steps, _figures = map(table_of, (DealKept, DealMoveKept, FunnelKept))
_NEXT: Final = (
    sa.select(_kept_deals.c.id).order_by(_kept_deals.c.id).with_for_update(skip_locked=True)
)


Conditions = Sequence[sa.ColumnElement[bool]]
Changed = Callable[[sa.ColumnElement[int]], sa.ColumnElement[bool]]
"""Gives the condition that a column names one of the changed deals."""


def figures(asked: Callable[[Any], Conditions]) -> sa.CompoundSelect[Any]:
    """Give the figures of all deals as they are now, in rows to be added up.

    :param asked: gives the conditions, none of which hold together, of the kept rows that are
        wanted, by their columns. What corrects them comes whole.
    """
    amount = sa.type_coerce(_figures.c.amount, sa.BigInteger).label("amount")
    kept = sa.select(*(_figures.c[name] for name in (*KEY, "number")), amount)
    return sa.union_all(
        *(kept.where(condition) for condition in asked(_figures.c)),
        *_corrections(lambda deal_id: deal_id.in_(sa.select(_kept_deals.c.id))),
    )


def _corrections(changed: Changed) -> list[sa.Select[Any]]:
    """Give what some of the changed deals add to the kept figures, and what they take away."""
    deals = sa.select(_deals.c.id, *_named(_deals, DEAL)).where(changed(_deals.c.id))
    steps = sa.select(*_named(_steps, STEP)).where(changed(_steps.c.deal_id))
    were = sa.select(_kept_deals.c.id, *_named(_kept_deals, DEAL)).where(
        changed(_kept_deals.c.id), _kept_deals.c.there
    )
    untouched = steps.where(~sa.exists().where(_kept_steps.c.id == _steps.c.id))
    touched = sa.select(*_named(_kept_steps, STEP)).where(
        changed(_kept_steps.c.deal_id), _kept_steps.c.there
    )
    now = tallied(deals, steps.cte())
    then = tallied(were, sa.union_all(untouched, touched).cte())
    return [*with_months(now), *map(_taken_away, with_months(then))]


def _taken_away(figures: sa.Select[Any]) -> sa.Select[Any]:
    rows = figures.subquery()
    less = [(-rows.c[name]).label(name) for name in SUMS]
    return sa.select(*_named(rows, KEY), *less)


def _named(table: sa.FromClause, names: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    return [table.c[name] for name in names]


def count_deals() -> None:
    """Count the deals that have changed into the figures that are kept."""
    while count_some(AT_ONCE):
        pass


def count_some(most: int) -> int:
    """Count at most so many of the changed deals; give how many it were.

    Those that somebody is changing at this very moment are left for the next time.
    """
    with writing() as session:
        ids = list(session.scalars(_NEXT.limit(most)))
        if ids:
            with planned_afresh(session.connection()):  # for so many deals as there are
                for statement in _counting_in(session.get_bind().dialect.name):
                    session.execute(statement, {"ids": ids})
    return len(ids)


@functools.cache
def _counting_in(dialect: str) -> Sequence[sa.Executable]:
    """Give the statements that count the deals in whose ids they are given, built once."""

    def among(deal_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        return one_of(deal_id, "ids")

    rows = sa.union_all(*_corrections(among)).subquery()
    return (
        _adding(rows, insert_in(dialect, _figures)),
        sa.delete(_kept_steps).where(among(_kept_steps.c.deal_id)),
        sa.delete(_kept_deals).where(among(_kept_deals.c.id)),
    )


def _adding(rows: sa.FromClause, insert: Any) -> sa.Executable:
    """Give the statement that adds rows to the figures.

    :param insert: of the figures, in the database's dialect.
    """
    key = _named(rows, KEY)
    number, amount = (whole_sum(rows.c[name]) for name in SUMS)
    summed = (
        sa.select(*key, number, amount)
        .where(sa.true())  # SQLite would take ON CONFLICT for a join's ON
        .group_by(*key)
        .having(sa.or_(number != 0, amount != 0))
    )
    adding = insert.from_select([*KEY, *SUMS], summed)
    raised = {name: _figures.c[name] + adding.excluded[name] for name in SUMS}
    statement: sa.Executable = adding.on_conflict_do_update(index_elements=KEY, set_=raised)
    return statement


JOB: Final = Job(_NAME, count_deals, transactional=False, title=texts.lazy("Figures of the funnel"))
SCHEDULE: Final = Schedule(_NAME, "*/5 * * * *", _NAME)
