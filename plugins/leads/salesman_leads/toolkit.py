"""What other plugins may use of leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import sqlalchemy as sa


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
