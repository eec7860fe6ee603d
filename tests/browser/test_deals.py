"""What people do with deals all day, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from salesman_core.db import reading
from salesman_core.deals import pipelines, queries
from salesman_core.deals.models import Deal
from salesman_core.deals.service import change_deal, close_deal, move_deal
from salesman_core.testing.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def stages() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = queries.pipelines(reading())[0]["stages"]
    return found


def deal_row(deal_id: int) -> Deal:
    reading().rollback()
    return reading().get_one(Deal, deal_id)


def card(page: Page, deal_id: int) -> Locator:
    return page.locator(f"#board-deal-{deal_id}")


def column(page: Page, stage_id: int) -> Locator:
    return page.locator(f"#column-{stage_id}")


def drag(page: Page, deal_id: int, stage_id: int) -> None:
    """Drag a card as a hand does: with moves in between."""
    expect(page.locator("#board[data-ready]")).to_be_attached()
    start, goal = card(page, deal_id).bounding_box(), column(page, stage_id).bounding_box()
    assert start is not None
    assert goal is not None
    page.mouse.move(start["x"] + 120, start["y"] + start["height"] - 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 130, start["y"] + start["height"] - 4, steps=3)
    page.mouse.move(goal["x"] + 60, goal["y"] + 150, steps=12)
    page.mouse.up()


def editing(page: Page, field: str) -> None:
    page.locator("#deal-head, #deal-panels").get_by_role("button", name=f"Change: {field}").click()


def test_deal_is_opened_by_two_clicks_three_fields_one_load(make: Make, page_for: PageFor) -> None:
    make.client(name="Severstal", owner_id=make.user_of("seller"))
    task = page_for("seller")
    task.begin("/deals")
    task.click("a:has-text('New deal')")
    task.fill("Name", "Beams", within="#new-deal")
    task.fill("Amount", "45 000", within="#new-deal")
    client = task.page.locator("#new-deal .ts-control input")
    client.fill("sever")
    task.fields += 1
    task.click(".ts-dropdown [data-selectable]:has-text('Severstal')")
    task.page.locator("#field-amount").press("Enter")
    expect(task.page.locator("h1")).to_contain_text("Beams")
    expect(task.page.locator("#deal-head")).to_contain_text("Severstal")
    assert task.cost == (2, 3, 1)
    assert task.problems == []


def test_deal_moves_two_stages_by_one_click(make: Make, page_for: PageFor) -> None:
    deal, third = make.deal(), stages()[2]
    task = page_for("head")
    task.begin(f"/deals/{deal}")
    task.click(f"button.stage-face[value='{third['id']}']")
    expect(task.page.locator(".stages [aria-current=step]")).to_contain_text(third["name"])
    assert task.cost == (1, 0, 0)
    assert deal_row(deal).stage_id == third["id"]


def test_deal_is_lost_with_a_reason_by_three_clicks(make: Make, page_for: PageFor) -> None:
    deal = make.deal()
    task = page_for("head")
    task.begin("/deals")
    task.page.goto(f"{task.address}/deals/{deal}")
    task.clicks = task.loads = 0
    task.click("button:has-text('Lost')")
    expect(task.page.locator("#dialog input[name=reason_id]").first).to_be_focused()
    task.click("#dialog label:has-text('No budget')")
    task.fields += 1
    task.click("#dialog button:has-text('Close as lost')")
    expect(task.page.locator("#deal-head")).to_contain_text("No budget")
    expect(task.page.locator("#dialog")).to_be_hidden()
    assert task.cost == (3, 1, 0)
    assert task.problems == []


def test_won_deal_is_opened_again_by_undo(make: Make, page_for: PageFor) -> None:
    deal = make.deal()
    task = page_for("head")
    task.begin(f"/deals/{deal}")
    task.page.get_by_role("button", name="Won").click()
    expect(task.page.locator("#deal-head")).to_contain_text("Open again")
    task.page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(task.page.locator("#deal-head")).to_contain_text("In work")
    assert deal_row(deal).outcome is None


def test_amount_is_changed_where_it_stands_and_the_margin_follows(
    make: Make, page_for: PageFor
) -> None:
    deal = make.deal(amount=Decimal(100), cost=Decimal(40))
    task = page_for("head")
    task.begin(f"/deals/{deal}")
    editing(task.page, "Amount")
    expect(task.page.locator("#deal-field-amount input[name=value]")).to_be_focused()
    task.page.keyboard.type("1 000,50")
    task.page.keyboard.press("Enter")
    expect(task.page.locator("#deal-field-amount")).to_contain_text("1,000.50")
    expect(task.page.locator("#deal-panels")).to_contain_text("960.50")
    expect(task.page.get_by_role("button", name="Change: Amount")).to_be_focused()
    assert task.loads == 0
    assert task.problems == []


def test_escape_leaves_a_field_as_it_was(make: Make, page_for: PageFor) -> None:
    deal = make.deal(name="Before")
    task = page_for("head")
    task.begin(f"/deals/{deal}")
    editing(task.page, "Name")
    expect(task.page.locator("#deal-field-name input[name=value]")).to_be_focused()
    task.page.keyboard.type("After")
    task.page.keyboard.press("Escape")
    expect(task.page.locator("h1")).to_contain_text("Before")


def test_what_a_colleague_changes_is_seen_and_what_one_types_stays(
    make: Make, page_for: PageFor
) -> None:
    deal, second = make.deal(amount=Decimal(100)), stages()[1]
    task = page_for("head")
    task.begin(f"/deals/{deal}")
    editing(task.page, "Amount")
    typed = task.page.locator("#deal-field-amount input[name=value]")
    typed.fill("111")
    move_deal(deal, second["id"])
    change_deal(deal, {"amount": Decimal(222)})
    current = task.page.locator(".stages [aria-current=step]")
    expect(current).to_contain_text(second["name"])
    expect(typed).to_have_value("111")
    typed.press("Enter")
    expect(task.page.locator("#deal-field-amount")).to_contain_text("“222”")
    typed.press("Enter")
    expect(task.page.locator("#deal-field-amount")).to_contain_text("111.00")


def test_card_is_dragged_to_another_stage_and_back_by_undo(make: Make, page_for: PageFor) -> None:
    first, _second, third = stages()[:3]
    deal = make.deal(amount=Decimal(1000))
    task = page_for("head")
    task.begin("/deals/board")
    drag(task.page, deal, third["id"])
    expect(column(task.page, third["id"]).locator(f"#board-deal-{deal}")).to_be_visible()
    expect(column(task.page, third["id"]).locator(".board-head")).to_contain_text("1,000")
    expect(column(task.page, first["id"]).locator(".board-head")).to_contain_text("0 deals")
    assert deal_row(deal).stage_id == third["id"]
    task.page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(column(task.page, first["id"]).locator(f"#board-deal-{deal}")).to_be_visible()
    assert task.problems == []


def test_alt_and_an_arrow_move_a_card_which_keeps_the_focus(make: Make, page_for: PageFor) -> None:
    deal = make.deal(name="Beams")
    task = page_for("head")
    task.begin("/deals/board")
    expect(task.page.locator("#board[data-ready]")).to_be_attached()
    for stage in stages()[1:3]:
        card(task.page, deal).get_by_role("link", name="Beams").focus()
        task.page.keyboard.press("Alt+ArrowRight")
        expect(column(task.page, stage["id"]).locator(".board-head")).to_contain_text("1 deal")
        expect(card(task.page, deal).get_by_role("link", name="Beams")).to_be_focused()
    assert deal_row(deal).stage_id == stages()[2]["id"]


def test_two_quick_presses_move_a_card_two_stages(make: Make, page_for: PageFor) -> None:
    deal, third = make.deal(name="Beams"), stages()[2]
    task = page_for("head")
    task.begin("/deals/board")
    expect(task.page.locator("#board[data-ready]")).to_be_attached()
    card(task.page, deal).get_by_role("link").focus()
    with task.page.expect_response(re.compile("/board/changed")):
        task.page.evaluate(
            """() => {
              for (let press = 0; press < 2; press++) {
                const init = { key: "ArrowRight", altKey: true, bubbles: true, cancelable: true };
                document.activeElement.dispatchEvent(new KeyboardEvent("keydown", init));
              }
            }"""
        )
    expect(column(task.page, third["id"]).locator(".board-head")).to_contain_text("1 deal")
    expect(card(task.page, deal).get_by_role("link")).to_be_focused()
    assert deal_row(deal).stage_id == third["id"]
    assert task.problems == []


def test_card_moves_on_before_its_columns_have_been_fetched_anew(
    make: Make, page_for: PageFor
) -> None:
    deal, third = make.deal(name="Beams"), stages()[2]
    task = page_for("head")
    task.begin("/deals/board")
    without_columns(task.page)
    expect(task.page.locator("#board[data-ready]")).to_be_attached()
    card(task.page, deal).get_by_role("link").focus()
    for _press in range(2):
        with task.page.expect_response(lambda answer: answer.request.method == "POST") as moved:
            task.page.keyboard.press("Alt+ArrowRight")
        assert moved.value.ok
    assert deal_row(deal).stage_id == third["id"]


def test_refused_press_takes_those_that_wait_for_it_along(make: Make, page_for: PageFor) -> None:
    deal, first = make.deal(name="Beams"), stages()[0]
    pipelines.change_stage(stages()[1]["id"], {"required": ["client_id"]})
    task = page_for("head")
    task.begin("/deals/board")
    expect(task.page.locator("#board[data-ready]")).to_be_attached()
    card(task.page, deal).get_by_role("link").focus()
    task.page.keyboard.press("Alt+ArrowRight")
    task.page.keyboard.press("Alt+ArrowRight")
    expect(task.page.get_by_role("dialog")).to_contain_text("Client")
    expect(column(task.page, first["id"]).locator(f"#board-deal-{deal}")).to_be_attached()
    assert deal_row(deal).stage_id == first["id"]


def test_refused_move_puts_the_card_back_and_says_why(make: Make, page_for: PageFor) -> None:
    first, second = stages()[:2]
    deal = make.deal()
    task = page_for("head")
    task.begin("/deals/board")
    expect(task.page.locator("#board[data-ready]")).to_be_attached()
    task.page.evaluate("document.querySelector('.board-card').dataset.version = 99")
    card(task.page, deal).get_by_role("link").focus()
    task.page.keyboard.press("Alt+ArrowRight")
    expect(task.page.locator("#toasts")).to_contain_text("This was changed meanwhile")
    expect(column(task.page, first["id"]).locator(f"#board-deal-{deal}")).to_be_visible()
    expect(column(task.page, second["id"]).locator(".board-card")).to_have_count(0)


def without_columns(page: Page) -> None:
    """Let the columns of a board that are fetched anew never come."""
    page.route("**/deals/board/changed*", lambda _route: None)


def without_news(page: Page) -> None:
    """Let a page hear of no change by others, as one that has lost its connection."""
    silent = "{ addEventListener() {}, start() {}, postMessage() {} }"
    page.add_init_script(f"window.SharedWorker = class {{ port = {silent} }}")


def test_drop_of_a_card_that_somebody_moved_shows_where_its_deal_is_now(
    make: Make, page_for: PageFor
) -> None:
    first, second, third = stages()[:3]
    deal = make.deal(name="Beams")
    task = page_for("head")
    without_news(task.page)
    task.begin("/deals/board")
    with make.acting(make.user("head", name="Olga Kern")):
        move_deal(deal, third["id"])
    drag(task.page, deal, second["id"])
    told = task.page.locator("#toasts")
    expect(told).to_contain_text(
        f"moved to another stage (Stage: {first['name']} → {third['name']})"
    )
    expect(told).to_contain_text("Olga Kern")
    expect(column(task.page, third["id"]).locator(f"#board-deal-{deal}")).to_be_visible()
    assert deal_row(deal).stage_id == third["id"]


def test_press_on_a_card_that_is_old_shows_what_happened_and_works_then(
    make: Make, page_for: PageFor
) -> None:
    deal = make.deal(name="Beams")
    task = page_for("head")
    without_news(task.page)
    task.begin(f"/deals/{deal}")
    with make.acting(make.user("head", name="Olga Kern")):
        change_deal(deal, {"name": "Girders"})
    won = task.page.get_by_role("button", name="Won")
    won.click()
    expect(task.page.locator("#toasts")).to_contain_text("Name: Beams → Girders")
    expect(task.page.get_by_role("heading", level=1)).to_contain_text("Girders")
    assert deal_row(deal).outcome is None
    won.click()
    expect(task.page.get_by_role("button", name="Open again")).to_be_visible()
    assert deal_row(deal).outcome == "won"


def test_board_follows_what_others_do(make: Make, page_for: PageFor) -> None:
    deal, second = make.deal(), stages()[1]
    task = page_for("head")
    task.begin("/deals/board")
    expect(task.page.locator("#board[data-ready]")).to_be_attached()
    move_deal(deal, second["id"])
    moved = column(task.page, second["id"]).locator(f"#board-deal-{deal}")
    expect(moved).to_be_visible(timeout=10_000)
    close_deal(deal, "won")
    expect(card(task.page, deal)).to_have_count(0)


def test_owner_chosen_on_the_board_stands_in_the_address(make: Make, page_for: PageFor) -> None:
    make.deal(name="Mine", owner_id=make.user_of("head"))
    make.deal(name="Other", owner_id=make.user_of("seller"))
    task = page_for("head")
    task.begin("/deals/board")
    task.page.locator(".list-views").get_by_text("Mine", exact=True).click()
    task.page.wait_for_url("**/deals/board?owner_id=me*")
    expect(task.page.locator(".board-card")).to_have_count(1)


def test_dialog_of_the_board_narrows_it(make: Make, page_for: PageFor) -> None:
    make.deal(name="Small", amount=Decimal(10))
    make.deal(name="Large", amount=Decimal(5000))
    task = page_for("head")
    task.begin("/deals/board")
    task.click("[data-dialog=filters]")
    task.page.get_by_label("Amount: from", exact=True).fill("1 000,00")
    task.page.keyboard.press("Enter")
    task.page.wait_for_url("**/deals/board?amount__gte=1000.00")
    expect(task.page.locator(".board-name")).to_have_text(["Large"])
    assert task.problems == []


def test_bar_of_the_funnel_opens_its_deals(make: Make, page_for: PageFor) -> None:
    make.deal(name="Beams", amount=Decimal(1000))
    make.deal(name="Pipes", amount=Decimal(1000), stage_id=stages()[5]["id"])
    task = page_for("head")
    task.page.emulate_media(reduced_motion="reduce")  # a bar that still grows is easily missed
    task.begin("/reports/funnel")
    standing = task.page.locator("[aria-labelledby=funnel-chart-title] [data-chart]")
    expect(standing.locator("svg")).to_be_visible()
    bars = standing.locator("svg path:not([fill=none], [fill='rgb(0,0,0)'])")
    box = bars.first.bounding_box()
    assert box is not None
    # By its place, at once, as a hand does: what marks the row under the pointer comes in between.
    task.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    task.page.wait_for_url("**/deals?**stage_id=**")
    expect(task.page.locator("[data-row-link]")).to_have_count(1)
    assert task.problems == []


def drawn_bars(drawing: Locator) -> list[dict[str, float]]:
    """Where the bars of a chart stand, from top to bottom, without the signs of its legend."""
    top = (drawing.bounding_box() or {"y": 0})["y"]
    paths = drawing.locator("svg path:not([fill=none], [fill='rgb(0,0,0)'])").all()
    boxes = [dict(box) for path in paths if (box := path.bounding_box())]
    return sorted((box for box in boxes if box["y"] > top + 32), key=lambda box: box["y"])


@pytest.mark.parametrize(
    ("bar", "found"),
    [(0, ["Lost", "Stands", "Went on"]), (1, ["Went on"]), (2, ["Lost"])],
    ids=["entered", "forward", "lost"],
)
def test_each_bar_of_a_row_opens_its_own_deals(
    make: Make, page_for: PageFor, bar: int, found: list[str]
) -> None:
    first, second = (stage["id"] for stage in stages()[:2])
    make.deal(name="Stands", stage_id=first)
    move_deal(make.deal(name="Went on", stage_id=first), second)
    lost = make.deal(name="Lost", stage_id=first)
    close_deal(lost, "lost", queries.close_reasons(reading())[0].id)
    task = page_for("head")
    task.page.emulate_media(reduced_motion="reduce")
    task.begin("/reports/funnel")
    flow = task.page.locator("[aria-labelledby=funnel-flow-title] [data-chart]")
    flow.scroll_into_view_if_needed()
    expect(flow.locator("svg")).to_be_visible()
    box = drawn_bars(flow)[bar]  # those of the first row stand above all others
    task.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    task.page.wait_for_url("**/deals?**")
    expect(task.page.locator("[data-row-link]")).to_have_count(len(found))
    assert sorted(task.page.locator("[data-row-link]").all_inner_texts()) == found
    assert task.problems == []


def test_bar_opens_its_deals_when_the_window_has_become_as_narrow_as_a_phone(
    make: Make, page_for: PageFor
) -> None:
    first, second = (stage["id"] for stage in stages()[:2])
    make.deal(name="Stands", stage_id=first)
    move_deal(make.deal(name="Went on", stage_id=first), second)
    task = page_for("head")
    task.page.emulate_media(reduced_motion="reduce")
    task.begin("/reports/funnel")
    flow = task.page.locator("[aria-labelledby=funnel-flow-title] [data-chart]")
    expect(flow.locator("svg")).to_be_visible()
    task.page.set_viewport_size({"width": 390, "height": 844})
    expect(
        flow.locator(f"svg[width='{int((flow.bounding_box() or {})['width'])}']")
    ).to_be_visible()
    flow.scroll_into_view_if_needed()
    box = max(drawn_bars(flow), key=lambda one: one["width"])  # of the two that came
    task.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    task.page.wait_for_url("**/deals?**")
    expect(task.page.locator("[data-row-link]")).to_have_count(2)
    assert task.problems == []
