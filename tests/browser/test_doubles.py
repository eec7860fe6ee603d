"""Clients that are there twice: shown while one types, merged, and taken apart again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from salesman_core.testing.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def test_double_is_shown_while_one_types_and_opened_instead(make: Make, page_for: PageFor) -> None:
    client = make.client(name="ООО «Северсталь»")
    task = page_for("head")
    task.begin("/clients")
    task.click("a:has-text('New client')")
    task.fill("Name", "Severstal", within="#new-client fieldset >> nth=0")
    expect(task.page.locator("#similar-clients")).to_contain_text("a similar name")
    task.click("#similar-clients a")
    expect(task.page.locator("h1")).to_contain_text("ООО «Северсталь»")
    assert task.page.url.endswith(f"/clients/{client}")
    assert task.problems == []


def test_clients_are_merged_with_a_choice_and_taken_apart_again(
    make: Make, page_for: PageFor
) -> None:
    kept = make.client(name="Ромашка", site="old.example")
    lost = make.client(name="ООО Ромашка", site="new.example")
    make.contact(lost, name="Anna Kern")
    task = page_for("head")
    task.begin(f"/clients/{kept}")
    page = task.page
    page.get_by_role("link", name="Merge with another client").click()
    page.get_by_role("link", name="Merge with ООО Ромашка").click()
    page.get_by_role("group", name="Site").get_by_label("new.example").check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Ромашка")
    expect(page.locator("#contacts")).to_contain_text("Anna Kern")
    expect(page.locator("#client-details")).to_contain_text("new.example")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("h1")).to_contain_text("Merging into Ромашка")
    expect(page.get_by_text("Nothing: everything went back.")).to_be_visible()
    page.goto(f"{task.address}/clients/{lost}")
    expect(page.locator("#contacts")).to_contain_text("Anna Kern")
    assert task.problems == []
