"""Two people with one record open, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from salesman_core.clients.card import contact_shown
from salesman_core.db import reading
from salesman_core.testing.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def contact_row(contact_id: int) -> Any:
    reading().rollback()
    return contact_shown(contact_id).row


def opened_contact(page_for: PageFor, client: int, role: str = "head") -> Page:
    """The form of the one contact, as somebody has just opened it on the card of the client."""
    task = page_for(role)
    task.begin(f"/clients/{client}")
    task.page.locator("#contacts").get_by_role("button", name="Change: Anna").click()
    expect(task.page.locator("#contacts input[name=name]")).to_be_focused()
    page: Page = task.page
    return page


def save(page: Page) -> None:
    page.locator("#contacts form").get_by_role("button", name="Save", exact=True).click()


@pytest.mark.parametrize(("chosen", "stands"), [("Theirs", "Director"), ("Yours", "Head buyer")])
def test_second_who_saves_a_form_chooses_where_both_changed_a_field(
    chosen: str, stands: str, make: Make, page_for: PageFor
) -> None:
    client = make.client()
    contact = make.contact(client, name="Anna", position="Buyer")
    first = opened_contact(page_for, client)
    second = opened_contact(page_for, client, "administrator")
    first.get_by_label("Position", exact=True).fill("Director")
    save(first)
    expect(first.locator("#contacts li")).to_contain_text("Director")
    second.get_by_label("Position", exact=True).fill("Head buyer")
    save(second)
    choice = second.get_by_role("group", name="Position")
    expect(choice).to_contain_text("Before: Buyer")
    expect(choice.get_by_label("Theirs: Director")).to_be_visible()
    found = Axe().run(second)
    assert found.violations_count == 0, found.generate_report()
    save(second)  # without a choice the browser asks for one
    expect(choice).to_be_visible()
    assert contact_row(contact).position == "Director"
    choice.get_by_label(chosen).check()
    save(second)
    expect(choice).to_have_count(0)
    expect(second.locator("#contacts li")).to_contain_text(stands)
    assert contact_row(contact).position == stands


def test_two_who_change_different_fields_of_a_form_both_have_theirs(
    make: Make, page_for: PageFor
) -> None:
    client = make.client()
    contact = make.contact(client, name="Anna", position="Buyer")
    first, second = opened_contact(page_for, client), opened_contact(page_for, client)
    first.get_by_label("Full name", exact=True).fill("Anna Kern")
    save(first)
    expect(first.locator("#contacts li")).to_contain_text("Anna Kern")
    second.get_by_label("Position", exact=True).fill("Director")
    save(second)
    expect(second.locator("#contacts li")).to_contain_text("Director")
    row = contact_row(contact)
    assert (row.name, row.position) == ("Anna Kern", "Director")


def opened_field(page_for: PageFor, deal: int, field: str) -> Page:
    task = page_for("head")
    task.begin(f"/deals/{deal}")
    task.page.get_by_role("button", name=f"Change: {field}", exact=True).first.click()
    page: Page = task.page
    return page


def test_second_who_saves_a_field_where_it_stands_sees_both_values(
    make: Make, page_for: PageFor
) -> None:
    deal = make.deal(name="Boilers", amount=Decimal(100))
    first, second = opened_field(page_for, deal, "Name"), opened_field(page_for, deal, "Name")
    second.locator("#deal-field-name input[name=value]").fill("Three boilers")
    first.locator("#deal-field-name input[name=value]").fill("Two boilers")
    first.keyboard.press("Enter")
    expect(first.locator("h1")).to_contain_text("Two boilers")
    second.locator("#deal-field-name input[name=value]").press("Enter")
    told = second.locator("#deal-wrong-name")
    expect(told).to_contain_text("“Two boilers”")
    expect(told).to_contain_text("before, it was “Boilers”")
    second.locator("#deal-field-name input[name=value]").press("Enter")
    expect(second.locator("h1")).to_contain_text("Three boilers")


def test_two_who_change_different_fields_where_they_stand_are_not_asked(
    make: Make, page_for: PageFor
) -> None:
    deal = make.deal(name="Boilers", amount=Decimal(100))
    first, second = opened_field(page_for, deal, "Name"), opened_field(page_for, deal, "Amount")
    first.locator("#deal-field-name input[name=value]").fill("Two boilers")
    first.keyboard.press("Enter")
    expect(second.locator("h1")).to_contain_text("Two boilers")
    second.locator("#deal-field-amount input[name=value]").fill("222")
    second.locator("#deal-field-amount input[name=value]").press("Enter")
    expect(second.locator("#deal-field-amount")).to_contain_text("222")
    expect(second.locator("#deal-wrong-amount")).to_have_count(0)
