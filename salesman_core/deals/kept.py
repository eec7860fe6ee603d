"""The figures of the funnel as they are kept, and never stale.

What all deals came to when they were counted last stands in :class:`FunnelKept`. Which of them have
changed since, and what stands of them in the figures, the database notes itself. So the figures are
at any moment: those that are kept, without what they count of the changed deals, and with what
these come to now. A job counts the changed ones in from time to time, so that they stay few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from salesman_core.db import table_of, writing
from salesman_core.deals.models import Deal, DealKept, DealMove, DealMoveKept, FunnelKept
from salesman_core.deals.tally import DEAL, KEY, STEP, tallied
from salesman_core.i18n import texts
from salesman_hookspecs import Job, Schedule

AT_ONCE: Final = 1_000
"""So many deals are counted in one transaction: others wait no longer than for that."""

_NAME: Final = "core.count_deals"

_deals, _steps = table_of(Deal), table_of(DealMove)
_kept_deals, _kept_steps, _figures = map(table_of, (DealKept, DealMoveKept, FunnelKept))


Conditions = Sequence[sa.ColumnElement[bool]]


def figures(asked: Callable[[Any], Conditions]) -> sa.CompoundSelect[Any]:
    """Give the figures of all deals as they are now, in rows to be added up.

    :param asked: gives the conditions, none of which hold together, of the kept rows that are
        wanted, by their columns. What corrects them comes whole.
    """
    amount = sa.type_coerce(_figures.c.amount, sa.BigInteger).label("amount")
    kept = sa.select(*(_figures.c[name] for name in (*KEY, "number")), amount)
    return sa.union_all(
        *(kept.where(condition) for condition in asked(_figures.c)),
        *_corrections(sa.select(_kept_deals.c.id)),
    )


def _corrections(changed: Any) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Give what some of the changed deals add to the kept figures, and what they take away.

    :param changed: their ids, as a query or a list.
    """
    now = _deals.c.id.in_(changed), _steps.c.deal_id.in_(changed)
    here = tallied(
        sa.select(_deals.c.id, *(_deals.c[name] for name in DEAL)).where(now[0]).cte(),
        sa.select(*(_steps.c[name] for name in STEP)).where(now[1]).cte(),
    ).subquery()
    added = [here.c[name] for name in (*KEY, "number", "amount")]
    were = sa.select(_kept_deals.c.id, *(_kept_deals.c[name] for name in DEAL)).where(
        _kept_deals.c.id.in_(changed), _kept_deals.c.there
    )
    untouched = sa.select(*(_steps.c[name] for name in STEP)).where(
        now[1], ~sa.exists().where(_kept_steps.c.id == _steps.c.id)
    )
    touched = sa.select(*(_kept_steps.c[name] for name in STEP)).where(
        _kept_steps.c.deal_id.in_(changed), _kept_steps.c.there
    )
    gone = tallied(were.cte(), sa.union_all(untouched, touched).cte()).subquery()
    removed = [gone.c[name] for name in KEY]
    less = [(-gone.c[name]).label(name) for name in ("number", "amount")]
    return sa.select(*added), sa.select(*removed, *less)


def count_deals() -> None:
    """Count the deals that have changed into the figures that are kept."""
    while count_some(AT_ONCE):
        pass


def count_some(most: int) -> int:
    """Count at most so many of the changed deals; give how many it were.

    Those that somebody is changing at this very moment are left for the next time.
    """
    with writing() as session:
        ids = session.scalars(
            sa.select(_kept_deals.c.id)
            .order_by(_kept_deals.c.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        ).all()
        if ids:
            _add(session, sa.union_all(*_corrections(ids)).subquery())
            session.execute(sa.delete(_kept_steps).where(_kept_steps.c.deal_id.in_(ids)))
            session.execute(sa.delete(_kept_deals).where(_kept_deals.c.id.in_(ids)))
    return len(ids)


def _add(session: Session, rows: sa.FromClause) -> None:
    key = [rows.c[name] for name in KEY]
    number, amount = sa.func.sum(rows.c.number), sa.func.sum(rows.c.amount)
    summed = (
        sa.select(*key, number, amount)
        .where(sa.true())  # SQLite would take ON CONFLICT for a join's ON
        .group_by(*key)
        .having(sa.or_(number != 0, amount != 0))
    )
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    insert = make(_figures).from_select([*KEY, "number", "amount"], summed)
    raised = {name: _figures.c[name] + insert.excluded[name] for name in ("number", "amount")}
    session.execute(insert.on_conflict_do_update(index_elements=KEY, set_=raised))


def begin_anew(session: Session) -> None:
    """Forget the figures, and count every deal for one that has come since."""
    for table in (_figures, _kept_steps, _kept_deals):
        session.execute(sa.delete(table))
    every = sa.select(_deals.c.id, sa.false())
    session.execute(sa.insert(_kept_deals).from_select(["id", "there"], every))


JOB: Final = Job(_NAME, count_deals, transactional=False, title=texts.lazy("Figures of the funnel"))
SCHEDULE: Final = Schedule(_NAME, "*/5 * * * *", _NAME)
