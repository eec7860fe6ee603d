"""The service by which other plugins ask the catalogue, and let it write lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from salesman_catalogue import asked, pricing, queries
from salesman_catalogue.lines import queries as line_queries
from salesman_catalogue.lines import service as line_service
from salesman_catalogue.lines.schemas import LinesSchema
from salesman_catalogue.permissions import EDIT_DEAL, VIEW
from salesman_catalogue.toolkit import Catalogue
from salesman_core.toolkit import AnyRow, current_person, judge, reaches, writing


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

    def named(self, session: Session, names: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        """Give the offered product that each of some names or articles stands for."""
        if not names or not current_person().may(VIEW):
            return {}
        found = asked.named(session, names)
        prices = pricing.prices_of(session, [row.id for row in found.values()])
        return {
            name: {
                **{one: getattr(row, one) for one in ("id", "name", "article", "currency")},
                "price": prices[row.id].get(pricing.usual_level() or 0),
                "address": url_for("catalogue.card", record_id=row.id),
            }
            for name, row in found.items()
        }

    def suggestions(self) -> str:
        """Give the address at which a field finds products while somebody types."""
        return url_for("catalogue.suggest") if current_person().may(VIEW) else ""

    def lines(self, session: Session, deal_id: int) -> Sequence[AnyRow]:
        """Give the lines of a deal that whoever acts sees, with their sums, in their order."""
        return line_queries.lines_of(session, deal_id)

    def add_lines(self, deal_id: int, lines: Sequence[Mapping[str, Any]]) -> None:
        """Add lines behind those that a deal has; its amount follows from them."""
        judged = judge(LinesSchema(), {"lines": [dict(one) for one in lines]})
        line_service.add_lines(deal_id, judged["lines"])

    def add_asked(self, deal_id: int, products: Sequence[Mapping[str, Any]]) -> bool:
        """Add what of some products can be lines of a deal; give whether anything was."""
        if not reaches("deal", deal_id, EDIT_DEAL):
            return False
        with writing() as session:
            deal = line_queries.one_deal(session, deal_id)
            lines = asked.lines_asked(session, deal.currency, products)
            if lines:
                self.add_lines(deal_id, lines)
            return bool(lines)

    def sold(self) -> sa.Select[*tuple[Any, ...]]:
        """Give the query of the lines of all deals that whoever acts sees."""
        return line_queries.sold_lines()
