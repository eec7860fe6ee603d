"""The shell in a real browser, under its own content security policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Dialog, Page, expect

from salesman_core.testing.browser import complaints

expect.set_options(timeout=20_000)  # several browsers may share two cores

pytestmark = pytest.mark.browser

Gallery = tuple[Flask, str]
FreshPage = Callable[..., Page]
FAILED_ON_PURPOSE = re.compile(
    r"the server responded with a status of (400|422|500)|ERR_INTERNET_DISCONNECTED|Failed to fetch"
)


@pytest.fixture
def page(gallery: Gallery, fresh_page: FreshPage) -> Iterator[Page]:
    """A page at the gallery; an error or a warning in its console fails the test."""
    page = fresh_page(base_url=gallery[1], viewport={"width": 1280, "height": 800})
    said = complaints(page)
    yield page
    page.close()
    assert [words for words in said if not FAILED_ON_PURPOSE.search(words)] == []


PAGES = ["/", "/gallery/list", "/gallery/list?q=1", "/gallery/form", "/gallery/card", "/search"]


@pytest.mark.turns(2)
@pytest.mark.parametrize("path", PAGES)
def test_page_fits_and_has_no_barrier_in_either_theme(
    gallery: Gallery, fresh_page: FreshPage, pytestconfig: pytest.Config, path: str
) -> None:
    page = fresh_page(base_url=gallery[1])
    wrong = []
    for width, theme in looks_of(path, pytestconfig):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        page.goto(path, wait_until="networkidle")
        results = Axe().run(page)
        wrong += [results.generate_report()] if results.violations_count else []
        wrong += (
            ["too wide"]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth")
            else []
        )

    assert wrong == []


def looks_of(path: str, config: pytest.Config) -> list[tuple[int, Literal["light", "dark"]]]:
    """Give each theme in one width, for this run and this page."""
    seed = config.getoption("randomly_seed", 0)
    one, other = Random(f"{seed} {path}").sample((1280, 360), 2)
    return [(one, "light"), (other, "dark")]


def test_search_finds_what_was_typed_before_the_page_was_ready(page: Page) -> None:
    page.add_init_script("""
        document.addEventListener("DOMContentLoaded", () => {
            const field = document.getElementById("search");
            field.value = "ветер";
            field.dispatchEvent(new Event("input", { bubbles: true }));
        });
    """)
    page.goto("/")
    expect(page.get_by_role("link", name="Северный ветер")).to_be_visible()


def test_slash_leads_to_the_search_whose_hits_are_walked(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("ветер")
    hit = page.get_by_role("link", name="Северный ветер")
    hit.wait_for()
    page.keyboard.press("ArrowDown")

    expect(hit).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/card")


def test_letters_lead_and_the_list_of_keys_opens(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("l")

    page.wait_for_url("**/gallery/list")


def test_russian_layout_presses_the_same_keys(page: Page) -> None:
    page.goto("/")
    page.dispatch_event("body", "keydown", {"key": "т", "code": "KeyN"})

    expect(page.get_by_role("link", name="Deal", exact=True)).to_be_visible()


def test_letters_are_letters_in_a_field(page: Page) -> None:
    page.goto("/gallery/form")
    page.get_by_label("Name").fill("")
    page.keyboard.type("n?g/l")

    expect(page.get_by_label("Name")).to_have_value("n?g/l")


def test_changed_form_asks_before_it_is_left(page: Page) -> None:
    page.goto("/gallery/form")
    page.get_by_label("Name").fill("Ромашка")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("[data-go=l]").click()

    expect(page.get_by_label("Name")).to_have_value("Ромашка")
    assert asked == ["beforeunload"]


def test_what_was_typed_comes_back_until_it_is_saved(page: Page) -> None:
    page.goto("/gallery/form")
    page.get_by_label("Name").fill("Ромашка")
    page.get_by_role("button", name="Another phone").click()
    phones = page.get_by_label("Phones").get_by_role("textbox")
    phones.nth(0).fill("8 912")
    phones.nth(1).fill("8 913")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()

    expect(page.get_by_label("Name")).to_have_value("Ромашка")
    expect(phones.nth(1)).to_have_value("8 913")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/gallery/card")
    page.goto("/gallery/form")
    expect(page.get_by_label("Name")).to_have_value("")


def test_refused_form_leads_to_its_errors(page: Page) -> None:
    page.goto("/gallery/form")
    page.get_by_label("Note").fill("long thoughts")
    page.evaluate("document.querySelector('form[data-form]').noValidate = true")
    page.get_by_role("button", name="Save").click()
    link = page.get_by_role("alert").get_by_role("link", name="Name")
    link.click()

    expect(page.get_by_label("Name")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Note")).to_have_value("long thoughts")


def test_undo_stands_beside_what_was_done(page: Page) -> None:
    page.goto("/gallery/form")
    page.get_by_label("Name").fill("Ромашка")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Taken back")).to_be_visible()


def test_rows_are_walked_marked_and_opened_by_keys(page: Page) -> None:
    page.goto("/gallery/list")
    bar = page.get_by_role("region", name="Marked rows")
    expect(bar).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press(" ")
    page.keyboard.press("j")
    page.keyboard.press(" ")
    expect(bar).to_contain_text("Marked: 2")
    page.keyboard.press("Enter")

    page.wait_for_url("**/gallery/card")


def test_row_opens_by_a_click_and_shift_marks_a_range(page: Page) -> None:
    page.goto("/gallery/list")
    page.get_by_label("Mark Ромашка, ООО").check()
    page.get_by_label("Mark ИП Кузнецова").click(modifiers=["Shift"])
    page.get_by_role("button", name="Change the owner").click()
    expect(page.get_by_text("marked: 1,2,3,4")).to_be_visible()
    page.get_by_role("row", name="Alfa Trading").get_by_text("Negotiation").click()

    page.wait_for_url("**/gallery/card")


def test_failing_request_says_so_in_the_corner(page: Page) -> None:
    page.goto("/gallery/list")
    page.get_by_role("button", name="Break").click()

    expect(page.locator("#toasts")).to_contain_text("Reference number:")


def test_lost_connection_says_so_in_the_corner(page: Page) -> None:
    page.goto("/gallery/list")
    page.context.set_offline(True)  # playwright's own signature
    page.get_by_role("button", name="Do", exact=True).click()

    expect(page.locator("#toasts")).to_contain_text("What you typed is still here")


def test_proof_that_has_grown_old_is_renewed(page: Page) -> None:
    page.goto("/gallery/list")
    page.context.clear_cookies()
    button = page.get_by_role("button", name="Do", exact=True)
    button.click()
    expect(page.locator("#toasts")).to_contain_text("Send it once more")
    button.click()

    expect(page.locator("#toasts")).to_contain_text("Done without leaving the page")


def test_question_is_asked_in_the_page(page: Page) -> None:
    page.goto("/gallery/list")
    page.get_by_role("button", name="Ask").click()
    question = page.get_by_role("dialog", name="Really?")
    question.get_by_role("button", name="Keep as it is").click()
    expect(page.locator("#toasts")).not_to_contain_text("Done")
    page.get_by_role("button", name="Ask").click()
    question.get_by_role("button", name="Yes, do it").click()

    expect(page.locator("#toasts")).to_contain_text("Done without leaving the page")


def test_dialog_with_typed_words_asks_before_it_closes(page: Page) -> None:
    page.goto("/gallery/list")
    page.get_by_role("button", name="Open").click()
    field = page.get_by_label("Name", exact=True)
    expect(field).to_be_focused()
    field.fill("Ромашка")
    page.keyboard.press("Escape")
    keep = page.get_by_role("button", name="Keep as it is")
    keep.click()
    expect(keep).to_be_hidden()  # a question that fades away takes no key
    expect(field).to_have_value("Ромашка")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Leave").click()

    expect(field).to_be_hidden()


def test_lazy_panel_comes_after_the_page(page: Page) -> None:
    page.goto("/gallery/card")

    expect(page.get_by_text("thing 7, after the page")).to_be_visible()
    titles = page.locator("section[data-owner] .card-title")
    expect(titles).to_have_text(["Quick", "Slow", "Broken"])
    expect(page.get_by_text("This part could not be shown")).to_be_visible()


def test_widget_is_moved_by_keys_and_stays_there(page: Page) -> None:
    page.goto("/")
    titles = page.locator("[data-widget] .card-title")
    expect(titles).to_have_text(["How we are", "Calls of today", "Broken"])
    page.get_by_role("button", name="Move Calls of today").focus()
    with page.expect_response("**/desk/arrangement"):
        page.keyboard.press("Alt+ArrowLeft")
    page.reload()

    expect(titles).to_have_text(["Calls of today", "How we are", "Broken"])


def test_widget_is_dragged_and_stays_there(page: Page) -> None:
    page.goto("/", wait_until="networkidle")
    handle = page.get_by_role("button", name="Move Broken")
    with page.expect_response("**/desk/arrangement"):
        handle.drag_to(page.get_by_role("button", name="Move How we are"))
    page.reload()

    expect(page.locator("[data-widget] .card-title").first).to_have_text("Broken")


def test_chosen_theme_is_there_before_the_first_paint(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Anna Petrova").click()
    with page.expect_response("**/profile/theme"):
        page.get_by_role("button", name="Dark").click()
    page.add_init_script(
        "new PerformanceObserver(() => {"
        " const page = document.documentElement;"
        " page.dataset.paintedAs ??= page.dataset.bsTheme;"
        "}).observe({type: 'paint', buffered: true})"
    )
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-painted-as", "dark")


def test_menu_of_a_phone_opens_from_the_bottom_bar(gallery: Gallery, fresh_page: FreshPage) -> None:
    page = fresh_page(base_url=gallery[1], viewport={"width": 360, "height": 740})
    page.goto("/")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("list", name="Paperwork").get_by_role("link", name="Invoices").click()

    page.wait_for_url("**/gallery/form")
