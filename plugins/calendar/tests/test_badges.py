"""The next step of a deal on the board."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from salesman_calendar import service

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser, Make

BrowserFor = Callable[[str], Browser]
Plan = Callable[..., int]
Statements = Callable[[], AbstractContextManager[list[str]]]


def card_on(page: str, deal_id: int) -> str:
    """Give the words on a deal's card of the board."""
    card = page.partition(f'id="board-deal-{deal_id}"')[2].partition("</li>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", card.partition(">")[2]).split())


def test_board_shows_what_is_next_with_a_deal_by_what_is_due_first(
    make: Make, browser_for: BrowserFor, plan: Plan, clock: FrozenClock
) -> None:
    deal_id, other = make.deal(), make.deal()
    plan(subject="Ask again", deal_id=deal_id, day=clock.now().date() + timedelta(days=3))
    plan(subject="Send the offer", deal_id=deal_id, starts_at=clock.now() + timedelta(hours=2))
    done = plan(subject="Measure", deal_id=deal_id)
    service.finish_activity(done, {})

    page = browser_for("head").get("/deals/board").text

    assert "Send the offer, Mar 2, 2026, 2:00" in card_on(page, deal_id)
    assert "Ask again" not in card_on(page, deal_id)
    assert "Send the offer" not in card_on(page, other)


def test_board_says_in_words_that_the_next_step_is_overdue(
    make: Make, browser_for: BrowserFor, plan: Plan, clock: FrozenClock
) -> None:
    deal_id = make.deal()
    plan(subject="Send the offer", deal_id=deal_id, day=clock.now().date() - timedelta(days=3))

    page = browser_for("head").get("/deals/board").text

    assert "Send the offer, overdue since Feb 27" in card_on(page, deal_id)


def test_board_asks_as_much_however_many_deals_have_a_next_step(
    make: Make, browser_for: BrowserFor, plan: Plan, statements: Statements
) -> None:
    browser = browser_for("head")

    def asked() -> int:
        browser.get("/deals/board")
        with statements() as sent:
            browser.get("/deals/board")
        return len(sent)

    plan(deal_id=make.deal())
    few = asked()
    for _number in range(5):
        plan(deal_id=make.deal())

    assert asked() == few
