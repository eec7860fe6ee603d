"""What a telemarketer does all day with a headset on, in a real browser, by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect
from salesman_catalogue import choosing, service

from salesman_core.clients.models import ClientPhone
from salesman_core.testing.people import Make
from salesman_core.toolkit import Client, Contact, Deal, reading

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def test_inquiry_from_an_unknown_number_becomes_a_deal_by_the_keyboard_alone(
    page_for: PageFor,
) -> None:
    task = page_for("telemarketer")
    task.begin("/")
    press, write = task.page.keyboard.press, task.page.keyboard.type
    press("i")
    expect(task.page.locator("#field-q")).to_be_focused()
    write("8 916 123-45-67")
    expect(task.page.locator("#found")).to_contain_text("No client that you see has this number")
    press("Enter")
    expect(task.page.get_by_label("Name", exact=True)).to_be_focused()
    write("Clara")
    press("Enter")
    write("Boilers Ltd")
    task.page.locator("#field-subject").focus()
    write("Three boilers")
    press("Enter")
    write("Boiler")
    press("Enter")
    write("3")
    press("Enter")
    write("1200")
    press("Alt+1")
    expect(task.page.get_by_label("1 Interest")).to_be_checked()
    task.page.get_by_label("Only the inquiry").focus()
    for _step in range(3):
        press("ArrowRight")
    expect(task.page.locator("#field-deal_name")).to_be_visible()
    press("Control+Enter")
    expect(task.page.locator("h1")).to_contain_text("Three boilers")
    made = sa.select(Client.name, Deal.amount).join(Deal, Deal.client_id == Client.id)
    assert reading().execute(made).all() == [("Boilers Ltd", 3600)]
    assert reading().scalars(sa.select(Contact.name)).all() == ["Clara"]
    assert (task.cost[0], task.problems) == (0, [])


def test_product_of_the_catalogue_brings_its_price_along(page_for: PageFor) -> None:
    level_id = choosing.levels(reading())[0].id
    prices = [{"level_id": level_id, "price": Decimal(1200)}]
    service.create_product({"name": "Boiler, large", "article": "B-7", "prices": prices})
    task = page_for("telemarketer")
    task.begin("/inquiries/new")
    product = task.page.get_by_label("Product", exact=True)

    product.press_sequentially("b-7")
    offered = task.page.locator("#suggested option")
    expect(offered).to_have_attribute("value", "Boiler, large")
    product.fill("Boiler, large")  # as the browser does when somebody chooses it

    expect(task.page.get_by_label("Price, RUB")).to_have_value("1200")
    task.page.get_by_role("button", name="Another product").click()
    expect(task.page.get_by_label("Price, RUB").last).to_have_value("")
    assert task.problems == []


def test_known_caller_is_chosen_by_arrow_and_enter_and_nothing_typed_is_lost(
    make: Make, page_for: PageFor
) -> None:
    owner_id = make.user_of("telemarketer")
    client = make.client(name="Boilers Ltd", owner_id=owner_id)
    make.contact(client, name="Anna", phones=["+7 916 123-45-67"])
    make.deal(name="Old boilers", client_id=client, owner_id=owner_id)
    task = page_for("telemarketer")
    task.begin("/inquiries/new")
    page, press = task.page, task.page.keyboard.press
    page.get_by_label("Subject", exact=True).fill("Where is the invoice")
    page.locator("#field-q").focus()
    page.keyboard.type("916 123-45-67")
    expect(page.locator("#found")).to_contain_text("Anna, Boilers Ltd")
    press("ArrowDown")
    press("Enter")
    expect(page.locator("#chosen-client")).to_contain_text("Boilers Ltd")
    expect(page.locator("#who")).to_contain_text("Old boilers")
    expect(page.get_by_label("Anna", exact=True)).to_be_checked()
    expect(page.get_by_label("Subject", exact=True)).to_be_focused()
    expect(page.get_by_label("Subject", exact=True)).to_have_value("Where is the invoice")
    page.locator("[data-somebody-else]").focus()
    press("Enter")
    expect(page.locator("#field-q")).to_have_value("916 123-45-67")
    assert task.problems == []


def test_enter_takes_nothing_of_an_older_search(make: Make, page_for: PageFor) -> None:
    owner_id = make.user_of("telemarketer")
    for client, contact in (("Boilers Ltd", "Annabel"), ("Pipes Ltd", "Annamaria")):
        make.contact(make.client(name=client, owner_id=owner_id), name=contact)
    task = page_for("telemarketer")
    task.begin("/inquiries/new")
    page, press = task.page, task.page.keyboard.press
    page.locator("#field-q").focus()
    page.keyboard.type("Annabel")
    expect(page.locator("#found")).to_contain_text("Boilers Ltd")
    for _letter in "bel":
        press("Backspace")
    page.keyboard.type("maria")
    press("Enter")
    expect(page.locator("#chosen-client")).to_contain_text("Pipes Ltd")
    assert task.problems == []


def test_answer_leaves_the_focus_to_whoever_types_elsewhere_by_then(
    make: Make, page_for: PageFor
) -> None:
    make.client(name="Boilers Ltd", owner_id=make.user_of("telemarketer"))
    task = page_for("telemarketer")
    task.begin("/inquiries/new")
    page = task.page
    page.locator("#field-q").focus()
    page.keyboard.type("Boilers")
    page.locator("#search").focus()
    expect(page.locator("#found")).to_contain_text("Boilers Ltd")
    page.keyboard.type("Pipes")
    expect(page.locator("#search")).to_have_value("Pipes")
    expect(page.locator("#search")).to_be_focused()
    assert task.problems == []


def test_number_that_nobody_has_is_kept_once_the_client_is_found_by_its_name(
    make: Make, page_for: PageFor
) -> None:
    client = make.client(name="Boilers Ltd", owner_id=make.user_of("telemarketer"))
    task = page_for("telemarketer")
    task.begin("/inquiries/new")
    page = task.page
    page.locator("#field-q").fill("8 916 123-45-67")
    expect(page.locator("#found")).to_contain_text("No client that you see has this number")
    page.locator("#field-q").fill("Boilers")
    expect(page.locator("[name=phones]").first).to_have_value("8 916 123-45-67")
    page.get_by_role("option", name="Boilers Ltd").click()
    expect(page.locator("#chosen-client")).to_contain_text("Boilers Ltd")
    expect(page.locator("#who [name=phones]").first).to_have_value("8 916 123-45-67")
    page.get_by_label("A deal").check(force=True)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/deals/*")
    phones = sa.select(ClientPhone.client_id, ClientPhone.normalised)
    assert reading().execute(phones).all() == [(client, "+79161234567")]
    assert task.problems == []
