"""What the page of the funnel counts, as its address says, and where its figures lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import url_for

from salesman_core.access.person import current_person
from salesman_core.clock import today
from salesman_core.db import reading
from salesman_core.deals import figures, flow, forms
from salesman_core.deals.answers import flat
from salesman_core.deals.counted import Days
from salesman_core.deals.lists import IN_WORK
from salesman_core.i18n import texts
from salesman_core.services.company import company
from salesman_hookspecs import Text

_ = texts.lazy

PERIODS: Final[dict[str, Text]] = {
    "month": _("This month"),
    "quarter": _("This quarter"),
    "year": _("This year"),
    "all": _("All time"),
    "own": _("From – to"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the report counts, as its address says.

    :param since: steps and closings count from this day on; None for all of them.
    :param until: steps and closings count up to this day.
    """

    pipeline_id: int
    period: str
    since: date | None
    until: date | None
    owner_id: int | None
    team_id: int | None
    currency: str | None

    def rows(self, currency: str | None, **filters: Any) -> str:
        """Give the address of the list of exactly the deals that a figure is made of."""
        args = {
            "pipeline_id": self.pipeline_id,
            "currency": currency,
            "owner_id": self.owner_id,
            "team_id": self.team_id,
        }
        return url_for("deals.index", **flat(args | _narrower() | filters))

    def in_work(self, currency: str | None, **filters: Any) -> str:
        """Give the address of the list of deals in work; frozen ones stand apart."""
        return self.rows(currency, **IN_WORK, **filters)

    def frozen(self, currency: str | None, **filters: Any) -> str:
        """Give the address of the list of frozen deals."""
        return self.rows(currency, frozen="true", **filters)

    def closed(self, currency: str | None, **filters: Any) -> str:
        """Give the address of the list of deals that were closed in the period."""
        period = {"closed_on__gte": self.since, "closed_on__lte": self.until}
        return self.rows(currency, **period, **filters)

    def lost_at(self, currency: str, stage_id: int) -> str:
        """Give the address of the list of deals that were lost at a stage in the period."""
        return self.closed(currency, state="lost", stage_id=stage_id)

    def passed(self, currency: str, step: str, stage_id: int) -> str:
        """Give the address of the list of deals that took a step at a stage in the period."""
        days = Days(self.since, self.until)
        return self.rows(currency, passed=flow.passing(step, stage_id, days))


def _narrower() -> dict[str, str]:
    """Keep the list to what the report may count, for people who see more deals than that."""
    person = current_person()
    wider = person.scope("core.deal.view") > person.scope("core.report.funnel")
    return {"in_report": "true"} if wider else {}


def read_asked(args: Mapping[str, str]) -> Asked:
    """Read the address.

    :raises InvalidError: by parameter, for what cannot be read.
    """
    values = forms.read(args, "since", "until", "pipeline_id", "owner_id", "team_id")
    typed = bool(values.get("since") or values.get("until"))
    period = args.get("period") or ("own" if typed else "quarter")
    day = today(company().tz)
    since, until = _limits(period, day) if period != "own" else (None, None)
    return Asked(
        pipeline_id=values.get("pipeline_id") or figures.first_pipeline(reading()),
        period=period,
        since=values.get("since") if period == "own" else since,
        until=values.get("until") if period == "own" else until,
        owner_id=values.get("owner_id"),
        team_id=values.get("team_id"),
        currency=args.get("currency", "").upper()[:3] or None,
    )


def _limits(period: str, day: date) -> tuple[date | None, date | None]:
    begins = {
        "month": day.replace(day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": day.replace(month=1, day=1),
    }
    return begins.get(period), day if period in begins else None
