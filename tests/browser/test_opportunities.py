"""A real department's pipeline, from a file at the command line to the funnel on the screen."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from salesman_core.access.models import User
from salesman_core.db import reading
from salesman_core.jobs import Worker
from salesman_core.services.mail import change_mail
from salesman_core.services.smtp import MailServer
from salesman_core.testing.browser import complaints
from salesman_core.testing.databases import Template
from salesman_core.testing.mail import MailSink

from .pictures.taking import photograph

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("opportunities"),
]

SignedInPage = Callable[..., Page]

PICTURES = Path(__file__).parents[2] / "docs/pictures"
AGENT = "Moses Frase"
PASSWORD = "eleven wet umbrellas"


@pytest.fixture
def database_template(opportunities: Template) -> Template:
    """The department's database, as the import left it."""
    return opportunities


@pytest.fixture
def post(app: Flask, mail_sink: MailSink) -> Iterator[MailSink]:
    """Where letters arrive, which a worker sends."""
    change_mail(MailServer.at(mail_sink.url), "crm@example.com")
    worker = Worker(app.extensions["salesman_jobs"], threads=1).start()
    yield mail_sink
    worker.stop()


def user_id_of(name: str) -> int:
    return reading().scalars(sa.select(User.id).where(User.name == name)).one()


def administrator_id() -> int:
    return reading().scalars(sa.select(User.id).where(User.password_hash.is_not(None))).one()


def picture(page: Page, name: str) -> None:
    """Take the documentation's picture where SALESMAN_PICTURES=1 asks for new ones.

    It is of the deals that were won: the file gives no others an amount.
    """
    if os.environ.get("SALESMAN_PICTURES") == "1":
        (PICTURES / f"{name}.webp").write_bytes(photograph(page))


def whole_department_is_there(page: Page) -> None:
    page.goto("/deals")
    expect(page.locator(".list-totals")).to_contain_text("8,800 deals")
    page.goto("/reports/funnel?period=all")
    tiles = page.locator(".tiles")
    expect(tiles).to_contain_text("2,089 deals")
    expect(tiles).to_contain_text("4,238 deals")
    expect(tiles).to_contain_text("10,005,534")
    expect(tiles).to_contain_text("2,473 deals")
    page.goto("/deals?state=won&sort=-amount")
    expect(page.locator(".list-totals")).to_contain_text("4,238 deals")
    picture(page, "deals-won")


def invite(page: Page, name: str) -> None:
    page.goto("/admin/users")
    page.get_by_label("Search", exact=True).fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=name).click()
    page.get_by_label("Email").fill("moses@example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text(name)
    page.get_by_role("button", name="Invite by letter").click()
    expect(page.locator("#toasts")).to_contain_text("moses@example.com")


def link_in_the_letter(page: Page, post: MailSink) -> str:
    for _tenth in range(300):
        if post.letters:
            break
        page.wait_for_timeout(100)
    (letter,) = post.letters
    body = letter.get_body(("plain",))
    assert body is not None
    found = re.search(r"http://\S+", body.get_content())
    assert found is not None
    return found[0]


def come_by(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Save and sign in").click()
    page.wait_for_url("**/")


def only_own_deals_are_there(page: Page) -> None:
    page.goto("/deals")
    expect(page.locator(".list-totals")).to_contain_text("260 deals")
    page.goto("/deals/board")
    expect(page.locator(".board-card")).to_have_count(31 + 34)


def counts(page: Page) -> list[str]:
    """Give how many deals the columns of the board say that they hold."""
    return page.locator(".board-head .board-sums > span:has-text('deal')").all_inner_texts()


def move_one_on(page: Page) -> str:
    """Move the first deal a stage on by the keyboard, and give the address of its card."""
    expect(page.locator("#board[data-ready]")).to_be_attached()
    assert counts(page)[:3] == ["31 deals", "0 deals", "34 deals"]
    deal = page.locator(".board-column").first.locator(".board-name").first
    address = deal.get_attribute("href")
    assert address is not None
    deal.focus()
    page.keyboard.press("Alt+ArrowRight")
    second = page.locator(".board-column").nth(1)
    expect(second.locator(".board-head")).to_contain_text("1 deal")
    assert counts(page)[:3] == ["30 deals", "1 deal", "34 deals"]
    return address


def lose(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Lost").click()
    page.get_by_label("No budget").check()
    page.get_by_role("button", name="Close as lost").click()
    expect(page.locator("#deal-head")).to_contain_text("No budget")


def funnel(page: Page) -> dict[str, str]:
    """Give what stands below the figures of the funnel, by their names."""
    page.goto("/reports/funnel?period=all")
    page.locator("[data-chart] svg").first.wait_for()
    tiles = page.locator(".tiles > *").all_inner_texts()
    return {lines[0]: lines[-1] for lines in (tile.splitlines() for tile in tiles)}


def test_imported_department_goes_to_work(signed_in_page: SignedInPage, post: MailSink) -> None:
    desktop = {"viewport": {"width": 1440, "height": 900}}
    administrator = signed_in_page(administrator_id(), **desktop)
    whole_department_is_there(administrator)
    invite(administrator, AGENT)

    agent = signed_in_page(None, **desktop)
    said = complaints(agent)
    come_by(agent, link_in_the_letter(administrator, post))
    only_own_deals_are_there(agent)
    before = funnel(agent)
    agent.goto("/deals/board")
    address = move_one_on(agent)
    lose(agent, address)
    after = funnel(agent)

    assert (before["In work"], before["Won"], before["Lost"]) == (
        "65 deals",
        "129 deals",
        "66 deals",
    )
    assert (after["In work"], after["Won"], after["Lost"]) == ("64 deals", "129 deals", "67 deals")
    expect(agent.locator("#funnel-reasons-title")).to_be_visible()
    expect(agent.get_by_role("row", name="No budget")).to_contain_text("1")
    assert said == []
