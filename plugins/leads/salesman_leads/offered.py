"""The service by which other plugins take leads in and learn what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import visible
from salesman_leads import intake
from salesman_leads.distribution.for_deals import owner_by_rules
from salesman_leads.models import CONVERTED, KIND, Lead
from salesman_leads.toolkit import Leads


class Intake(Leads):
    """See :class:`salesman_leads.toolkit.Leads`."""

    def take_in(self, values: Mapping[str, Any]) -> int:
        """Take a lead in; give its id."""
        return intake.create_lead(values)

    def converted(self) -> sa.Select[Any]:
        """Give the query of the ids of the leads that became clients, of those that one sees."""
        return sa.select(Lead.id).where(visible(KIND), Lead.result == CONVERTED)

    def owner_for(self, session: Session, told: Mapping[str, Any]) -> int | None:
        """Give who gets by the rules what becomes a deal without being a lead."""
        return owner_by_rules(session, told)
