"""What people do with clients all day, in a real browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from salesman_core.clients.service import change_client
from salesman_core.records.custom.service import define_field
from salesman_core.records.files import attach
from salesman_core.records.notes import write_note
from salesman_core.testing.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def editing(page: Page, field: str) -> None:
    page.get_by_role("button", name=f"Change: {field}", exact=True).click()


def test_client_with_a_contact_takes_one_click_four_fields_one_load(page_for: PageFor) -> None:
    task = page_for("seller")
    task.begin("/clients")
    task.click("a:has-text('New client')")
    task.fill("Name", "Severstal", within="#new-client fieldset >> nth=0")
    task.fill("Phone", "8 800 555 35 35", within="#new-client fieldset >> nth=0")
    task.fill("Full name", "Anna Kern", within="#new-client fieldset >> nth=1")
    task.fill("Phone", "8 912 345 67 89", within="#new-client fieldset >> nth=1")
    task.page.keyboard.press("Enter")
    expect(task.page.locator("h1")).to_contain_text("Severstal")
    expect(task.page.locator("#contacts")).to_contain_text("Anna Kern")
    assert task.cost == (1, 4, 1)
    assert task.problems == []


def test_client_by_a_phone_in_another_notation_takes_one_field_and_one_load(
    make: Make, page_for: PageFor
) -> None:
    make.client(name="Severstal", phones=["+7 (912) 345-67-89"])
    task = page_for("head")
    task.begin("/")
    task.page.keyboard.press("/")
    task.fill("Search everything", "8 912 345 67 89")
    expect(task.page.locator("#search-hits")).to_contain_text("Severstal")
    task.page.keyboard.press("ArrowDown")
    task.page.keyboard.press("Enter")
    expect(task.page.locator("h1")).to_contain_text("Severstal")
    assert task.cost == (0, 1, 1)


def test_name_is_changed_where_it_stands(make: Make, page_for: PageFor) -> None:
    client = make.client(name="Before")
    task = page_for("head")
    task.begin(f"/clients/{client}")
    editing(task.page, "Name")
    expect(task.page.locator("input[name=name]")).to_be_focused()
    task.page.keyboard.type("After")
    task.page.keyboard.press("Enter")
    expect(task.page.locator("h1")).to_have_text("After")
    expect(task.page.get_by_role("button", name="Change: Name")).to_be_focused()
    expect(task.page.locator("#story-entries")).to_contain_text("Before → After")
    assert task.loads == 0


def test_escape_leaves_a_field_as_it_was(make: Make, page_for: PageFor) -> None:
    client = make.client(site="one.example")
    task = page_for("head")
    task.begin(f"/clients/{client}")
    editing(task.page, "Site")
    expect(task.page.locator("input[name=site]")).to_be_focused()
    task.page.keyboard.type("Elsewhere")
    task.page.keyboard.press("Escape")
    expect(task.page.locator("#client-field-site")).to_have_text("one.example")


def test_addresses_are_added_with_what_for_and_taken_away(make: Make, page_for: PageFor) -> None:
    client = make.client(addresses=[{"label": "", "text": "Main street 1"}])
    task = page_for("head")
    task.begin(f"/clients/{client}")
    editing(task.page, "Addresses")
    rows = task.page.locator("#client-field-addresses [data-repeated-row]")
    expect(rows.locator("input[name=addresses]")).to_be_focused()
    task.page.get_by_role("button", name="One more").click()
    expect(rows.nth(1).get_by_label("What for")).to_be_focused()
    task.page.keyboard.type("Delivery")
    task.page.keyboard.press("Tab")
    task.page.keyboard.type("Dock 4")
    task.page.keyboard.press("Enter")
    shown = task.page.locator("#client-field-addresses")
    expect(shown.locator(".text-break")).to_have_text(["Main street 1", "Delivery: Dock 4"])
    expect(task.page.get_by_role("button", name="Change: Addresses")).to_be_focused()
    editing(task.page, "Addresses")
    rows.first.get_by_role("button", name="Remove").click()
    task.page.get_by_role("button", name="Save").click()
    expect(shown).to_have_text("Delivery: Dock 4")
    assert (task.loads, task.problems) == (0, [])


def test_what_a_colleague_changes_is_seen_and_what_one_types_stays(
    make: Make, page_for: PageFor
) -> None:
    client = make.client(name="Before", source="Old fair")
    task = page_for("head")
    task.begin(f"/clients/{client}")
    expect(task.page.locator("#story-entries .story-entry").first).to_be_visible()
    editing(task.page, "Source")
    task.page.locator("input[name=source]").fill("My fair")
    change_client(client, {"name": "By a colleague", "source": "Their fair"})
    expect(task.page.locator("h1")).to_have_text("By a colleague")
    expect(task.page.locator("input[name=source]")).to_have_value("My fair")
    task.page.locator("input[name=source]").press("Enter")
    expect(task.page.locator("#client-field-source")).to_contain_text("Their fair")
    task.page.locator("input[name=source]").press("Enter")
    expect(task.page.locator("#client-field-source")).to_have_text("My fair")


def test_contact_is_added_beside_the_others(make: Make, page_for: PageFor) -> None:
    client = make.client()
    make.contact(client, name="Anna")
    task = page_for("head")
    task.begin(f"/clients/{client}")
    task.page.locator("#contacts .card-actions button").click()
    expect(task.page.locator("#new-contact input[name=name]")).to_be_focused()
    task.page.keyboard.type("Boris")
    task.page.keyboard.press("Enter")
    expect(task.page.locator("#contacts li")).to_have_count(2)
    assert task.loads == 0


def test_deleted_contact_comes_back_by_undo(make: Make, page_for: PageFor) -> None:
    client = make.client()
    make.contact(client, name="Anna")
    task = page_for("head")
    task.begin(f"/clients/{client}")
    task.page.get_by_role("button", name="Put Anna into the bin").click()
    expect(task.page.locator("#contacts")).to_contain_text("Nobody yet")
    task.page.get_by_role("button", name="Undo").click()
    expect(task.page.locator("#contacts")).to_contain_text("Anna")


def test_rung_is_set_in_one_window_and_shown_at_once(make: Make, page_for: PageFor) -> None:
    client = make.client()
    task = page_for("head")
    task.begin(f"/clients/{client}")
    editing(task.page, "Relationship")
    task.page.get_by_label("Regular").check()
    task.page.get_by_label("Reason").fill("bought for years")
    task.page.keyboard.press("Enter")
    expect(task.page.locator("#dialog")).to_be_hidden()
    expect(task.page.locator("#client-head")).to_contain_text("bought for years")
    expect(task.page.locator("#story-entries")).to_contain_text("bought for years")


def test_note_is_written_changed_deleted_and_taken_back(make: Make, page_for: PageFor) -> None:
    client = make.client()
    task = page_for("seller")
    with make.acting(make.user_of("seller")):
        client = make.client()
    task.begin(f"/clients/{client}")
    story = task.page.locator("#story-entries")
    task.page.get_by_label("New note").fill("Called")
    task.page.keyboard.press("Control+Enter")
    expect(story).to_contain_text("Called")
    expect(task.page.get_by_label("New note")).to_have_value("")
    task.page.get_by_role("button", name="Change this note").click()
    expect(task.page.locator("#story-entries textarea")).to_be_focused()
    task.page.keyboard.type(", they think it over")
    task.page.keyboard.press("Control+Enter")
    expect(story).to_contain_text("Called, they think it over")
    task.page.get_by_role("button", name="Put this note into the bin").click()
    expect(story).not_to_contain_text("Called")
    task.page.get_by_role("button", name="Undo").click()
    expect(story).to_contain_text("Called, they think it over")
    assert task.problems == []


def test_story_loads_on_as_one_scrolls(make: Make, page_for: PageFor) -> None:
    client = make.client()
    for number in range(45):
        write_note("client", client, f"Note {number}")
    task = page_for("head")
    task.begin(f"/clients/{client}")
    entries = task.page.locator("#story-entries .story-entry")
    expect(entries).to_have_count(20)
    task.page.get_by_role("button", name="Show what was before").scroll_into_view_if_needed()
    expect(entries).to_have_count(40)
    task.page.get_by_role("button", name="Show what was before").scroll_into_view_if_needed()
    expect(entries).to_have_count(46)


def test_file_is_attached_and_handed_out_to_be_saved(make: Make, page_for: PageFor) -> None:
    client = make.client()
    task = page_for("head")
    task.begin(f"/clients/{client}")
    expect(task.page.locator("#story-entries")).to_contain_text("created")
    upload = {"name": "offer.html", "mimeType": "text/html", "buffer": b"<h1>hi</h1>"}
    task.page.set_input_files("#field-file", upload)
    link = task.page.locator("#files").get_by_role("link", name="offer.html", exact=True)
    with task.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "offer.html"
    expect(task.page.locator("#story-entries")).to_contain_text("offer.html")


def test_picture_and_pdf_are_looked_at_where_one_is(make: Make, page_for: PageFor) -> None:
    client = make.client()
    picture, pdf = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (2400, 1200), "teal").save(picture, "PNG")
    Image.new("RGB", (200, 300), "white").save(pdf, "PDF")
    attach("client", client, "photo.png", io.BytesIO(picture.getvalue()))
    attach("client", client, "offer.pdf", io.BytesIO(pdf.getvalue()))
    task = page_for("head")
    task.begin(f"/clients/{client}")
    files = task.page.locator("#files")
    files.scroll_into_view_if_needed()
    small = files.locator(".file-preview img")
    expect(small).to_have_js_property("naturalWidth", 160)
    files.get_by_role("link", name="photo.png", exact=True).click()
    large = task.page.locator("#dialog").get_by_role("img", name="photo.png")
    expect(large).to_have_js_property("naturalWidth", 1600)
    task.page.keyboard.press("Escape")
    with task.page.expect_response("**/shown/offer.pdf") as shown:
        files.get_by_role("link", name="offer.pdf", exact=True).click()
    expect(task.page.locator("#dialog iframe")).to_have_attribute("title", "offer.pdf")
    assert shown.value.ok
    assert (task.loads, task.problems) == (0, [])


def test_exact_twin_is_shown_while_one_types(make: Make, page_for: PageFor) -> None:
    make.client(name="Severstal", phones=["+7 912 345-67-89"])
    task = page_for("head")
    task.begin("/clients/new")
    task.page.locator("#field-phones").fill("8(912)3456789")
    expect(task.page.locator("#similar-clients")).to_contain_text("Severstal")
    task.page.locator("#field-phones").fill("8(912)3456780")
    expect(task.page.locator("#similar-clients")).to_be_empty()


def test_similar_clients_are_asked_for_anew_by_every_field_of_the_form(page_for: PageFor) -> None:
    define_field("client", {"type": "text", "key": "tax", "label": "Tax number", "required": True})
    task = page_for("head")
    task.begin("/clients/new")
    with task.page.expect_request("**/clients/similar") as asked:
        task.page.get_by_label("Tax number").fill("7701")
    assert asked.value.method == "POST"  # what people are called and their phones stand in no log
    assert "custom.tax=7701" in (asked.value.post_data or "")
    assert task.problems == []


def test_refused_form_in_the_dialog_keeps_what_was_typed(page_for: PageFor) -> None:
    task = page_for("seller")
    task.begin("/clients")
    task.click("a:has-text('New client')")
    task.page.locator("#field-name").fill("Severstal")
    task.page.locator("#field-contact_phones").fill("8 800 555 35 35")
    task.page.keyboard.press("Enter")
    expect(task.page.locator("[data-form-errors]")).to_contain_text("Contact: name")
    expect(task.page.locator("#field-name")).to_have_value("Severstal")
    expect(task.page.locator("#dialog")).to_be_visible()


def test_button_pressed_twice_makes_one_client(make: Make, page_for: PageFor) -> None:
    make.client(name="Another")
    task = page_for("head")
    task.begin("/clients/new")
    task.page.get_by_label("Name", exact=True).fill("Severstal")
    task.page.locator("main").get_by_role("button", name="Make the client").dblclick()
    expect(task.page.locator("h1")).to_contain_text("Severstal")
    task.page.goto("/clients")
    expect(task.page.locator("[data-row-link]")).to_have_text(["Another", "Severstal"])


def test_button_pressed_twice_writes_one_note(make: Make, page_for: PageFor) -> None:
    client = make.client(name="Severstal")
    task = page_for("head")
    task.begin(f"/clients/{client}")
    task.page.get_by_label("New note").fill("Said once")
    task.page.get_by_role("button", name="Add note").dblclick()
    expect(task.page.locator("#story-entries")).to_contain_text("Said once")
    task.page.reload()
    expect(task.page.locator("#story-entries").get_by_text("Said once")).to_have_count(1)


def test_row_is_opened_by_a_click_anywhere_in_it(make: Make, page_for: PageFor) -> None:
    client = make.client(name="Severstal", tags=[])
    task = page_for("head")
    task.begin("/clients")
    task.page.locator("main tbody td").nth(1).click()
    task.page.wait_for_url(f"**/clients/{client}")
