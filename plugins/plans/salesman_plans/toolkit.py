"""What other plugins may use of plans."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

__all__ = ["Plans"]


class Plans(Protocol):
    """The service of plans: ``service("plans")`` of the core's toolkit gives it."""

    def goals(
        self, metric: str, first: date, last: date, owner_id: int | None, team_id: int | None
    ) -> Mapping[date, Decimal]:
        """Give the plans of some months by their first days, as far as whoever acts may see them.

        One statement. Of a month without a plan, and of plans that one may not see, nothing.

        :param metric: ``turnover`` or ``margin`` in the company's currency, ``units``, ``deals``.
        :param first: a day of the first month.
        :param last: a day of the last one.
        :param owner_id: whose; that of a person stands before that of a team.
        :param team_id: of which team; neither of them is the company.
        """
        ...
