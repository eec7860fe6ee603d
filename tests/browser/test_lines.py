"""The lines of a deal in a real browser, by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect
from salesman_catalogue.choosing import levels
from salesman_catalogue.lines import queries
from salesman_catalogue.service import create_product

from salesman_core.testing.people import Make
from salesman_core.toolkit import Deal, reading

pytestmark = [pytest.mark.browser, pytest.mark.plugins, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def sell(name: str, article: str, price: str) -> int:
    """Enter a product with one price."""
    prices = [{"level_id": levels(reading())[0].id, "price": Decimal(price)}]
    return create_product({"name": name, "article": article, "unit": "pc", "prices": prices})


def test_three_lines_are_entered_by_the_keyboard_and_the_amount_follows(
    make: Make, page_for: PageFor
) -> None:
    rack, _tape = sell("Warehouse rack", "R-250", "9800.00"), sell("Packing tape", "T-48", "95.50")
    deal = make.deal(owner_id=make.user_of("seller"), amount=Decimal(1))
    task = page_for("seller")
    task.begin(f"/catalogue/deals/{deal}/lines")
    page, press, write = task.page, task.page.keyboard.press, task.page.keyboard.type
    total = page.locator('[data-total="amount"]')
    found = page.locator("#found-products")

    page.locator("#cell-0-name").focus()
    write("rack")
    expect(found).to_contain_text("Warehouse rack")
    press("Enter")
    expect(page.locator("#cell-0-quantity")).to_be_focused()
    write("2")
    expect(total).to_contain_text("19,600")
    press("Enter")
    expect(page.locator("#cell-1-name")).to_be_focused()
    write("T-48")
    expect(found).to_contain_text("Packing tape")
    press("Enter")
    write("10")
    press("Enter")
    write("Delivery")
    press("Escape")
    press("Enter")
    write("1")
    press("Tab")
    press("Tab")
    write("1000")
    expect(total).to_contain_text("21,555")
    press("Alt+ArrowUp")
    press("Control+Enter")

    expect(page.locator("#cell-1-name")).to_have_value("Delivery")
    expect(page.get_by_role("button", name="Take the last change back")).to_be_visible()
    lines = queries.lines_of(reading(), deal)
    assert [one.name for one in lines] == ["Warehouse rack", "Delivery", "Packing tape"]
    assert lines[0].product_id == rack
    amount = sa.select(Deal.amount).where(Deal.id == deal)
    assert reading().scalar(amount) == Decimal("21555.00")
    assert task.problems == []


def test_line_is_its_products_as_long_as_the_name_stands_in_it(
    make: Make, page_for: PageFor
) -> None:
    rack = sell("Rack", "R-250", "100.00")
    deal = make.deal(owner_id=make.user_of("seller"))
    task = page_for("seller")
    task.begin(f"/catalogue/deals/{deal}/lines")
    page, press, write = task.page, task.page.keyboard.press, task.page.keyboard.type
    row = page.locator("[data-line]").first
    product, sign = row.locator("[name=product_id]"), row.locator("[data-product]")

    page.locator("#cell-0-name").focus()
    write("R-250")
    expect(sign).to_have_text("Rack")  # what the article stands for, before it is saved
    expect(page.locator("#found-products")).to_contain_text("Rack")
    press("Enter")
    expect(sign).to_have_text("from the catalogue")
    page.locator("#cell-0-name").focus()
    press("End")
    write(", white")
    expect(product).to_have_value(str(rack))
    for _letter in ", white":
        press("Backspace")
    press("Backspace")
    expect(product).to_have_value("")
    expect(sign).to_be_hidden()
    write("k, white")
    expect(product).to_have_value(str(rack))
    press("Escape")
    press("Control+Enter")

    expect(page.get_by_role("button", name="Take the last change back")).to_be_visible()
    (line,) = queries.lines_of(reading(), deal)
    assert (line.name, line.product_id) == ("Rack, white", rack)
    assert task.problems == []


def test_mistake_stands_at_its_cell_while_one_types_and_a_line_comes_back(
    make: Make, page_for: PageFor
) -> None:
    deal = make.deal(owner_id=make.user_of("seller"))
    task = page_for("seller")
    task.begin(f"/catalogue/deals/{deal}/lines")
    page, press = task.page, task.page.keyboard.press

    page.locator("#cell-0-name").fill("Delivery")
    page.locator("#cell-0-price").fill("100")
    page.locator("#cell-0-quantity").fill("1")
    page.locator("#cell-0-discount").fill("101")
    expect(page.locator('[data-line]:first-child [data-wrong="discount"]')).to_contain_text("more")
    page.locator("#cell-0-discount").fill("10 %")
    expect(page.locator('[data-total="amount"]')).to_contain_text("90")
    page.locator("#cell-0-discount").focus()
    press("Alt+Backspace")
    expect(page.locator('[data-total="amount"]')).not_to_contain_text("90")
    page.get_by_role("button", name="Put it back").click()

    expect(page.locator("#cell-0-name")).to_have_value("Delivery")
    expect(page.locator('[data-total="amount"]')).to_contain_text("90")
    assert task.problems == []
