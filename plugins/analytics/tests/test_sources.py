"""Sources through to the margin: plain sums over the rows, and each figure opens its list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from salesman_analytics.asked import asked_of
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import report_named
from salesman_leads.intake import create_lead

from salesman_core.deals.service import close_deal
from salesman_core.plugins import switches
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make, api_of, browser_of

MARCH = {"since": date(2026, 3, 1), "until": date(2026, 3, 31)}


def sources(app: Flask, **values: Any) -> Counted:
    declared = report_named("analytics.sources")
    with app.test_request_context():
        return counted(declared, asked_of(values, declared.filters, declared.period))


def addresses(app: Flask, found: Counted) -> dict[tuple[str, str], tuple[str, Any]]:
    """Give the address behind each figure, by row and column, with the figure."""
    with app.test_request_context():
        return {
            (row.get("source", "In all"), column.name): (address, row[column.name])
            for row in (*found.rows, found.total or {})
            for column in found.figures
            if (address := found.address(column, row))
        }


def figures_open_their_rows(api: Api, figures: dict[tuple[str, str], tuple[str, Any]]) -> None:
    for (_row, column), (address, figure) in figures.items():
        rows = api.listed(address)
        if column in {"turnover", "margin"}:
            amounts = [Decimal(one["amount"]) for one in rows]
            costs = [Decimal(one["cost"]) for one in rows] if column == "margin" else []
            assert sum(amounts) - sum(costs) == figure, address
        else:
            assert len(rows) == figure, address


@pytest.fixture
def business(make: Make, clock: FrozenClock) -> dict[str, int]:
    """Leads, clients and deals of February and March, from a fair, the site and nowhere."""
    team = make.team("South")
    owner = make.user("seller", team_id=team)
    clock.set(clock.now().replace(year=2026, month=2, day=28, hour=20))  # March begins at 21
    for source in ("fair", "site"):
        create_lead({"name": "Clara", "source": source})
        old = make.client(source=source)
    close_deal(make.deal(client_id=old, amount="7.00"), "won")
    clock.advance(hours=2)
    for source, leads, amounts in (
        ("fair", 3, ["100.00", "50.50"]),
        ("site", 1, ["200.00"]),
        ("", 2, []),
        ("letters", 1, []),
    ):
        for number in range(leads):
            create_lead({"name": f"Lead {number}", "source": source, "owner_id": owner})
        client = make.client(source=source, owner_id=owner)
        for amount in amounts:
            deal = make.deal(client_id=client, amount=amount, cost="10.00", owner_id=owner)
            close_deal(deal, "won")
        make.deal(client_id=client, owner_id=owner)
    close_deal(make.deal(client_id=old, amount="30.00"), "won")
    make.deal()
    create_lead({"name": "Junk", "source": "fair"}, suspicion="sent within a second")
    return {"team": team, "owner": owner}


def test_sources_are_told_from_leads_through_to_margin(
    app: Flask, make: Make, business: dict[str, int]
) -> None:
    head = make.user("head")
    with make.acting(head):
        found = sources(app, **MARCH)
        figures = addresses(app, found)
    names = ("source", "leads", "clients", "deals", "won", "turnover", "margin")
    assert [tuple(row[name] for name in names) for row in found.rows] == [
        ("site", 1, 1, 3, 2, Decimal("230.00"), Decimal("220.00")),
        ("fair", 3, 1, 3, 2, Decimal("150.50"), Decimal("130.50")),
        ("Not said", 2, 1, 2, 0, Decimal(0), Decimal(0)),
        ("letters", 1, 1, 1, 0, Decimal(0), Decimal(0)),
    ]
    assert [round(row["share"], 1) for row in found.rows] == [
        Decimal("60.4"),
        Decimal("39.6"),
        Decimal("0.0"),
        Decimal("0.0"),
    ]
    assert found.total is not None
    assert found.total["turnover"] == Decimal("380.50")
    assert found.before(found.rows[0]) == {
        **(found.before(found.rows[0]) or {}),
        "leads": 1,
        "clients": 1,
        "won": 1,
        "turnover": Decimal("7.00"),
    }
    assert len(figures) == 24
    figures_open_their_rows(api_of(app, head), figures)


@pytest.mark.parametrize("whose", ["owner", "team"])
def test_sources_of_a_seller_or_team_open_their_rows_at_all_times(
    app: Flask, make: Make, business: dict[str, int], whose: str
) -> None:
    head = make.user("head")
    with make.acting(head):
        found = sources(app, period="all", **{f"{whose}_id": business[whose]})
        figures = addresses(app, found)
    assert found.total is not None
    assert (found.total["leads"], found.total["clients"], found.total["won"]) == (7, 4, 3)
    figures_open_their_rows(api_of(app, head), figures)


def test_source_of_a_client_that_one_does_not_see_is_not_said(app: Flask, make: Make) -> None:
    seller = make.user("seller")
    client = make.client(source="fair", owner_id=make.user("seller"))
    close_deal(make.deal(client_id=client, owner_id=seller, amount="5.00"), "won")
    with make.acting(seller):
        found = sources(app, period="all")
        figures = addresses(app, found)
    assert [(row["source"], row["won"]) for row in found.rows] == [("Not said", 1)]
    figures_open_their_rows(api_of(app, seller), figures)
    assert api_of(app, seller).listed("/deals?source=fair") == []


def test_sources_of_one_pipeline_are_those_of_its_deals_and_their_clients(
    app: Flask, make: Make, business: dict[str, int], service_pipeline: int
) -> None:
    client = make.client(source="fair")
    close_deal(make.deal(client_id=client, pipeline_id=service_pipeline, amount="9.00"), "won")
    head = make.user("head")
    with make.acting(head):
        found = sources(app, period="all", pipeline_id=service_pipeline)
        figures = addresses(app, found)
    names = ("source", "clients", "deals", "won", "turnover")
    assert [tuple(row[name] for name in names) for row in found.rows] == [
        ("fair", 1, 1, 1, Decimal("9.00"))
    ]
    assert "leads" not in {one.name for one in found.columns}
    figures_open_their_rows(api_of(app, head), figures)


def test_leads_have_no_column_where_there_are_none_to_see(
    app: Flask, make: Make, business: dict[str, int]
) -> None:
    names = [one.name for one in sources(app, period="all").columns]
    assert "leads" in names
    switches.suspend("leads")
    switches.follow_now()
    with make.acting(make.user("head")):
        names = [one.name for one in sources(app, period="all").columns]
    assert names == ["source", "clients", "deals", "won", "turnover", "margin", "share"]


def test_all_deals_at_all_times_are_no_view_of_anybody(app: Flask, make: Make) -> None:
    make.deal(client_id=make.client(source="fair"))
    with make.acting(make.user("head")):
        found = sources(app, period="all")
        clients = addresses(app, found)["In all", "clients"][0]
    assert clients == "/clients?view=0"


def test_deals_are_filtered_by_several_sources_or_by_none(app: Flask, make: Make) -> None:
    ids = [make.deal(client_id=make.client(source=one)) for one in ("fair", "site", "")]
    ids.append(make.deal())
    api = api_of(app, make.user("head"))

    def listed(query: str) -> list[int]:
        return sorted(one["id"] for one in api.listed(f"/deals?{query}"))

    assert listed("source=fair") == ids[:1]
    assert listed("source__in=fair,site") == ids[:2]
    assert listed("source=") == ids[2:]
    page = browser_of(app, make.user("head")).get("/deals?source=").text
    assert page.count('href="/deals/') >= 2


def test_statements_of_sources_do_not_grow_with_their_rows(
    app: Flask, make: Make, statements: Callable[..., Any]
) -> None:
    browser = browser_of(app, make.user("head"))

    def count() -> int:
        browser.get("/analytics/reports/analytics.sources")
        with statements() as sent:
            assert 'class="tile"' in browser.get("/analytics/reports/analytics.sources").text
        return len(sent)

    make.deal(client_id=make.client(source="fair"))
    few = count()
    for number in range(9):
        close_deal(make.deal(client_id=make.client(source=f"site {number}")), "won")
    assert count() == few


def test_channels_stand_among_the_reports_while_leads_are_active(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("head"))
    assert 'href="/leads/channels"' in browser.get("/analytics?q=cost").text
    switches.suspend("leads")
    assert 'href="/leads/channels"' not in browser.get("/analytics?q=cost").text
