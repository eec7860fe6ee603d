"""The service by which other plugins ask for plans."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from salesman_core.toolkit import reading
from salesman_plans import queries
from salesman_plans.toolkit import Plans
from salesman_plans.whose import key_of


class Goals(Plans):
    """See :class:`salesman_plans.toolkit.Plans`."""

    def goals(
        self, metric: str, first: date, last: date, owner_id: int | None, team_id: int | None
    ) -> Mapping[date, Decimal]:
        """Give the plans of some months by their first days, as far as one may see them."""
        whose = key_of(team_id, owner_id)
        found = queries.plans_of_months(reading(), metric, first.replace(day=1), last)
        return {month: value for (subject, month), value in found.items() if subject == whose}
