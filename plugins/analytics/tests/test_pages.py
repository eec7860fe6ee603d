"""The pages of reports, their files and their JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from salesman_core.deals.service import close_deal
from salesman_core.plugins import switches
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, browser_of

Story = Callable[[int], None]


def test_report_without_deals_says_what_it_is_for(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("head"))
    for address in ("/analytics/funnel", "/analytics/losses"):
        assert "Nothing to count yet" in browser.get(address).text


def test_report_opens_with_what_was_closed_this_year_and_offers_all_time(
    app: Flask, make: Make, clock: FrozenClock, reasons: list[int]
) -> None:
    close_deal(make.deal(name="Boilers"), "lost", reasons[0])
    clock.advance(days=400)
    browser = browser_of(app, make.user("head"))
    page = browser.get("/analytics/losses").text
    assert "this year" in page
    assert "closed_on__isnull=false" in page
    assert 'class="tile"' not in page
    assert 'class="tile"' in browser.get("/analytics/losses?closed_on__isnull=false").text


def test_filter_that_cannot_be_read_is_told_and_shows_no_figures(
    app: Flask, make: Make, story: Story
) -> None:
    story(5)
    page = browser_of(app, make.user("head")).get("/analytics/funnel?closed_on__gte=soon")
    assert page.status_code == 200
    assert 'class="tile"' not in page.text


def test_filter_with_more_groups_than_figures_can_join_is_told(
    app: Flask, make: Make, story: Story
) -> None:
    story(5)
    groups = "&".join(f"any{number}.amount__gte=1" for number in range(1, 5))
    page = browser_of(app, make.user("head")).get(f"/analytics/funnel?{groups}")
    assert page.status_code == 200
    assert "at most three groups" in page.text
    assert 'class="tile"' not in page.text


def test_filter_that_is_kept_on_a_report_is_a_view_of_it_and_of_the_list(
    app: Flask, make: Make, story: Story
) -> None:
    story(5)
    browser = browser_of(app, make.user("head"))
    page = browser.get("/analytics/losses?amount__gte=1000").text
    form = re.search(r'<form[^>]+action="/lists/deal/views".*?</form>', page, re.DOTALL)
    assert form is not None
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    kept = browser.post("/lists/deal/views", data={**sent, "name": "Large", "sharing": "private"})
    assert kept.location == "/analytics/losses?view=1&amount__gte=1000"
    tab = 'href="/analytics/losses?view=1&amp;amount__gte=1000"'
    assert tab in browser.get("/analytics/losses").text
    assert "/deals?view=1&amp;amount__gte=1000" in browser.get("/deals").text


def test_dialog_of_filters_leads_back_to_the_report(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("head"))
    for page in ("/analytics/funnel", "/analytics/losses"):
        answer = browser.get(f"{page}/filter?owner_id=1")
        assert answer.location.endswith(f"{page}?owner_id=1")


@pytest.mark.parametrize("name", ["funnel/file", "losses/file"])
def test_file_holds_the_figures_of_the_page(
    app: Flask, make: Make, story: Story, name: str
) -> None:
    story(6)
    browser = browser_of(app, make.user("head"))
    asked = f"/analytics/{name}/{{}}?closed_on__isnull=false"
    answer = browser.get(asked.format("csv"))
    lines = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.get(asked.format("xlsx")).get_data()))
    assert len(lines) == len(book.get_sheet_by_index(0).to_python()) > 1
    assert lines[0][:2] == ["Progress in percent", "Stage"]
    assert browser.get(asked.format("exe")).status_code == 404


def test_file_of_the_same_figures_is_the_same(
    app: Flask, make: Make, clock: FrozenClock, story: Story
) -> None:
    story(9)
    browser = browser_of(app, make.user("head"))
    first = browser.get("/analytics/losses/file/xlsx")
    clock.advance(minutes=1)
    again = browser.get("/analytics/losses/file/xlsx")
    assert first.get_data() == again.get_data()
    assert first.headers["ETag"] == again.headers["ETag"]


def test_reports_are_not_open_to_who_lacks_the_permission(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("lawyer"))
    assert browser.get("/analytics").status_code == 403
    assert "/analytics" not in browser.get("/").text


def test_reports_are_gone_while_analytics_is_suspended(app: Flask, make: Make) -> None:
    switches.suspend("analytics")
    browser = browser_of(app, make.user("head"))
    assert browser.get("/analytics").status_code == 404
    assert "/analytics" not in browser.get("/").text


def test_statements_do_not_grow_with_the_deals(
    app: Flask, make: Make, story: Story, statements: Callable[..., object]
) -> None:
    head = make.user("head")

    def counted() -> list[int]:
        found, browser = [], browser_of(app, head)
        for address in ("/analytics/funnel", "/analytics/losses"):
            browser.get(address)
            with statements() as sent:  # type: ignore[attr-defined]
                assert 'class="tile"' in browser.get(address).text
            found.append(len(sent))
        return found

    story(7)
    few = counted()
    story(8)
    assert counted() == few
