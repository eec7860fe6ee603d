"""Requisites typed into the form of a new client and edited on the card, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from salesman_core.testing.people import Make

SignedInPage = Callable[..., Page]


@pytest.mark.databases("sqlite")
def test_slip_in_a_number_is_told_at_its_field_and_nothing_typed_is_lost(
    signed_in_page: SignedInPage,
) -> None:
    page = signed_in_page("head")
    page.goto("/clients/new")
    page.get_by_label("Name", exact=True).fill("Sber")
    page.locator("summary", has_text="Requisites").click()
    page.get_by_label("INN", exact=True).fill("77 07 083894")
    page.get_by_label("KPP", exact=True).fill("773601001")

    page.get_by_role("button", name="Make the client").click()

    inn = page.get_by_label("INN", exact=True)
    expect(inn).to_have_attribute("aria-invalid", "true")
    expect(inn).to_have_value("77 07 083894")
    expect(page.get_by_label("KPP", exact=True)).to_have_value("773601001")
    inn.fill("77 07 083893")
    page.get_by_role("button", name="Make the client").click()
    page.wait_for_url(re.compile(r"/clients/\d+$"))
    expect(page.locator("#client-details")).to_contain_text("7707083893")


@pytest.mark.databases("sqlite")
def test_field_is_edited_where_it_stands_by_keys_alone(
    make: Make, signed_in_page: SignedInPage
) -> None:
    client_id = make.client(name="Sber")
    page = signed_in_page("head", viewport={"width": 390, "height": 800})
    page.goto(f"/clients/{client_id}")
    page.locator("summary", has_text="Requisites").click()

    page.get_by_role("button", name="Change: BIK or BIC").press("Enter")
    page.get_by_role("textbox", name="BIK or BIC").fill("04452522")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("textbox", name="BIK or BIC").fill("044525225")
    page.keyboard.press("Enter")

    expect(page.locator("#client-field-extensions-requisites-bic")).to_contain_text("044525225")
    expect(page.locator("#client-details details")).to_have_attribute("open", "")
