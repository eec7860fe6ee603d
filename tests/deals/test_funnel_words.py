"""The funnel as a page: every figure opens its deals, and says in words how it was counted."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from salesman_core.clock import today
from salesman_core.db import reading
from salesman_core.deals import queries
from salesman_core.deals.rate_table import DatedRate, enter_rates
from salesman_core.deals.service import close_deal, freeze_deal, move_deal
from salesman_core.services.company import company
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]

NOVEMBER = date(2026, 11, 2)


def stages() -> list[int]:
    """The stages of the first pipeline, in the order of progress."""
    return [stage["id"] for stage in queries.pipelines(reading())[0]["stages"]]


def stage_names() -> list[str]:
    """Their names, in the same order."""
    return [stage["name"] for stage in queries.pipelines(reading())[0]["stages"]]


def reasons() -> list[int]:
    return [one.id for one in queries.close_reasons(reading())]


def rows(browser: FlaskClient, address: str) -> list[str]:
    """The names of the deals of a list, sorted."""
    page = browser.get(address).text
    return sorted(re.findall(r"data-row-link>([^<]*)</a>", page))


def row_of(page: str, section: str, title: str) -> list[tuple[str, str]]:
    """The figures in a row of a table: each as it is read, with the address that it leads to."""
    table = page.partition(f'aria-labelledby="{section}"')[2].partition("</table>")[0]
    line = rf'<th scope="row"[^>]*>(?:(?!</th>).)*{title}</th>(.*?)</tr>'
    found = re.search(line, table, re.DOTALL)
    assert found is not None, f"no row {title}"
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', found[1])
    return [(" ".join(text.split()), html.unescape(address)) for address, text in links]


@pytest.fixture
def funnel(make: Make, browser_for: BrowserFor) -> Callable[[], tuple[FlaskClient, str]]:
    """A function that gives the browser of a head of sales, and the funnel in it."""

    def shown() -> tuple[FlaskClient, str]:
        browser = browser_for("head")
        return browser, browser.get("/reports/funnel").text

    return shown


Shown = Callable[[], tuple[FlaskClient, str]]


def test_conversion_leads_to_what_left_forward_and_what_was_lost(make: Make, funnel: Shown) -> None:
    first, second = stages()[:2]
    for number in range(2):
        move_deal(make.deal(name=f"Went on {number}", stage_id=first), second)
    close_deal(make.deal(name="Lost there", stage_id=first), "lost", reasons()[0])
    close_deal(make.deal(name="Lost elsewhere", stage_id=second), "lost", reasons()[0])
    make.deal(name="Stands", stage_id=first)

    browser, page = funnel()

    *_others, (read, address) = row_of(page, "funnel-flow-title", stage_names()[0])
    assert read == "66.7%"
    assert rows(browser, address) == ["Lost there", "Went on 0", "Went on 1"]


def test_list_behind_a_conversion_says_what_it_shows(make: Make, funnel: Shown) -> None:
    close_deal(make.deal(), "lost", reasons()[0])
    browser, page = funnel()
    *_others, (_read, address) = row_of(page, "funnel-flow-title", stage_names()[0])
    listed = browser.get(address).text
    assert f"way forward from “{stage_names()[0]}”, or loss there, from Oct 1, 2026" in listed


def test_share_of_a_reason_leads_to_the_deals_that_were_lost_for_it(
    make: Make, funnel: Shown
) -> None:
    price, competitor = reasons()[:2]
    for number in range(3):
        close_deal(make.deal(name=f"Too dear {number}"), "lost", price)
    close_deal(make.deal(name="Went away"), "lost", competitor)
    title = queries.close_reasons(reading())[0].name

    browser, page = funnel()

    figures = row_of(page, "funnel-reasons-title", title)
    assert [read for read, _address in figures] == ["3", "75%", "₽0"]
    for _read, address in figures:
        assert rows(browser, address) == ["Too dear 0", "Too dear 1", "Too dear 2"]


@pytest.fixture
def several_currencies(make: Make) -> None:
    """In each line of the figures over all currencies a deal in roubles and one in dollars.

    Beside them one in euros, whose rate nobody knows.
    """
    enter_rates([DatedRate("USD", NOVEMBER, Decimal(100))])
    for currency in ("RUB", "USD", "EUR"):
        values = {"currency": currency, "amount": Decimal(10), "opened_on": NOVEMBER}
        make.deal(name=f"In work {currency}", **values)
        resting = make.deal(name=f"Frozen {currency}", **values)
        freeze_deal(resting, today(company().tz) + timedelta(days=9), "They wait")
        close_deal(make.deal(name=f"Won {currency}", **values), "won")
        close_deal(make.deal(name=f"Lost {currency}", **values), "lost", reasons()[0])


@pytest.mark.usefixtures("several_currencies")
@pytest.mark.parametrize("title", ["In work", "Frozen"])
def test_amount_over_all_currencies_leads_to_the_deals_that_it_is_made_of(
    funnel: Shown, title: str
) -> None:
    browser, page = funnel()

    *counted, lacking = row_of(page, "funnel-worth-title", title)

    assert [read for read, _address in counted][:2] == ["2", "₽1,010"]
    for _read, address in counted:
        assert rows(browser, address) == [f"{title} RUB", f"{title} USD"]
    assert lacking[0] == "1 deal without a rate"
    assert rows(browser, lacking[1]) == [f"{title} EUR"]


@pytest.mark.usefixtures("several_currencies")
@pytest.mark.parametrize("title", ["Won", "Lost"])
def test_outcome_over_all_currencies_leads_to_the_deals_that_it_is_made_of(
    funnel: Shown, title: str
) -> None:
    browser, page = funnel()

    *counted, lacking = row_of(page, "funnel-worth-title", title)

    for _read, address in counted:
        found = rows(browser, address)
        assert len(found) == int(counted[0][0])
    assert {*rows(browser, counted[0][1]), *rows(browser, lacking[1])} == {
        f"{title} {currency}" for currency in ("RUB", "USD", "EUR")
    }


def charts(page: str) -> list[dict[str, Any]]:
    """What the charts of a page draw, from top to bottom."""
    return [json.loads(html.unescape(one)) for one in re.findall(r'data-chart="([^"]*)"', page)]


def test_each_bar_of_the_flow_leads_to_as_many_deals_as_it_counts(
    make: Make, funnel: Shown
) -> None:
    first, second, third = stages()[:3]
    make.deal(name="Stands", stage_id=first)
    move_deal(make.deal(name="Went on", stage_id=first), third)
    close_deal(make.deal(name="Won", stage_id=second), "won")
    close_deal(make.deal(name="Lost", stage_id=first), "lost", reasons()[0])

    browser, page = funnel()

    _standing, flow = charts(page)
    for series in flow["series"]:
        found = [len(rows(browser, address)) for address in series["links"]]
        assert found == series["values"], series["name"]
    first_row = {one["name"]: one["values"][0] for one in flow["series"]}
    assert first_row == {"Entered": 3, "Left forward": 1, "Lost": 1}


def test_page_says_in_words_how_each_figure_was_counted(make: Make, funnel: Shown) -> None:
    close_deal(make.deal(), "lost", reasons()[0])
    _browser, page = funnel()
    explained = page.partition("How this was counted")[2]
    assert re.findall(r"<dt>([^<]*)</dt><dd>[^<]{40,}</dd>", explained) == [
        "Entered",
        "Left forward",
        "Lost",
        "Median days",
        "Conversion",
        "Open deals by stage",
        "Frozen",
        "Won",
        "Win rate",
        "Why deals were lost",
    ]
