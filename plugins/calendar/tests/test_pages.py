"""The pages of activities."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar import queries, service

from salesman_core.administration.holidays import Day, enter_holidays
from salesman_core.deals.service import close_deal
from salesman_core.plugins import switches
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser, Make, browser_of
from salesman_core.toolkit import Stage, reading

BrowserFor = Callable[[str], Browser]
Plan = Callable[..., int]
Statements = Callable[[], AbstractContextManager[list[str]]]
HTMX = {"HX-Request": "true"}


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def send(browser: Browser, address: str, form: str = "", **typed: object) -> str:
    """Send a form, with the token of the page that has it; give what its answer leads to."""
    token = token_in(browser.get(form or address).text)
    answer = browser.post(address, data={"csrf_token": token, **typed}, follow_redirects=True)
    return answer.text


def test_empty_list_says_what_activities_are_and_how_to_begin(
    app: Flask, browser_for: BrowserFor
) -> None:
    page = browser_for("seller").get("/calendar/activities").text

    assert "Nothing is planned yet" in page
    assert 'href="/calendar/new"' in page


def test_activity_is_planned_as_its_time_is_said(
    browser_for: BrowserFor, kinds: dict[str, int], clock: FrozenClock
) -> None:
    browser = browser_for("seller")

    page = send(
        browser, "/calendar/new", kind_id=kinds["call"], subject="Ask", when="tomorrow 15:00"
    )

    assert "Ask" in page
    assert "tomorrow, 3:00" in page


def test_wrong_time_stands_at_its_field_with_all_that_was_typed(
    browser_for: BrowserFor, kinds: dict[str, int], clock: FrozenClock
) -> None:
    page = send(
        browser_for("seller"), "/calendar/new", kind_id=kinds["call"], subject="Ask", when="soon"
    )

    assert re.search(r'id="wrong-when">“soon” is no time', page)
    assert 'value="Ask"' in page


def test_form_begins_with_the_client_of_a_deal(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    client_id = make.client(name="Boilers Ltd")
    deal_id = make.deal(client_id=client_id, name="Three boilers")

    page = browser_for("head").get(f"/calendar/new?deal_id={deal_id}").text

    assert f'<option value="{client_id}" selected>Boilers Ltd' in page
    assert f'<option value="{deal_id}" selected>Three boilers' in page


@pytest.mark.parametrize(
    ("said", "stands"), [("2026-03-05 09:00", "05.03.2026 09:00"), ("soon", "soon"), ("", "")]
)
def test_form_begins_with_the_time_of_the_place_where_one_stood(
    browser_for: BrowserFor, clock: FrozenClock, said: str, stands: str
) -> None:
    page = browser_for("seller").get(f"/calendar/new?when={said}").text

    assert re.search(r'name="when"[^>]*value="([^"]*)"', page)[1] == stands  # type: ignore[index]


def test_done_asks_for_the_results_of_the_kind_and_plans_what_is_next(
    plan: Plan, make: Make, browser_for: BrowserFor, kinds: dict[str, int], results: dict[str, int]
) -> None:
    activity_id = plan(subject="Ask", client_id=make.client())
    browser = browser_for("head")
    form = browser.get(f"/calendar/{activity_id}/done").text
    assert "No answer" in form
    assert "Took place" not in form

    send(
        browser,
        f"/calendar/{activity_id}/done",
        result_id=results["No answer"],
        next_kind_id=kinds["call"],
        next_when="Friday 10:00",
    )

    assert "No answer" in browser.get(f"/calendar/{activity_id}").text
    after = queries.one_activity(reading(), activity_id + 1)
    assert (after.day, after.client_id) == (date(2026, 3, 6), 1)


@pytest.mark.parametrize("client_id", ["x", str(2**63), "-"])
def test_client_who_is_no_id_is_refused_at_the_field(
    browser_for: BrowserFor, kinds: dict[str, int], client_id: str
) -> None:
    browser = browser_for("seller")
    said = {"kind_id": kinds["call"], "subject": "Ask", "when": "today", "client_id": client_id}
    token = token_in(browser.get("/calendar/new").text)

    answer = browser.post("/calendar/new", data={"csrf_token": token, **said})

    assert (answer.status_code, 'href="#field-client_id"' in answer.text) == (422, True)


def test_next_activity_without_a_time_is_refused_at_its_field(
    plan: Plan, browser_for: BrowserFor, kinds: dict[str, int]
) -> None:
    activity_id = plan(subject="Ask")

    page = send(
        browser_for("head"),
        f"/calendar/{activity_id}/done",
        next_kind_id=kinds["call"],
        next_subject="Ask again",
    )

    assert 'id="wrong-next_when"' in page
    assert 'value="Ask again"' in page


def test_answer_to_the_dialog_closes_it_and_tells_the_page(
    plan: Plan, browser_for: BrowserFor
) -> None:
    activity_id = plan()
    browser = browser_for("head")
    token = token_in(browser.get(f"/calendar/{activity_id}/done").text)

    answer = browser.post(f"/calendar/{activity_id}/done", data={"csrf_token": token}, headers=HTMX)

    told = answer.headers["HX-Trigger"]
    assert "salesman:close-dialog" in told
    assert '"kind": "calendar.activity"' in told
    assert f"/calendar/{activity_id}/reopen" in answer.text


@pytest.mark.parametrize("record", ["client", "deal"])
def test_card_shows_what_is_planned_before_what_was_done(
    plan: Plan, make: Make, browser_for: BrowserFor, record: str
) -> None:
    client_id = make.client()
    about = {"client_id": client_id, "deal_id": make.deal(client_id=client_id)}
    done = plan(subject="Asked", **about)
    service.finish_activity(done, {"result_text": "They think"})
    plan(subject="Ask again", **about)

    record_id, browser = about[f"{record}_id"], browser_for("head")
    panel = browser.get(f"/calendar/of/{record}/{record_id}").text
    assert panel.index("Ask again") < panel.index("Done last") < panel.index("Asked")
    assert "They think" in panel
    page = browser.get(f"/{record}s/{record_id}").text
    assert f"slots/{record}.card.panels/calendar/activities" in page
    step = page[page.index(f'id="next-step-of-{record}"') :]
    assert "Ask again" in step[: step.index("</dd>")]


def test_day_has_what_is_overdue_what_has_no_hour_and_its_hours(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    user_id = make.user_of("seller")
    plan(subject="Late one", day=date(2026, 2, 27), owner_id=user_id)
    plan(subject="Whole day", owner_id=user_id)
    plan(subject="At eight", starts_at=datetime(2026, 3, 2, 17, tzinfo=UTC), owner_id=user_id)
    plan(subject="Another day", day=date(2026, 3, 3), owner_id=user_id)

    page = browser_for("seller").get("/calendar").text

    assert page.index("Late one") < page.index("Whole day") < page.index("At eight")
    assert "Another day" not in page
    assert page.index('id="hour-20"') < page.index("At eight")


def test_holiday_is_said_on_its_day(browser_for: BrowserFor) -> None:
    enter_holidays(
        [Day(date(2026, 3, 9), "Spring", works=False), Day(date(2026, 3, 14), "Moved", works=True)]
    )
    browser = browser_for("seller")

    days = ("2026-03-09", "2026-03-10", "2026-03-14", "2026-03-15")
    off = [day for day in days if "a day off" in browser.get(f"/calendar?on={day}").text]
    assert off == ["2026-03-09", "2026-03-15"]


def test_high_priority_is_told_wherever_an_activity_stands(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    user_id = make.user_of("seller")
    activity_id = plan(owner_id=user_id, priority="high")
    pages = ("/calendar", "/desk/widgets/calendar/my_day", f"/calendar/{activity_id}")
    found = ["high" in browser_for("seller").get(page).text for page in pages]
    service.change_activity(activity_id, {"priority": "normal"})

    assert found == [True, True, True]
    assert ["high" in browser_for("seller").get(page).text for page in pages[:2]] == [False] * 2


def test_address_in_the_details_is_a_link(plan: Plan, browser_for: BrowserFor) -> None:
    activity_id = plan(text="See <b> https://crm.example.com/inquiries/7")

    page = browser_for("head").get(f"/calendar/{activity_id}").text
    assert re.search(r'See &lt;b&gt; <a href="https://crm.example.com/inquiries/7"', page)


def test_day_of_a_colleague_is_for_those_who_see_their_activities(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    other = make.user("seller")
    plan(subject="Somebody else's", owner_id=other)

    asked = f"/calendar?owner_id={other}"
    assert "Somebody else&#39;s" in browser_for("head").get(asked).text
    assert "Somebody else&#39;s" not in browser_for("seller").get(asked).text


@pytest.mark.parametrize("asked", ["0001-01-01", "9999-12-31", "soon", ""])
def test_day_at_the_edge_of_the_calendar_is_shown(
    app: Flask, browser_for: BrowserFor, asked: str
) -> None:
    assert browser_for("seller").get(f"/calendar?on={asked}").status_code == 200


def test_open_deals_without_a_next_step_are_listed_the_furthest_first(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    first, *_between, last = reading().scalars(sa.select(Stage.id).order_by(Stage.percent))
    make.deal(name="Far", stage_id=last)
    make.deal(name="Near", stage_id=first)
    plan(deal_id=make.deal(name="Planned"))
    close_deal(make.deal(name="Won"), "won")

    page = browser_for("head").get("/calendar/next?whose=all").text

    assert re.findall(r'href="/deals/\d+">(\w+)<', page) == ["Far", "Near"]


def test_client_without_a_next_step_is_listed_until_something_is_planned(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    client_id = make.client(name="Boilers Ltd")
    browser = browser_for("head")
    asked = "/calendar/next?of=clients&whose=all"
    assert "Boilers Ltd" in browser.get(asked).text

    activity_id = plan(client_id=client_id)
    assert "Boilers Ltd" not in browser.get(asked).text

    service.finish_activity(activity_id, {})
    assert "Boilers Ltd" in browser.get(asked).text


def test_menu_counts_ones_own_that_are_overdue_or_of_today(
    plan: Plan, make: Make, clock: FrozenClock
) -> None:
    user_id = make.user("seller")
    plan(owner_id=user_id)
    plan(owner_id=user_id, day=date(2026, 2, 20))
    plan(owner_id=user_id, day=date(2026, 3, 3))
    plan(owner_id=make.user("seller"))

    page = browser_of(make.app, user_id).get("/profile").text

    assert re.search(r"My day\s*</span>\s*(?:\{#.*?#\}\s*)?<span[^>]*badge[^>]*>\s*2", page)


def test_desk_shows_what_is_to_be_done_today(plan: Plan, make: Make) -> None:
    user_id = make.user("seller")
    plan(subject="Ask", owner_id=user_id)
    plan(subject="Tomorrow's", owner_id=user_id, day=date(2026, 3, 3))

    widget = browser_of(make.app, user_id).get("/desk/widgets/calendar/my_day").text

    assert "Ask" in widget
    assert "Tomorrow" not in widget


def test_story_of_a_client_tells_what_is_planned_and_what_was_done(
    plan: Plan, make: Make, browser_for: BrowserFor, results: dict[str, int]
) -> None:
    client_id = make.client()
    done = plan(subject="Ask", client_id=client_id)
    service.finish_activity(done, {"result_id": results["Agreed"], "result_text": "on Friday"})
    plan(subject="Tell", client_id=client_id)

    story = browser_for("head").get(f"/records/client/{client_id}/story?source=calendar.activities")

    assert "Call “Ask” — Agreed: on Friday" in story.text
    assert "Planned for Mar 2, 2026: Call “Tell”" in story.text


def test_search_finds_an_activity_by_a_part_of_its_subject(
    plan: Plan, browser_for: BrowserFor
) -> None:
    activity_id = plan(subject="Ask about boilers")

    assert f'href="/calendar/{activity_id}"' in browser_for("head").get("/search?q=boiler").text


def test_name_of_a_client_that_one_does_not_see_is_not_told(plan: Plan, make: Make) -> None:
    user_id = make.user("lawyer")
    activity_id = plan(client_id=make.client(name="Hidden Ltd"), owner_id=user_id)
    browser = browser_of(make.app, user_id)

    for address in (f"/calendar/{activity_id}", "/calendar/activities", "/calendar"):
        assert "Hidden Ltd" not in browser.get(address).text


@pytest.mark.parametrize(
    "address", ["/calendar/activities", "/calendar", "/calendar/next?whose=all&of=clients"]
)
def test_statements_of_a_page_do_not_grow_with_its_rows(
    plan: Plan, make: Make, browser_for: BrowserFor, statements: Statements, address: str
) -> None:
    browser, counts = browser_for("head"), []
    user_id = make.user_of("head")
    for _round in range(2):
        client_id = make.client()
        make.client()
        for _number in range(3):
            plan(client_id=client_id, owner_id=user_id, contact_ids=[make.contact(client_id)])
        browser.get(address)
        with statements() as sent:
            browser.get(address)
        counts.append(len([one for one in sent if "core_revision" not in one]))

    assert counts[0] == counts[1]


def test_suspended_plugin_takes_its_pages_entries_and_panels_with_it(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    client_id = make.client()
    plan(client_id=client_id)
    browser = browser_for("head")

    switches.suspend("calendar")

    assert browser.get("/calendar").status_code == 404
    assert "/calendar" not in browser.get(f"/clients/{client_id}").text
