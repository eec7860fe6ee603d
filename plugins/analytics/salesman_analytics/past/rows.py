"""The deals behind a figure of a day, as they stood then and as they stand now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_analytics.past.counting import MONTH, Past
from salesman_analytics.past.standing import open_then
from salesman_core.toolkit import AnyRow, Client, Deal, Stage, visible

SHOWN: Final = 200
"""So many of them a page shows; a file has all."""
IN_A_FILE: Final = 100_000
NONE: Final = "none"
"""What an address says where a month or an owner is meant that nobody had set."""

NARROWER: Final = ("stage_id", "month", "owner", "frozen")
"""What an address of the deals may say beside that of the report."""


@dataclass(frozen=True, slots=True)
class Narrower:
    """Which of the deals of a day are meant; all where nothing is said.

    :param month: as ``2026-04``, or ``none``.
    :param owner: an id, or ``none``.
    """

    stage_id: int | None = None
    month: str | None = None
    owner: str | None = None
    frozen: bool | None = None

    def matches(self, then: sa.Subquery) -> list[sa.ColumnElement[bool]]:
        """Give the conditions, of the rows of :func:`open_then`."""
        conditions: list[sa.ColumnElement[bool]] = []
        if self.stage_id is not None:
            conditions.append(then.c.stage_id == self.stage_id)
        if self.month is not None:
            month = sa.func.substr(then.c.expected_on, 1, MONTH)
            conditions.append(month.is_(None) if self.month == NONE else month == self.month)
        if self.owner is not None:
            owner = then.c.owner_id
            conditions.append(owner.is_(None) if self.owner == NONE else owner == int(self.owner))
        if self.frozen is not None:
            conditions.append(then.c.frozen.is_(sa.true() if self.frozen else sa.false()))
        return conditions


def rows_of(session: Session, found: Past, narrower: Narrower, most: int) -> Sequence[AnyRow]:
    """Give the deals of a figure, the largest first: one statement."""
    then = open_then(found.day, found.whose)
    client = sa.select(Client.name).where(Client.id == Deal.client_id, visible("client"))
    return session.execute(
        sa.select(
            then,
            Deal.name,
            client.scalar_subquery().label("client"),
            Deal.outcome,
            Deal.amount.label("amount_now"),
            Deal.currency.label("currency_now"),
            Stage.name.label("stage_now"),
            Stage.percent.label("percent_now"),
        )
        .join(Deal, Deal.id == then.c.id)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(
            then.c.pipeline_id == found.pipeline_id,
            then.c.currency == found.currency,
            *narrower.matches(then),
        )
        .order_by(then.c.amount.desc(), then.c.id)
        .limit(most)
    ).all()
