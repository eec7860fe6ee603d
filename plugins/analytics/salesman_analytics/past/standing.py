"""How each deal stood at the end of a day, from the log of its steps and from the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import SQLColumnExpression
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    BigId,
    Deal,
    DealMove,
    Money,
    Stage,
    company,
    former_values,
    of_source,
    of_team,
    visible,
)

_CHANGED: Final = ("owner_id", "amount", "currency", "expected_on")
_CLOSE, _FREEZE, _THAW = "close", "freeze", "thaw"
_HUNDREDTHS: Final = 100


class Whose(NamedTuple):
    """Of whom and from where the deals are that count; None for all.

    :param team_id: of the owner whom the deal had on the day, as the team is made up today.
    :param source: of the client, as it is said today.
    """

    team_id: int | None = None
    source: str | None = None

    def holds(self, owner_id: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
        """Give the conditions.

        :param owner_id: of the day.
        """
        found = [] if self.team_id is None else [of_team(owner_id, self.team_id)]
        return found if self.source is None else [*found, of_source(self.source)]


EVERYBODYS: Final = Whose()


class StageThen(NamedTuple):
    """A stage with the progress that it stood for on the day; its name is today's.

    :param pipeline_id: None for one that was deleted since.
    """

    id: int
    name: str
    percent: int
    pipeline_id: int | None


def end_of(day: date) -> datetime:
    """Give the first moment after a day of the company."""
    return datetime.combine(day + timedelta(days=1), time(), company().tz)


def open_then(day: date, whose: Whose = EVERYBODYS) -> sa.Subquery:
    """Give the deals that were open at the end of a day, of those that whoever acts sees now.

    A step, and a change of owner, amount, currency or expected day, counts up to that moment.

    :returns: with ``id``, and ``pipeline_id``, ``stage_id``, ``frozen``, ``owner_id``, ``amount``
        and ``currency`` as they stood; ``expected_on`` is text as ISO 8601 has it.
    """
    end = end_of(day)
    last = _last_steps(end)
    rest = _last_steps(end, DealMove.action.in_((_FREEZE, _THAW)))
    former = former_values("deal", _CHANGED, end)
    expected = sa.cast(Deal.expected_on, sa.Text)
    owner = _then(former, "owner_id", Deal.owner_id, sa.cast(former.c.owner_id, BigId))
    return (
        sa.select(
            Deal.id,
            sa.func.coalesce(Stage.pipeline_id, Deal.pipeline_id).label("pipeline_id"),
            last.c.to_stage_id.label("stage_id"),
            sa.func.coalesce(
                sa.and_(rest.c.action == _FREEZE, rest.c.frozen_until > day), sa.false()
            ).label("frozen"),
            owner,
            sa.type_coerce(
                _then(former, "amount", sa.type_coerce(Deal.amount, sa.BigInteger), _money(former)),
                Money,
            ).label("amount"),
            _then(former, "currency", Deal.currency, former.c.currency),
            _then(former, "expected_on", expected, former.c.expected_on),
        )
        .join(last, last.c.deal_id == Deal.id)
        .join(Stage, Stage.id == last.c.to_stage_id)
        .outerjoin(rest, rest.c.deal_id == Deal.id)
        .outerjoin(former, former.c.record_id == Deal.id)
        .where(visible("deal"), last.c.action != _CLOSE, *whose.holds(owner.element))
        .subquery()
    )


def stages_then(session: Session, day: date) -> Mapping[int, StageThen]:
    """Give all stages, those deleted since too, by id."""
    former = former_values("stage", ("percent",), end_of(day))
    rows = session.execute(
        sa.select(
            Stage.id,
            Stage.name,
            _then(former, "percent", Stage.percent, sa.cast(former.c.percent, sa.Integer)),
            Stage.pipeline_id,
        ).outerjoin(former, former.c.record_id == Stage.id)
    )
    return {row.id: StageThen(*row) for row in rows}


def _last_steps(end: datetime, *conditions: sa.ColumnElement[bool]) -> sa.Subquery:
    """Give the last step of each deal before a moment."""
    place = sa.func.row_number().over(
        partition_by=DealMove.deal_id, order_by=(DealMove.at.desc(), DealMove.id.desc())
    )
    ranked = (
        sa.select(
            DealMove.deal_id,
            DealMove.action,
            DealMove.to_stage_id,
            DealMove.frozen_until,
            place.label("place"),
        )
        .where(DealMove.at < end, *conditions)
        .subquery()
    )
    return sa.select(ranked).where(ranked.c.place == 1).subquery()


def _then(
    former: sa.Subquery, name: str, now: SQLColumnExpression[Any], before: sa.ColumnElement[Any]
) -> sa.Label[Any]:
    changed = former.c[f"{name}_changed"].is_not(None)
    return sa.case((changed, before), else_=now).label(name)


def _money(former: sa.Subquery) -> sa.ColumnElement[int]:
    """Read an amount as the audit keeps it into hundredths, as the column holds it."""
    hundredths = sa.cast(former.c.amount, sa.Numeric()) * _HUNDREDTHS
    return sa.cast(sa.func.round(hundredths), sa.BigInteger)
