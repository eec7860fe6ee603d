"""The reference of what templates may say, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from salesman_documents.testing import template_of

from salesman_core.testing.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.plugins, pytest.mark.databases("sqlite")]

COPIED: Final = "navigator.clipboard.readText()"


def test_what_templates_may_say_is_copied_by_a_click_or_by_the_keyboard(
    make: Make, signed_in_page: Callable[..., Page]
) -> None:
    template = template_of("x")
    deal = make.deal(client_id=make.client(name="Clara"))
    page = signed_in_page("administrator", permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/documents/templates/{template}?deal_id={deal}")
    name, number = (
        page.get_by_role("row").filter(has=page.locator(f"input[value='{{{{ client.{tag} }}}}']"))
        for tag in ("name", "inn")
    )
    if not name.is_visible():
        page.locator("summary").filter(has_text="Client").first.click()
    expect(name).to_contain_text("Clara")

    name.get_by_role("button", name="Copy").click()
    expect(page.locator("#toasts")).to_contain_text("Copied.")
    assert page.evaluate(COPIED) == "{{ client.name }}"

    number.get_by_role("textbox").focus()
    page.keyboard.press("Tab")
    expect(number.get_by_role("button", name="Copy")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_function(f"async () => await {COPIED} === '{{{{ client.inn }}}}'")
