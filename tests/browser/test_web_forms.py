"""A form of ours on the page of another site, and what happens here when somebody sends it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect
from salesman_leads.forms import queries, service
from salesman_leads.intake import create_lead
from salesman_leads.junk.service import change_rules
from salesman_leads.models import Lead
from salesman_leads.testing import FORM, asked

from salesman_core.testing.browser import complaints
from salesman_core.toolkit import AnyRow, reading

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]
SignedIn = Callable[..., Page]


class Site:
    """The site of somebody else: one page, under another origin than ours.

    :ivar body: what stands in its page.
    """

    def __init__(self) -> None:
        """Listen on a port of its own."""
        self.body = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Give the page, whatever is asked for."""
                head = '<!doctype html><html lang="en"><link rel="icon" href="data:,">'
                body = f"<title>Shop</title><main><h1>Shop</h1>{site.body}</main>"
                page = f"{head}{body}".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def built(**values: Any) -> AnyRow:
    change_rules({"least_seconds": 0})
    return queries.one_form(reading(), service.create_form({**FORM, **values}))


def leads() -> list[Lead]:
    """Give what the server has taken in meanwhile."""
    reading().rollback()
    return list(reading().scalars(sa.select(Lead)))


def script_of(form: AnyRow, address: str) -> str:
    return f'<script src="{address}/leads/f/{form.key}.js" async></script>'


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def test_answer_from_a_frame_on_another_site_is_seen_at_once_on_the_list(
    site: Site, live_server: str, page_for: PageFor, signed_in_page: SignedIn
) -> None:
    form = built(sites=[site.origin])
    site.body = script_of(form, live_server)
    coordinator = page_for("telemarketer")
    coordinator.begin("/leads")
    expect(coordinator.page.locator("main")).to_contain_text("No leads yet")
    stranger = signed_in_page(None, own_window=True)
    said = complaints(stranger)
    stranger.goto(f"{site.origin}/contact?utm_source=ads")
    frame = frame_of(stranger)
    frame.get_by_label("Your name").fill("Anna Kern")
    frame.get_by_label("Phone").fill("8 912 345 67 89")
    frame.get_by_role("button", name="Send").click()
    expect(frame.locator("h1")).to_have_text("Thank you!")
    expect(coordinator.page.locator("#list")).to_contain_text("Anna Kern")
    expect(coordinator.page.locator("#list-totals")).to_contain_text("1 lead")
    badge = coordinator.page.locator(".side-menu-entry", has_text="Leads").locator("[data-number]")
    expect(badge).to_have_text("1")
    assert coordinator.loads == 0
    assert (coordinator.problems, said) == ([], [])
    (lead,) = leads()
    assert (lead.utm_source, lead.suspicion) == ("ads", "")
    assert lead.page == f"{site.origin}/contact?utm_source=ads"


def test_frame_is_as_high_as_the_form_in_it(
    site: Site, live_server: str, signed_in_page: SignedIn
) -> None:
    form = built(sites=[site.origin], fields=[asked("phone", required=True)])
    site.body = script_of(form, live_server)
    page = signed_in_page(None, own_window=True)
    page.goto(site.origin)
    frame = page.locator("iframe")
    expect(frame_of(page).get_by_label("Phone")).to_be_visible()
    page.wait_for_function("document.querySelector('iframe').style.height !== '640px'")
    high = frame.evaluate("frame => frame.getBoundingClientRect().height")
    inside = frame_of(page).locator("main").evaluate("main => main.getBoundingClientRect().height")
    assert inside <= high < inside + 2


def test_page_of_thanks_takes_the_place_of_the_page_around_the_frame(
    site: Site, live_server: str, signed_in_page: SignedIn
) -> None:
    form = built(sites=[site.origin], thanks_url=f"{site.origin}/thanks")
    site.body = script_of(form, live_server)
    page = signed_in_page(None, own_window=True)
    page.goto(site.origin)
    frame_of(page).get_by_label("Your name").fill("Anna Kern")
    frame_of(page).get_by_role("button", name="Send").click()
    page.wait_for_url(f"{site.origin}/thanks")


def test_plain_frame_takes_an_answer_and_thanks_for_it(
    site: Site, page_for: PageFor, signed_in_page: SignedIn
) -> None:
    form = built(sites=[site.origin], thanks_url=f"{site.origin}/thanks")
    builder = page_for("marketer")
    builder.begin(f"/leads/forms/{form.id}")
    site.body = builder.page.locator("#embed-frame").input_value()
    page = signed_in_page(None, own_window=True)
    said = complaints(page)
    page.goto(f"{site.origin}/contact")
    frame_of(page).get_by_label("Your name").fill("Anna Kern")
    frame_of(page).get_by_role("button", name="Send").click()
    expect(frame_of(page).get_by_role("status")).to_contain_text("Thank you!")
    assert page.url == f"{site.origin}/contact"  # only a script may go on by itself
    frame_of(page).get_by_role("link", name="Go on").click()
    page.wait_for_url(f"{site.origin}/thanks")
    assert said == []
    (lead,) = leads()
    assert (lead.name, lead.page, lead.suspicion) == ("Anna Kern", f"{site.origin}/", "")


def test_site_that_is_not_allowed_shows_no_form(
    site: Site, live_server: str, signed_in_page: SignedIn
) -> None:
    form = built(sites=["https://shop.example"])
    site.body = script_of(form, live_server)
    page = signed_in_page(None, own_window=True)
    said = complaints(page)
    page.goto(site.origin)
    expect(page.locator("iframe")).to_be_visible()
    page.wait_for_timeout(1000)
    assert frame_of(page).locator("form").count() == 0
    assert any("frame-ancestors" in one for one in said)


def test_script_of_another_site_may_send_only_where_it_is_allowed(
    site: Site, live_server: str, signed_in_page: SignedIn
) -> None:
    allowed, closed = built(sites=[site.origin]), built()
    page = signed_in_page(None, own_window=True)
    page.goto(site.origin)
    send = """async (address) => {
      const sent = { method: "POST", body: JSON.stringify({ name: "Anna" }),
                     headers: { "Content-Type": "application/json" } };
      try { return (await fetch(address, sent)).status } catch { return "refused" }
    }"""
    answers = [page.evaluate(send, f"{live_server}/leads/f/{one.key}") for one in (allowed, closed)]
    assert answers == [201, "refused"]
    assert len(leads()) == 1


def test_form_works_without_a_script(live_server: str, signed_in_page: SignedIn) -> None:
    form = built(language="ru", consent="Согласен.")
    page = signed_in_page(None, own_window=True, java_script_enabled=False)
    page.goto(f"/leads/f/{form.key}")
    page.get_by_label("Ваше имя").fill("Анна Керн")
    page.locator("[name=email]").fill("anna@nowhere")
    page.get_by_label("Согласен.").check()
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("alert")).to_contain_text("Это не похоже на адрес почты")
    expect(page.get_by_label("Ваше имя")).to_have_value("Анна Керн")
    page.locator("[name=email]").fill("anna@example.com")
    page.get_by_role("button", name="Отправить").click()
    expect(page.locator("h1")).to_have_text("Спасибо!")


@pytest.mark.turns(2)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_form_is_fit_for_everybody(
    live_server: str, signed_in_page: SignedIn, language: str, theme: Any
) -> None:
    fields = [
        *FORM["fields"],
        asked("products", options=["Boilers", "Pumps"]),
        asked("region", options=["North"], required=True),
    ]
    form = built(language=language, fields=fields, consent="I agree to all of it.\nReally.")
    page = signed_in_page(None, viewport={"width": 360, "height": 800}, color_scheme=theme)
    said = complaints(page)
    page.goto(f"/leads/f/{form.key}")
    page.locator("form").evaluate("form => { form.noValidate = true }")
    empty = Axe().run(page)
    page.locator("main button").click()
    expect(page.locator("#leads-errors")).to_be_focused()
    refused = Axe().run(page)
    assert [one.generate_report() for one in (empty, refused) if one.violations_count] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.lang") == language
    assert [one for one in said if "422" not in one] == []


def test_preview_follows_what_is_built(page_for: PageFor) -> None:
    task = page_for("marketer")
    task.begin("/leads/forms/new")
    preview = task.page.locator("#form-preview")
    expect(preview).to_contain_text("Your name")
    task.page.get_by_label("Label: Name", exact=True).fill("Who are you?")
    expect(preview).to_contain_text("Who are you?")
    task.page.get_by_label("Products", exact=True).check()
    expect(preview).to_contain_text("What are you interested in?")
    expect(preview.locator("label").first).to_contain_text("Who are you?")
    for _place in ("behind the company", "behind the phone"):
        task.page.get_by_role("button", name="Name: further down").click()
    expect(preview.locator("label").first).to_contain_text("Phone")
    assert task.problems == []


def test_marked_rows_stay_until_they_are_let_go(page_for: PageFor) -> None:
    create_lead({"name": "Anna Kern"})
    task = page_for("head")
    task.begin("/leads")
    task.page.get_by_label("Mark Anna Kern").check()
    create_lead({"name": "Boris"})
    badge = task.page.locator(".side-menu-entry", has_text="Leads").locator("[data-number]")
    expect(badge).to_have_text("2")
    expect(task.page.get_by_label("Mark Anna Kern")).to_be_checked()
    expect(task.page.locator("#list")).not_to_contain_text("Boris")
    task.page.get_by_label("Mark Anna Kern").uncheck()
    expect(task.page.locator("#list")).to_contain_text("Boris")
