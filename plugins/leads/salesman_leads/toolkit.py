"""What other plugins may use of leads."""

from __future__ import annotations

from collections.abc import Mapping
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

    def owner_for(self, session: Session, told: Mapping[str, Any]) -> int | None:
        """Give who gets by the rules of distribution what becomes a deal without being a lead.

        :param session: one that writes where they get it indeed, and it was their turn; any other
            to ask who would.
        :param told: of what it came of, as the JSON API names it of a lead: source, products.
        :returns: None where the rules name nobody who can work on it.
        """
        ...
