"""What a report that a plugin declares becomes: a page, files, JSON, a place among the others."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from flask import Flask
from salesman_analytics.asked import Asked, asked_of
from salesman_analytics.counted import counted
from salesman_analytics.declared import DeclaredReport

from salesman_core.deals.service import close_deal
from salesman_core.errors import InvalidError
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, api_of, browser_of

SELLERS: Final = "/analytics/reports/analytics.sellers"


def shares(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give two rows, one apart, and a total that knows its share."""
    return [
        {"name": "First", "deals": 3, "share": Decimal(75), "id": 7},
        {"name": "Second", "deals": 1, "share": Decimal(25), "id": 8},
        {"name": "Frozen", "deals": 9, "line": "apart", "id": 9},
        {"line": "total", "share": Decimal(100)},
    ]


def of_one(asked: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    return f"/deals?id={row.get('id')}&owner={asked['owner_id']}"


def declared(**values: Any) -> dict[str, Any]:
    return {
        "id": "sample.shares",
        "title": "Shares",
        "question": "Who has what?",
        "group": "people",
        "permission": "core.deal.view",
        "count": shares,
        "columns": (
            {"name": "name", "title": "Name", "kind": "text"},
            {
                "name": "deals",
                "title": "Deals",
                "kind": "number",
                "address": of_one,
            },
            {"name": "share", "title": "Share", "kind": "percent"},
            {"name": "missing", "title": "Nobody gives it", "kind": "money"},
        ),
        **values,
    }


def test_total_adds_up_what_can_be_added_and_takes_the_rest_from_the_report(
    app: Flask, make: Make
) -> None:
    report = DeclaredReport.told("sample", declared())
    with make.acting(make.user("head")):
        found = counted(report, Asked(currency="RUB"))
    assert found.total == {"deals": 4, "share": 100, "line": "total"}
    assert [one["name"] for one in found.rows] == ["First", "Second"]
    assert [one["name"] for one in found.apart] == ["Frozen"]
    assert [one.name for one in found.columns] == ["name", "deals", "share"]


def test_address_of_a_figure_is_made_of_what_was_asked_and_of_the_row(
    app: Flask, make: Make
) -> None:
    report = DeclaredReport.told("sample", declared())
    with make.acting(make.user("head")):
        found = counted(report, Asked(owner_id=5))
        assert found.address(report.columns[1], found.rows[0]) == "/deals?id=7&owner=5"
        assert found.address(report.columns[2], found.rows[0]) == ""
        assert found.address(report.columns[1], {"deals": 0}) == ""


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"id": "other.shares"}, "begin with sample"),
        ({"group": "weather"}, "no group weather"),
        ({"filters": ("moon",)}, "no filter moon"),
        ({"colour": "red"}, "no colour"),
        ({"endpoint": "deals.index"}, "either count or endpoint"),
        ({"chart": {"kind": "cake", "columns": ("deals",)}}, "no chart cake"),
        ({"chart": {"kind": "bars", "columns": ("name",)}}, "draws no figures"),
        ({"chart": {"kind": "bars", "columns": ("deals",) * 4}}, "3 columns at most"),
        ({"columns": ({"name": "deals", "title": "Deals", "kind": "number"},)}, "is no text"),
    ],
)
def test_report_that_could_not_be_shown_is_refused_in_words(
    values: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        DeclaredReport.told("sample", declared(**values))


@pytest.mark.parametrize(
    ("values", "former"),
    [
        ({"period": "this_month"}, (date(2026, 2, 1), date(2026, 2, 16))),
        ({"period": "last_month"}, (date(2026, 1, 1), date(2026, 1, 31))),
        ({"period": "this_quarter"}, (date(2025, 10, 1), date(2025, 12, 16))),
        ({"period": "last_year"}, (date(2024, 1, 1), date(2024, 12, 31))),
        (
            {"since": date(2026, 3, 10), "until": date(2026, 3, 12)},
            (date(2026, 3, 7), date(2026, 3, 9)),
        ),
        ({"period": "all"}, None),
        ({"since": date(2026, 3, 10)}, None),
        ({"since": date.min, "until": date(2026, 1, 1)}, None),
    ],
)
def test_period_before_is_as_long_as_what_has_passed_of_this_one(
    app: Flask, clock: FrozenClock, values: dict[str, Any], former: tuple[date, date] | None
) -> None:
    clock.set(clock.now().replace(year=2026, month=3, day=16))
    earlier = asked_of(values, ("period",), "this_year").former
    assert (None if earlier is None else (earlier.since, earlier.until)) == former


@pytest.mark.parametrize(
    "values",
    [
        {"currency": "EUR"},
        {"period": "this_year", "since": date(2026, 1, 1)},
        {"since": date(2026, 2, 1), "until": date(2026, 1, 1)},
    ],
)
def test_filter_that_means_nothing_here_is_refused(app: Flask, values: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        asked_of(values, ("period", "owner_id"), "this_year")


def test_page_api_and_file_say_the_same(app: Flask, make: Make, clock: FrozenClock) -> None:
    head, seller = make.user("head"), make.user("seller", name="Anna Berg")
    close_deal(make.deal(owner_id=seller, amount="500.00"), "won")
    clock.advance(days=31)
    close_deal(make.deal(owner_id=seller, amount="1250.50", cost="250.00"), "won")
    make.deal(owner_id=seller, amount="70.00")

    page = browser_of(app, head).get(f"{SELLERS}?period=this_month").text
    told = api_of(app, head).get("/analytics/reports/analytics.sellers?period=this_month").json
    answer = browser_of(app, head).get(f"{SELLERS}/file/csv?period=this_month")
    lines = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))

    row = told["rows"][0]
    assert row["values"]["turnover"] == "1250.50"
    assert row["values"]["margin"] == "1000.50"
    assert (row["values"]["won"], row["values"]["in_work"]) == (1, 1)
    assert told["total"]["values"]["turnover"] == "1250.50"
    assert lines[1][:4] == ["Anna Berg", "1250.50", "1000.50", "1"]
    assert "1\u202f250" in page or "1,25" in page
    assert "How this was counted" in page


def test_margin_is_in_no_report_of_whoever_may_not_see_it(app: Flask, make: Make) -> None:
    marketer = make.user("marketer")
    close_deal(make.deal(owner_id=marketer, amount="9.00", cost="1.00"), "won")
    told = api_of(app, marketer).get("/analytics/reports/analytics.sellers?period=all").json
    names = [one["name"] for one in told["columns"]]
    assert "margin" not in names
    assert "turnover" in names
    assert all("margin" not in one["values"] for one in told["rows"])
    assert "Margin" not in browser_of(app, marketer).get(SELLERS).text


def test_filter_that_cannot_be_read_is_told_beside_no_figures(app: Flask, make: Make) -> None:
    page = browser_of(app, make.user("head")).get(f"{SELLERS}?since=soon")
    assert page.status_code == 200
    assert "cannot be read" in page.text
    assert 'class="tile"' not in page.text
    told = api_of(app, make.user("head")).get("/analytics/reports/analytics.sellers?currency=EUR")
    assert told.status_code == 422


def test_report_that_there_is_not_is_missing(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("head"))
    assert browser.get("/analytics/reports/analytics.nothing").status_code == 404
    assert browser.get("/analytics/reports/analytics.funnel").status_code == 404
    assert browser.get(f"{SELLERS}/file/exe").status_code == 404


def headings(page: str) -> list[str]:
    return re.findall(r'<h2 class="h3"[^>]*>([^<]+)</h2>', page)


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_pinned_reports_stand_first_until_they_are_unpinned(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("head"))
    page = browser.get("/analytics").text
    assert headings(page)[0] == "What matters to you first"

    sent = {"csrf_token": token_in(page)}
    assert browser.post(f"{SELLERS}/pin", data=sent).location == "/analytics"
    page = browser.get("/analytics").text
    assert headings(page)[0] == "Pinned"
    assert page.count(f'href="{SELLERS}"') == 1
    assert "Pinned" not in browser_of(app, make.user("head")).get("/analytics").text

    browser.post(f"{SELLERS}/unpin", data={**sent, "next": SELLERS})
    assert "Pinned" not in headings(browser.get("/analytics").text)
    assert browser.post("/analytics/reports/analytics.x/pin", data=sent).status_code == 404


def test_reports_are_found_by_words_of_their_title_or_question(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("head"))
    page = browser.get("/analytics?q=LOST why").text
    assert "/analytics/losses" in page
    assert SELLERS not in page
    assert "No report is called so" in browser.get("/analytics?q=weather").text


def test_statements_of_a_report_do_not_grow_with_its_rows(
    app: Flask, make: Make, story: Callable[[int], None], statements: Callable[..., Any]
) -> None:
    head = make.user("head")
    names = ("sellers?period=all", "forecast", "attention")
    addresses = [f"/analytics/reports/analytics.{name}" for name in names]

    def counts() -> list[int]:
        found, browser = [], browser_of(app, head)
        for address in addresses:
            browser.get(address)
            with statements() as sent:
                assert 'class="tile"' in browser.get(address).text
            found.append(len(sent))
        return found

    story(7)
    few = counts()
    story(8)
    assert counts() == few
