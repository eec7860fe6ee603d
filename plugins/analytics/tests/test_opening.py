"""What stands open on the page of reports: what matters to the role, or what was pinned."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_analytics.declared import DeclaredReport, report_named
from salesman_analytics.opening import MOST_DRAWN, glance_of, seen_at_a_glance

from salesman_core.access.models import Role
from salesman_core.access.person import SUBJECT
from salesman_core.db.revisions import bump
from salesman_core.deals.service import close_deal
from salesman_core.testing.people import Browser, Make, browser_of
from salesman_core.toolkit import writing

SELLERS: Final = "analytics.sellers"
FORECAST: Final = "analytics.forecast"
LATER: Final = re.compile(r'hx-get="/analytics/reports/([\w.]+)/glance" hx-trigger="load"')


def opened(page: str) -> list[str]:
    """Give the reports that stand open on the page, in order."""
    return re.findall(r'data-report="([\w.]+)"', page)


def pin(browser: Browser, *names: str) -> None:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/analytics").text)
    assert found is not None
    for name in names:
        browser.post(f"/analytics/reports/{name}/pin", data={"csrf_token": found[1]})


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("role", "first"),
    [
        ("administrator", [FORECAST, "analytics.closed_months", SELLERS]),
        ("head", [FORECAST, SELLERS, "analytics.attention"]),
        ("seller", [FORECAST, "analytics.attention", "analytics.closed_months"]),
        ("marketer", ["analytics.sources", "leads.channels"]),
        ("assistant", ["invoices.receivables"]),
        ("service", ["analytics.repeated", "analytics.repeated_months", "analytics.attention"]),
        ("telemarketer", ["inquiries.telemarketers"]),
    ],
)
def test_page_opens_with_what_matters_to_the_role(
    app: Flask, make: Make, role: str, first: list[str]
) -> None:
    page = browser_of(app, make.user(role)).get("/analytics").text
    assert opened(page)[: len(first)] == first
    assert "What matters to you first" in page


@pytest.mark.databases("sqlite")
def test_who_has_a_role_of_the_company_own_opens_with_what_any_role_does(
    app: Flask, make: Make
) -> None:
    person = make.user("seller")
    with writing() as session:
        session.execute(sa.update(Role).values(preset=None).where(Role.preset == "seller"))
        bump(session, SUBJECT)
    page = browser_of(app, person).get("/analytics").text
    assert opened(page)[0] in {FORECAST, SELLERS}


def test_first_chart_comes_with_the_page_and_each_other_one_by_itself(
    app: Flask, make: Make
) -> None:
    head = make.user("head")
    close_deal(make.deal(amount="700.00"), "won")
    make.deal(amount="70.00")
    browser = browser_of(app, head)
    page = browser.get("/analytics").text
    assert page.count("data-chart=") == 1
    assert LATER.findall(page) == opened(page)[1:]

    later = browser.get("/analytics/reports/analytics.closed_months/glance").text
    assert later.count("data-chart=") == 1
    assert "<html" not in later
    losses = browser.get("/analytics/reports/analytics.losses/glance").text
    assert "Nothing to count" in losses


def test_reports_with_pages_of_their_own_are_drawn_as_well(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("head"))
    make.deal(amount="10.00")
    close_deal(make.deal(amount="700.00"), "won")
    for name in ("funnel", "calibration", "as_of"):
        assert "data-chart=" in browser.get(f"/analytics/reports/analytics.{name}/glance").text


def test_glance_is_for_who_may_see_the_report_and_of_what_can_be_drawn(
    app: Flask, make: Make
) -> None:
    head, service = browser_of(app, make.user("head")), browser_of(app, make.user("service"))
    for name in ("analytics.x", "leads.channels"):
        assert head.get(f"/analytics/reports/{name}/glance").status_code == 404
    assert service.get("/analytics/reports/inquiries.telemarketers/glance").status_code == 404


def test_pins_of_ones_own_stand_open_instead(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("head"))
    pin(browser, "analytics.losses", "leads.channels", SELLERS)
    page = browser.get("/analytics").text
    assert opened(page) == ["analytics.losses", "leads.channels", SELLERS]
    assert LATER.findall(page) == [SELLERS]
    assert "What matters to you first" not in page


def test_page_asks_as_much_for_many_open_reports_as_for_one(
    app: Flask, make: Make, story: Callable[[int], None], statements: Callable[..., Any]
) -> None:
    head = make.user("head")

    def asked() -> int:
        browser = browser_of(app, head)
        browser.get("/analytics")
        with statements() as sent:
            assert "data-chart=" in browser.get("/analytics").text
        return len(sent)

    pin(browser_of(app, head), SELLERS)
    story(7)
    one = asked()
    pin(
        browser_of(app, head),
        FORECAST,
        "analytics.attention",
        "analytics.closed_months",
        "analytics.losses",
    )
    story(8)
    assert asked() == one


def test_report_that_fails_says_so_in_its_place(app: Flask, make: Make) -> None:
    def fail(_asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        message = "the sky fell"
        raise RuntimeError(message)

    with make.acting(make.user("head")), app.test_request_context("/analytics"):
        html = seen_at_a_glance(replace(report_named(SELLERS), count=fail))
    assert 'class="fault"' in html
    assert "the sky fell" not in html


def test_long_reports_draw_their_first_rows_and_say_how_many_more_there_are(
    app: Flask, make: Make
) -> None:
    def many(_asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        names = [f"Seller {number}" for number in range(MOST_DRAWN + 3)]
        rows = [{"seller": name, "turnover": Decimal(5), "won_lacking": 0} for name in names]
        return [*rows, {"line": "total", "won_lacking": 0}]

    with make.acting(make.user("head")), app.test_request_context("/analytics"):
        glance = glance_of(replace(report_named(SELLERS), count=many))
    assert glance.chart is not None
    assert len(glance.chart["names"]) == MOST_DRAWN
    assert glance.left == 3


def test_place_for_a_role_is_a_number(app: Flask) -> None:
    values = {"id": "sample.x", "title": "X", "question": "?", "group": "people", "permission": "p"}
    with pytest.raises(ValueError, match="opens_for"):
        DeclaredReport.told("sample", {**values, "endpoint": "x", "opens_for": {"head": "first"}})
