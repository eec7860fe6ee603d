"""Work on deals that begins by the clock."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.clock import today
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.deals.service import note_thawed
from salesman_core.i18n import texts
from salesman_core.services.company import company
from salesman_hookspecs import Job, Schedule

NAME: Final = "core.thaw_deals"


def thaw_deals() -> None:
    """Note the frozen deals whose day has come: they have gone on since it began."""
    due = sa.select(Deal.id).where(
        Deal.frozen_until <= today(company().tz), Deal.deleted_at.is_(None)
    )
    for deal_id in reading().scalars(due.order_by(Deal.id)).all():
        note_thawed(deal_id)


JOB: Final = Job(NAME, thaw_deals, title=texts.lazy("Thawing of frozen deals"))
SCHEDULE: Final = Schedule(NAME, "1 0 * * *", NAME)
