"""Work on deals that begins by the clock, or follows from what was entered."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.clock import today
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.deals.rates import day_of, lacks_rate
from salesman_core.deals.service import keep_rate, note_thawed
from salesman_core.i18n import texts
from salesman_core.services.company import company
from salesman_core.services.rates import rate_on
from salesman_hookspecs import Event, EventHandler, Job, Schedule

NAME: Final = "core.thaw_deals"


def thaw_deals() -> None:
    """Note the frozen deals whose day has come: they have gone on since it began."""
    due = sa.select(Deal.id).where(
        Deal.frozen_until <= today(company().tz), Deal.deleted_at.is_(None)
    )
    for deal_id in reading().scalars(due.order_by(Deal.id)).all():
        note_thawed(deal_id)


def keep_rates(event: Event) -> None:
    """Give the deals in a currency that lack the rate of their day the one that is known by now."""
    base, currency = company().currency, event.payload["currency"]
    lacking = sa.select(Deal.id, Deal.opened_on, Deal.closed_on).where(
        Deal.currency == currency, lacks_rate(), Deal.deleted_at.is_(None)
    )
    for row in reading().execute(lacking.order_by(Deal.id)).all():
        if rate_on(base, currency, day_of(row)) is not None:
            keep_rate(row.id)


RATES: Final = EventHandler("keep_rates", ("core.rate.entered",), keep_rates)
JOB: Final = Job(NAME, thaw_deals, title=texts.lazy("Thawing of frozen deals"))
SCHEDULE: Final = Schedule(NAME, "1 0 * * *", NAME)
