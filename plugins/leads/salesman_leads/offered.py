"""The service by which other plugins take leads in and learn what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    current_person,
    filters_of_days,
    list_address,
    of_team,
    reading,
    visible,
    within_days,
)
from salesman_leads import intake
from salesman_leads.distribution.for_deals import owner_by_rules
from salesman_leads.models import CONVERTED, KIND, Lead
from salesman_leads.permissions import VIEW
from salesman_leads.queries import genuine
from salesman_leads.toolkit import Leads


class Intake(Leads):
    """See :class:`salesman_leads.toolkit.Leads`."""

    def take_in(self, values: Mapping[str, Any]) -> int:
        """Take a lead in; give its id."""
        return intake.create_lead(values)

    def converted(self) -> sa.Select[Any]:
        """Give the query of the ids of the leads that became clients, of those that one sees."""
        return sa.select(Lead.id).where(visible(KIND), Lead.result == CONVERTED)

    def came_in(
        self, since: date | None, until: date | None, owner_id: int | None, team_id: int | None
    ) -> Mapping[str, int] | None:
        """Give how many leads came in on some days, by their source."""
        if not current_person().may(VIEW):
            return None
        counted = sa.select(Lead.source, sa.func.count(Lead.id).label("leads")).where(
            visible(KIND), genuine(), *within_days(Lead.created_at, since, until)
        )
        if owner_id is not None:
            counted = counted.where(Lead.owner_id == owner_id)
        if team_id is not None:
            counted = counted.where(of_team(Lead.owner_id, team_id))
        return {row.source: row.leads for row in reading().execute(counted.group_by(Lead.source))}

    def came_in_address(
        self,
        since: date | None,
        until: date | None,
        owner_id: int | None,
        team_id: int | None,
        source: str | None,
    ) -> str:
        """Give the address of the list of exactly the leads that :meth:`came_in` counts."""
        whose = {"owner_id": owner_id, "team_id": team_id, "source": source}
        days = filters_of_days("created_at", since, until)
        return list_address("leads.index", {**whose, **days})

    def owner_for(self, session: Session, told: Mapping[str, Any]) -> int | None:
        """Give who gets by the rules what becomes a deal without being a lead."""
        return owner_by_rules(session, told)
