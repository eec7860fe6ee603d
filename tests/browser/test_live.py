"""What others change is seen in every tab, and takes nothing from under one's hand."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from salesman_core.clients.service import change_client
from salesman_core.records import files
from salesman_core.testing.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]

SCRIPT = "**/salesman-*.js"
OFFER = {"name": "offer.txt", "mimeType": "text/plain", "buffer": b"offer"}


def attach(client: int, name: str) -> None:
    files.attach("client", client, name, io.BytesIO(b"offer"))


@contextmanager
def drawn_but_not_alive(page: Page, path: str) -> Iterator[None]:
    """Open a page whose script arrives only at the end of the block."""
    held: list[Route] = []
    over = False

    def hold(route: Route) -> None:
        """Keep a request; one that the browser makes only later is let through."""
        if over:
            route.continue_()
        else:
            held.append(route)

    page.route(SCRIPT, hold)
    page.goto(path, wait_until="commit")
    page.locator("h1").wait_for()
    yield
    over = True
    for route in held:
        route.continue_()


def fetched(page: Page, end: str) -> list[str]:
    """Give a list that grows with what the page fetches from addresses with this end."""
    found: list[str] = []
    page.on("request", lambda one: found.append(one.method) if one.url.endswith(end) else None)
    return found


def test_tab_that_opens_beside_others_misses_nothing(make: Make, page_for: PageFor) -> None:
    client = make.client(name="Before")
    first: Page = page_for("head").page
    first.goto(f"/clients/{client}")
    second = first.context.new_page()
    with drawn_but_not_alive(second, f"/clients/{client}"):
        change_client(client, {"name": "After"})
        expect(first.locator("h1")).to_have_text("After")
        expect(second.locator("h1")).to_have_text("Before")
    expect(second.locator("h1")).to_have_text("After")


def test_tab_whose_htmx_begins_late_misses_nothing(make: Make, page_for: PageFor) -> None:
    client = make.client(name="Before")
    first: Page = page_for("head").page
    first.goto(f"/clients/{client}")
    second = first.context.new_page()
    second.add_init_script(
        "const later = setTimeout;"
        " setTimeout = (call, ms, ...rest) => later(call, ms || 700, ...rest)"
    )
    with drawn_but_not_alive(second, f"/clients/{client}"):
        change_client(client, {"name": "After"})
        expect(first.locator("h1")).to_have_text("After")
    expect(second.locator("h1")).to_have_text("After")


def test_tab_that_is_older_than_the_stream_misses_nothing(make: Make, page_for: PageFor) -> None:
    client = make.client(name="Before", source="nowhere")
    first: Page = page_for("head").page
    second = first.context.new_page()
    with drawn_but_not_alive(second, f"/clients/{client}"):
        change_client(client, {"name": "After"})
        first.goto(f"/clients/{client}")
        change_client(client, {"source": "a fair"})
        expect(first.locator("#client-details")).to_contain_text("a fair")
        expect(second.locator("h1")).to_have_text("Before")
    expect(second.locator("h1")).to_have_text("After")


def test_own_change_is_fetched_once_by_each_part_that_does_not_show_it_yet(
    make: Make, page_for: PageFor
) -> None:
    client = make.client()
    page: Page = page_for("head").page
    page.goto(f"/clients/{client}")
    change_client(client, {"name": "The stream is open"})
    expect(page.locator("h1")).to_have_text("The stream is open")
    panel, parts = fetched(page, f"/client/{client}/files"), fetched(page, f"/{client}/parts")
    page.set_input_files("#field-file", OFFER)
    expect(page.locator("#story-entries")).to_contain_text("offer.txt")
    change_client(client, {"name": "The stream has come further"})
    expect(page.locator("h1")).to_have_text("The stream has come further")
    assert panel == ["POST", "GET"]
    assert parts == ["GET", "GET"]


def test_what_is_pressed_stays_until_it_is_let_go(make: Make, page_for: PageFor) -> None:
    client = make.client()
    attach(client, "mine.txt")
    page: Page = page_for("head").page
    page.goto(f"/clients/{client}")
    mine = page.locator("#files").get_by_role("link", name="mine.txt", exact=True)
    mine.hover()
    page.mouse.down()
    with page.expect_response(f"**/client/{client}/files"):
        attach(client, "theirs.txt")
    expect(page.locator("#story-entries")).not_to_contain_text("theirs.txt")
    expect(page.locator("#files")).not_to_contain_text("theirs.txt")
    with page.expect_download() as download:
        page.mouse.up()
    assert download.value.suggested_filename == "mine.txt"
    expect(page.locator("#files")).to_contain_text("theirs.txt")


def test_notice_of_a_change_comes_even_where_its_place_was_drawn_anew(
    make: Make, page_for: PageFor
) -> None:
    with make.acting(make.user_of("head")):
        client = make.client()
        attach(client, "mine.txt")
    page: Page = page_for("head").page
    page.goto(f"/clients/{client}")

    def after_an_update(route: Route) -> None:
        page.evaluate(
            "document.querySelector('#files li').replaceWith(document.createElement('li'))"
        )
        route.continue_()

    page.route("**/files/*/delete", after_an_update)
    page.get_by_role("button", name="Put mine.txt into the bin").click()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#files")).to_contain_text("mine.txt")
