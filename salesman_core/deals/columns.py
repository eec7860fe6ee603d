"""The columns of the board: the open deals of a pipeline that a filter finds, by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import visible
from salesman_core.db import AnyRow
from salesman_core.deals.models import Deal
from salesman_core.deals.open_figures import OpenDeals, StageFigures
from salesman_core.deals.queries import DEAL, NAMES, named_deals

CARDS: Final = 50
"""So many cards of a column are drawn at once."""

_CARD: Final = (*DEAL, *NAMES)


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A stage on the board.

    :param figures: of the currency that the board adds up.
    :param count: all deals in work of the stage, whatever their currency.
    :param frozen: the frozen ones beside them.
    :param cards: the first of all, the latest come first; ``may_edit`` and ``may_freeze`` tell
        what whoever reads may do with each.
    """

    figures: StageFigures
    count: int
    frozen: int
    cards: tuple[AnyRow, ...]

    @property
    def further(self) -> int:
        """How many deals are not drawn."""
        return self.count + self.frozen - len(self.cards)


def columns(
    session: Session, found: OpenDeals, currency: str, conditions: Sequence[Any]
) -> list[BoardColumn]:
    """Give the columns of the board.

    :param found: the deals of the board, counted.
    :param currency: whose amounts the heads of the columns add up.
    :param conditions: which deals these are, access and pipeline included.
    """
    cards = _cards(session, conditions)
    return [
        BoardColumn(
            figures=one,
            count=found.count(one.stage_id, frozen=False),
            frozen=found.count(one.stage_id, frozen=True),
            cards=tuple(cards.get(one.stage_id, ())),
        )
        for one in found.figures(currency)
    ]


def _cards(session: Session, conditions: Sequence[Any]) -> dict[int, list[AnyRow]]:
    """Give the first cards of every column, and what may be done with each, in one statement."""
    latest = Deal.stage_since.desc(), Deal.id.desc()
    place = sa.func.row_number().over(partition_by=Deal.stage_id, order_by=latest)
    among = sa.select(Deal.id, place.label("place")).where(*conditions, Deal.outcome.is_(None))
    ranked = among.subquery()
    may = (
        visible("deal", "core.deal.edit").label("may_edit"),
        visible("deal", "core.deal.freeze").label("may_freeze"),
    )
    rows = session.execute(
        named_deals((*_CARD, *may))
        .join(ranked, ranked.c.id == Deal.id)
        .where(ranked.c.place <= CARDS)
        .order_by(ranked.c.place)
    )
    found: dict[int, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.stage_id, []).append(row)
    return found
