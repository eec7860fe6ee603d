"""Stages that ask for fields, and deals that rest, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from salesman_core.clock import today
from salesman_core.db import reading
from salesman_core.deals import queries
from salesman_core.deals.models import Deal
from salesman_core.deals.pipelines import change_stage
from salesman_core.deals.service import freeze_deal
from salesman_core.services.company import company
from salesman_core.testing.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def stages() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = queries.pipelines(reading())[0]["stages"]
    return found


def deal_row(deal_id: int) -> Deal:
    reading().rollback()
    return reading().get_one(Deal, deal_id)


def card(page: Page, deal_id: int, stage_id: int) -> Locator:
    """The card of a deal in a column."""
    return page.locator(f"#column-{stage_id} #board-deal-{deal_id}")


def drag(page: Page, deal_id: int, stage_id: int) -> None:
    """Drag a card as a hand does: with moves in between."""
    start = page.locator(f"#board-deal-{deal_id}").bounding_box()
    goal = page.locator(f"#column-{stage_id}").bounding_box()
    assert start is not None
    assert goal is not None
    page.mouse.move(start["x"] + 120, start["y"] + start["height"] - 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 130, start["y"] + start["height"] - 4, steps=3)
    page.mouse.move(goal["x"] + 60, goal["y"] + 150, steps=12)
    page.mouse.up()


def on_board(task: Any) -> Page:
    task.begin("/deals/board")
    page: Page = task.page
    expect(page.locator("#board[data-ready]")).to_be_attached()
    return page


def in_days(days: int) -> str:
    return f"{today(company().tz) + timedelta(days=days):%d.%m.%Y}"


def test_drop_into_a_stage_asks_for_just_what_is_missing_and_does_all_at_once(
    make: Make, page_for: PageFor
) -> None:
    first, _second, third = stages()[:3]
    change_stage(third["id"], {"required": ["client_id", "amount", "expected_on"]})
    deal = make.deal(client_id=make.client())
    task = page_for("head")
    page = on_board(task)
    drag(page, deal, third["id"])
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text(third["name"])
    expect(card(page, deal, first["id"])).to_be_attached()
    assert dialog.locator("[id^=field-]").count() == 2
    expect(page.locator("#field-amount")).to_be_focused()
    page.keyboard.type("45 000")
    dialog.get_by_label("Expected on", exact=True).fill(in_days(30))
    page.keyboard.press("Enter")
    expect(card(page, deal, third["id"])).to_be_visible()
    expect(dialog).to_be_hidden()
    assert deal_row(deal).amount == Decimal(45000)
    assert task.problems == []


def test_what_is_wrong_is_said_in_the_dialog_and_escape_leaves_the_deal_where_it_was(
    make: Make, page_for: PageFor
) -> None:
    first, second = stages()[:2]
    change_stage(second["id"], {"required": ["amount"]})
    deal = make.deal(name="Beams")
    task = page_for("head")
    page = on_board(task)
    page.get_by_role("link", name="Beams").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("#field-amount")).to_be_focused()
    page.keyboard.type("-5")
    page.keyboard.press("Enter")
    expect(page.locator("#wrong-amount")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    page.locator("#question button[value=yes]").click()
    expect(page.locator("#dialog")).to_be_hidden()
    expect(card(page, deal, first["id"])).to_be_visible()
    assert deal_row(deal).amount == Decimal(0)
    assert task.problems == []


def test_bar_of_stages_asks_for_what_is_missing(make: Make, page_for: PageFor) -> None:
    second = stages()[1]
    change_stage(second["id"], {"required": ["contact_ids"]})
    client = make.client()
    contact = make.contact(client, name="Anna Petrova")
    deal = make.deal(client_id=client)
    task = page_for("head")
    task.begin(f"/deals/{deal}")
    task.click(f"button.stage-face[value='{second['id']}']")
    task.page.locator("#dialog .ts-control").click()
    task.page.locator(".ts-dropdown [data-selectable]", has_text="Anna Petrova").click()
    task.page.get_by_role("button", name="Move the deal").click()
    expect(task.page.locator(".stages [aria-current=step]")).to_contain_text(second["name"])
    expect(task.page.locator("#deal-contacts")).to_contain_text("Anna Petrova")
    assert contact
    assert task.problems == []


def test_deal_is_frozen_from_the_board_by_its_key_and_thawed_by_undo(
    make: Make, page_for: PageFor
) -> None:
    deal = make.deal(name="Beams")
    task = page_for("head")
    page = on_board(task)
    page.get_by_role("link", name="Beams").focus()
    page.keyboard.press("f")
    expect(page.locator("#field-frozen_until")).to_be_focused()
    page.keyboard.type(in_days(30))
    page.locator("#dialog").get_by_label("Why", exact=True).fill("budget in spring")
    page.keyboard.press("Enter")
    expect(page.locator(f"#board-deal-{deal}.is-frozen")).to_contain_text("Frozen until")
    expect(page.locator("#dialog")).to_be_hidden()
    assert deal_row(deal).freeze_reason == "budget in spring"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#board-deal-{deal}:not(.is-frozen)")).to_be_visible()
    assert deal_row(deal).frozen_until is None
    assert task.problems == []


def test_card_freezes_thaws_and_freezes_again_by_undo(make: Make, page_for: PageFor) -> None:
    deal = make.deal()
    freeze_deal(deal, today(company().tz) + timedelta(days=9), "budget")
    task = page_for("head")
    task.begin(f"/deals/{deal}")
    head = task.page.locator("#deal-head")
    expect(head).to_contain_text("budget")
    head.get_by_role("button", name="Thaw").click()
    expect(head.get_by_role("button", name="Freeze …")).to_be_visible()
    task.page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(head.get_by_role("button", name="Thaw")).to_be_visible()
    assert deal_row(deal).freeze_reason == "budget"
    assert task.problems == []


def test_one_gets_from_the_board_to_the_list_of_the_same_filter_and_back(
    make: Make, page_for: PageFor
) -> None:
    make.deal(name="Mine", owner_id=make.user_of("head"))
    make.deal(name="Other", owner_id=make.user_of("seller"))
    task = page_for("head")
    task.begin("/deals/board?owner_id=me")
    task.page.get_by_role("link", name="As a list").click()
    expect(task.page.locator("[data-row-link]")).to_have_text(["Mine"])
    task.page.get_by_role("main").get_by_role("link", name="Board").click()
    task.page.wait_for_url("**/deals/board?**owner_id=me**")
    expect(task.page.locator(".board-name")).to_have_text(["Mine"])


@pytest.mark.parametrize("width", [360, 390])
def test_bar_of_stages_on_a_phone_shows_the_current_one_and_whole_names(
    make: Make, signed_in_page: Callable[..., Page], width: int
) -> None:
    deal = make.deal(stage_id=stages()[6]["id"])
    page = signed_in_page("head", viewport={"width": width, "height": 780})
    page.goto(f"/deals/{deal}")
    current = page.locator(".stages [aria-current=step]")
    expect(current).to_be_in_viewport(ratio=1)
    cut = page.locator(".stage-name").evaluate_all(
        "all => all.filter(one => one.scrollHeight > one.clientHeight).map(one => one.innerText)"
    )
    assert cut == []
