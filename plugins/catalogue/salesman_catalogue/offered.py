"""The service by which other plugins ask the catalogue, and let it write lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_catalogue import pricing, queries
from salesman_catalogue.lines import queries as line_queries
from salesman_catalogue.lines import service as line_service
from salesman_catalogue.lines.schemas import LinesSchema
from salesman_catalogue.permissions import VIEW
from salesman_catalogue.toolkit import Catalogue
from salesman_core.toolkit import AnyRow, current_person, judge


class Shelf(Catalogue):
    """See :class:`salesman_catalogue.toolkit.Catalogue`."""

    def find(self, session: Session, typed: str) -> Sequence[Mapping[str, Any]]:
        """Give the offered products that fit what was typed, by name or article."""
        if not current_person().may(VIEW):
            return []
        found = queries.found_products(session, typed)
        prices = pricing.prices_of(session, [row.id for row in found])
        usual = pricing.usual_level()
        names = ("id", "name", "article", "unit", "currency")
        return [
            {
                **{name: getattr(row, name) for name in names},
                "price": prices[row.id].get(usual or 0),
            }
            for row in found
        ]

    def lines(self, session: Session, deal_id: int) -> Sequence[AnyRow]:
        """Give the lines of a deal that whoever acts sees, with their sums, in their order."""
        return line_queries.lines_of(session, deal_id)

    def add_lines(self, deal_id: int, lines: Sequence[Mapping[str, Any]]) -> None:
        """Add lines behind those that a deal has; its amount follows from them."""
        judged = judge(LinesSchema(), {"lines": [dict(one) for one in lines]})
        line_service.add_lines(deal_id, judged["lines"])

    def sold(self) -> sa.Select[*tuple[Any, ...]]:
        """Give the query of the lines of all deals that whoever acts sees."""
        return line_queries.sold_lines()
