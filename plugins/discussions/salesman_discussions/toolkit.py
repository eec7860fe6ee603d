"""What other plugins may use of discussions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Discussions(Protocol):
    """The service of discussions: ``service("discussions")`` of the core's toolkit gives it.

    It judges whether whoever acts may do it, and joins the transaction of its caller.
    """

    def follow(self, kind: str, record_id: int, values: Mapping[str, Any]) -> int:
        """Let the discussions about a record be about what it has become, too.

        Whoever sees that sees them from then on, unless they are private.

        :param kind: of the record; ``record_id`` is its number.
        :param values: ``client_id`` and ``deal_id``, each if there is one.
        :returns: how many are about more than before.
        :raises InvalidError: for what whoever acts does not see.
        """
        ...
