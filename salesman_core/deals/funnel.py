"""The funnel as a page: stages, outcomes and reasons, each figure with the way to its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from flask import Blueprint, request, url_for
from markupsafe import Markup

from salesman_core.access.models import Team, User
from salesman_core.access.person import current_person
from salesman_core.access.records import visible
from salesman_core.access.routes import requires
from salesman_core.clock import today
from salesman_core.db import reading
from salesman_core.deals import figures, flow, forms, queries
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.answers import flat, unread
from salesman_core.deals.counted import Days
from salesman_core.deals.lists import IN_WORK
from salesman_core.deals.models import Deal
from salesman_core.deals.worth import FunnelWorth, any_foreign, funnel_worth
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.services.company import company
from salesman_core.web import formats
from salesman_core.web.templating import render
from salesman_hookspecs import Text

_ = texts.lazy

blueprint = Blueprint("funnel", __name__, url_prefix="/reports/funnel")

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

    def in_work(self, currency: str, **filters: Any) -> str:
        """Give the address of the list of deals in work; frozen ones stand apart."""
        return self.rows(currency, **IN_WORK, **filters)

    def closed(self, currency: str, **filters: Any) -> str:
        """Give the address of the list of deals that were closed in the period."""
        period = {"closed_on__gte": self.since, "closed_on__lte": self.until}
        return self.rows(currency, **period, **filters)

    def passed(self, currency: str, step: str, stage_id: int) -> str:
        """Give the address of the list of deals that took a step at a stage in the period."""
        days = Days(self.since, self.until)
        return self.rows(currency, passed=flow.passing(step, stage_id, days))


def _narrower() -> dict[str, str]:
    """Keep the list to what the report may count, for people who see more deals than that."""
    person = current_person()
    wider = person.scope("core.deal.view") > person.scope("core.report.funnel")
    return {"in_report": "true"} if wider else {}


@blueprint.get("")
@requires("core.report.funnel")
def index() -> Markup:
    """Show the funnel; of a filter that cannot be read it says so, and shows no figures."""
    unreadable: list[Text] = []
    try:
        asked = _asked(request.args)
    except InvalidError as error:
        asked, unreadable = _asked({}), unread(error)
    session = reading()
    counted = figures.funnel(
        session,
        asked.pipeline_id,
        currency=asked.currency,
        since=asked.since,
        until=asked.until,
        owner_id=asked.owner_id,
        team_id=asked.team_id,
    )
    return render(
        "core/deals/funnel.html",
        asked=asked,
        unreadable=unreadable,
        funnel=counted,
        worth=_worth(asked, counted),
        chart=_chart(asked, counted),
        flow_chart=_flow_chart(asked, counted),
        amount_title=AMOUNT,
        periods=PERIODS,
        pipelines=queries.pipelines(session),
        owners=_owners(),
        teams=_teams(),
        written=forms.written,
    )


def _worth(asked: Asked, counted: figures.Funnel) -> FunnelWorth | None:
    """Give what it is all worth in the company's currency, where some is in another one."""
    if not any_foreign(counted.currencies):
        return None
    days = Days(asked.since, asked.until)
    return funnel_worth(reading(), asked.pipeline_id, days, asked.owner_id, asked.team_id)


def _asked(args: Mapping[str, str]) -> Asked:
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


def _chart(asked: Asked, counted: figures.Funnel) -> dict[str, Any]:
    """Give what ``chart.js`` draws: a bar for each stage, which opens its deals.

    Where no open deal has an amount, how many there are still tells the funnel's form.
    """
    currency, stages = counted.currency, counted.stages
    with_amounts = any(stage.amount for stage in stages)
    label = (
        _("Open deals by stage, %(currency)s", currency=currency)
        if with_amounts
        else _("Open deals by stage")
    )
    return {
        "label": str(label),
        "names": [f"{formats.percent(stage.percent)} {stage.name}" for stage in stages],
        "series": _amounts(stages, currency) if with_amounts else [_counts(stages)],
        "links": [asked.in_work(currency, stage_id=stage.stage_id) for stage in stages],
    }


def _amounts(stages: Sequence[figures.StageFigures], currency: str) -> list[dict[str, Any]]:
    columns = {
        str(AMOUNT): [stage.amount for stage in stages],
        str(_("Forecast")): [stage.weighted for stage in stages],
    }
    return [
        {
            "name": name,
            "values": [float(amount) for amount in amounts],
            "texts": [formats.money(amount, currency, whole=True) for amount in amounts],
        }
        for name, amounts in columns.items()
    ]


def _counts(stages: Sequence[figures.StageFigures]) -> dict[str, Any]:
    counts = [stage.count for stage in stages]
    return {
        "name": str(_("Deals")),
        "values": counts,
        "texts": [formats.number(count) for count in counts],
    }


def _flow_chart(asked: Asked, counted: figures.Funnel) -> dict[str, Any]:
    """Give what ``chart.js`` draws: what entered each stage, left it forward and was lost there."""
    series = {
        str(_("Entered")): [stage.entered.count for stage in counted.flow],
        str(_("Left forward")): [stage.forward.count for stage in counted.flow],
        str(_("Lost")): [stage.lost.count for stage in counted.flow],
    }
    return {
        "label": str(_("What happened at the stages")),
        "names": [f"{formats.percent(stage.percent)} {stage.name}" for stage in counted.flow],
        "series": [
            {"name": name, "values": values, "texts": [formats.number(one) for one in values]}
            for name, values in series.items()
        ],
        "links": [
            asked.passed(counted.currency, "entered", stage.stage_id) for stage in counted.flow
        ],
    }


def _teams() -> list[tuple[int, str]]:
    """Give the teams, where there are any."""
    found = reading().execute(sa.select(Team.id, Team.name).order_by(Team.name, Team.id))
    return [(row.id, row.name) for row in found]


def _owners() -> list[tuple[int, str]]:
    """Give the owners of the deals that the report may count."""
    owned = sa.select(Deal.owner_id).where(visible("deal"), visible("deal", "core.report.funnel"))
    people = sa.select(User.id, User.name).where(User.id.in_(owned)).order_by(User.search_name)
    return [(row.id, row.name) for row in reading().execute(people)]
