"""Sources: what comes from where, from the lead through to the margin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, Protocol

import sqlalchemy as sa

from salesman_analytics.deals import (
    closed_within,
    counted_deals,
    deals_address,
    known_worth,
    margin_columns,
    margin_of,
    period_filters,
)
from salesman_analytics.measures import share_of
from salesman_analytics.texts import texts
from salesman_analytics.with_deals import clients_of_pipeline, clients_of_pipeline_address
from salesman_core.toolkit import (
    SEE_MARGIN,
    Client,
    Days,
    Deal,
    Worth,
    filters_of_days,
    reading,
    service,
    visible,
    within_days,
    worth_columns,
    worth_of,
)

_ = texts.lazy

Values = Mapping[str, Any]

_NOTHING: Final = Worth()


class Leads(Protocol):
    """What is used of the service of leads."""

    def came_in(
        self, since: date | None, until: date | None, owner_id: int | None, team_id: int | None
    ) -> Mapping[str, int] | None:
        """Give how many leads came in on some days, by source; None for who may see none."""
        ...

    def came_in_address(
        self,
        since: date | None,
        until: date | None,
        owner_id: int | None,
        team_id: int | None,
        source: str | None,
    ) -> str:
        """Give the address of the list of these leads."""
        ...


def sources(asked: Values) -> Iterable[Values]:
    """Count what came from a source and what it brought: three statements, and that of leads."""
    leads, clients, deals = _leads(asked), _clients(asked), _opened_by_source(asked)
    turnover, margin = _won_by_source(asked)
    total = sum((one.amount for one in turnover.values()), Decimal(0))
    rows = [
        {
            "source": source or str(_("Not said")),
            "key": source,
            **({} if leads is None else {"leads": leads.get(source, 0)}),
            "clients": clients.get(source, 0),
            "deals": deals.get(source, 0),
            "won": turnover.get(source, _NOTHING).count,
            "turnover": turnover.get(source, _NOTHING).amount,
            "margin": margin.get(source, Decimal(0)),
            "share": share_of(turnover.get(source, _NOTHING).amount, total),
            "lacking": turnover.get(source, _NOTHING).lacking,
        }
        for source in {**(leads or {}), **clients, **deals, **turnover}
    ]
    lacking = sum(one.lacking for one in turnover.values())
    foot = {"line": "total", "lacking": lacking, "share": share_of(total, total)}
    return [*sorted(rows, key=_most_first), foot]


def _most_first(row: Values) -> tuple[Any, ...]:
    return (-row["turnover"], -row["won"], -row["clients"], -row.get("leads", 0), row["key"])


def _leads(asked: Values) -> Mapping[str, int] | None:
    """Count the leads; with one pipeline none, because a lead is in none."""
    leads: Leads | None = service("leads")
    if asked["pipeline_id"] is not None:
        return None
    return None if leads is None else leads.came_in(*_period_and_whose(asked))


def _period_and_whose(asked: Values) -> Sequence[Any]:
    return [asked[name] for name in ("since", "until", "owner_id", "team_id")]


def _clients(asked: Values) -> Mapping[str, int]:
    """Count the clients that were entered in the period."""
    counted = sa.select(Client.source, sa.func.count(Client.id).label("clients")).where(
        *clients_of_pipeline(asked), *within_days(Client.created_at, asked["since"], asked["until"])
    )
    return {row.source: row.clients for row in reading().execute(counted.group_by(Client.source))}


def _opened_by_source(asked: Values) -> Mapping[str, int]:
    """Count the deals that were opened in the period."""
    opened = Days(asked["since"], asked["until"]).holds(Deal.opened_on)
    counted = _by_source(asked, opened, [sa.func.count(Deal.id).label("deals")])
    return {row.source: row.deals for row in reading().execute(counted)}


def _won_by_source(asked: Values) -> tuple[Mapping[str, Worth], Mapping[str, Decimal]]:
    """Give the turnover and the margin of what was closed as won in the period."""
    won = [*closed_within(asked), Deal.outcome == "won"]
    counted = _by_source(asked, won, [*worth_columns(), *margin_columns()])
    rows = reading().execute(counted).all()
    turnover = {row.source: worth_of(row) for row in rows}
    return turnover, {row.source: margin_of(row) for row in rows}


def _by_source(asked: Values, conditions: Sequence[Any], sums: Sequence[Any]) -> sa.Select[Any]:
    """Give the SQL of sums by the source of the clients; one that is not seen has none."""
    seen = sa.case((visible("client"), Client.source))
    source = sa.func.coalesce(seen, "").label("source")
    counted: Any = sa.select(source, *sums)
    summed: sa.Select[Any] = (
        counted.select_from(Deal)
        .outerjoin(Client, Client.id == Deal.client_id)
        .where(*counted_deals(asked), *conditions)
        .group_by(source)
    )
    return summed


def _leads_address(asked: Values, row: Values) -> str:
    leads: Leads | None = service("leads")
    if leads is None:
        return ""
    since, until, owner_id, team_id = _period_and_whose(asked)
    return leads.came_in_address(since, until, owner_id, team_id, row.get("key"))


def _clients_address(asked: Values, row: Values) -> str:
    days = filters_of_days("created_at", asked["since"], asked["until"])
    return clients_of_pipeline_address(asked, source=row.get("key"), **days)


def _opened(asked: Values, row: Values) -> str:
    days = {"opened_on__gte": asked["since"], "opened_on__lte": asked["until"]}
    return deals_address(asked, **days, source=row.get("key"))


def _won(asked: Values, row: Values, **worth: str) -> str:
    days = period_filters(asked)
    return deals_address(asked, state="won", source=row.get("key"), **days, **worth)


def _won_worth(asked: Values, row: Values) -> str:
    return _won(asked, row, **known_worth(row["lacking"]))


REPORTS: Final[Sequence[Values]] = (
    {
        "id": "analytics.sources",
        "title": _("Sources"),
        "question": _("Where do clients come from, and what turnover and margin do they bring?"),
        "group": "clients",
        "permission": "core.deal.view",
        "filters": ("period", "owner_id", "team_id", "pipeline_id"),
        "count": sources,
        "columns": (
            {"name": "source", "title": _("Source"), "kind": "text"},
            {
                "name": "leads",
                "title": _("Leads"),
                "kind": "number",
                "address": _leads_address,
                "method": _(
                    "Leads that came in during the period, by the source that they named; what is"
                    " kept apart as junk does not count. A lead is in no pipeline: with one alone"
                    " there are none."
                ),
            },
            {
                "name": "clients",
                "title": _("Clients"),
                "kind": "number",
                "address": _clients_address,
                "method": _(
                    "Clients that were entered in the period, by their source; with one pipeline"
                    " those that have a deal in it."
                ),
            },
            {
                "name": "deals",
                "title": _("Deals"),
                "kind": "number",
                "address": _opened,
                "method": _(
                    "Deals that were opened in the period, by the source of their client. A deal"
                    " without a client, or of one that you do not see, has no source."
                ),
            },
            {
                "name": "won",
                "title": _("Deals won"),
                "kind": "number",
                "address": _won,
                "method": _(
                    "Deals that were closed as won in the period, whenever they were opened."
                ),
            },
            {
                "name": "turnover",
                "title": _("Turnover"),
                "kind": "money",
                "address": _won_worth,
                "method": _(
                    "The amounts of the deals that were closed as won in the period, each at the"
                    " rate that it keeps. One without a rate is not in it."
                ),
            },
            {
                "name": "margin",
                "title": _("Margin"),
                "kind": "money",
                "address": _won_worth,
                "permission": SEE_MARGIN,
                "method": _("The turnover less the costs that stand in these deals."),
            },
            {
                "name": "share",
                "title": _("Share of turnover"),
                "kind": "percent",
                "method": _("The turnover of the source as a share of that of all sources."),
            },
        ),
        "chart": {"kind": "bars", "columns": ("turnover", "margin")},
        "order": 40,
        "opens_for": {"marketer": 10},
    },
)
