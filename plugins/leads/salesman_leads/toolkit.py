"""What other plugins may use of leads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session


class Leads(Protocol):
    """The service of leads: ``service("leads")`` of the core's toolkit gives it.

    Each method judges whether whoever acts may do it, and joins the transaction of its caller.
    """

    def take_in(self, values: Mapping[str, Any]) -> int:
        """Take a lead in; give its id. Whoever calls is trusted: it is not judged for junk.

        :param values: as the JSON API names them.
        :raises InvalidError: where nobody could tell who it is or how to reach them.
        """
        ...

    def converted(self) -> sa.Select[Any]:
        """Give the query of the ids of the leads that became clients, of those that one sees.

        To stand in a condition of another query, so that nothing is counted twice or in vain.
        """
        ...

    def came_in(
        self, since: date | None, until: date | None, owner_id: int | None, team_id: int | None
    ) -> Mapping[str, int] | None:
        """Give how many leads came in on some days, by their source, as far as one sees them.

        One statement. What is kept apart as junk does not count; an empty source is none.

        :param since: the first day, in the company's zone; None where the beginning is open.
        :param until: the last day; None where the end is open.
        :param owner_id: of whom; None for everybody's.
        :param team_id: of whose owners; those of the teams below it count as well.
        :returns: None for whoever may see no leads at all.
        """
        ...

    def came_in_address(
        self,
        since: date | None,
        until: date | None,
        owner_id: int | None,
        team_id: int | None,
        source: str | None,
    ) -> str:
        """Give the address of the list of exactly the leads that :meth:`came_in` counts.

        :param source: None for all sources.
        """
        ...

    def owner_for(self, session: Session, told: Mapping[str, Any]) -> int | None:
        """Give who gets by the rules of distribution what becomes a deal without being a lead.

        :param session: one that writes where they get it indeed, and it was their turn; any other
            to ask who would.
        :param told: of what it came of, as the JSON API names it of a lead: source, products.
        :returns: None where the rules name nobody who can work on it.
        """
        ...


class Catalogue(Protocol):
    """What leads ask of the catalogue."""

    def named(self, session: Session, names: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        """Give the product that each of some names stands for, with ``id`` and ``address``."""
        ...

    def suggestions(self) -> str:
        """Give the address at which a field finds products while somebody types."""
        ...

    def add_asked(self, deal_id: int, products: Sequence[Mapping[str, Any]]) -> bool:
        """Add what of some products can be lines of a deal; give whether anything was."""
        ...
