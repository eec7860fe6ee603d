"""A group from its filter to somebody who unsubscribes, and a campaign, in a real browser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from salesman_mailing.groups.service import add_records, create_group
from salesman_mailing.leaving.links import leave_url
from salesman_mailing.testing import free_purpose

from salesman_core.jobs import Worker
from salesman_core.services.mail import change_mail
from salesman_core.services.smtp import MailServer
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]


def test_marketer_builds_a_group_and_sees_who_leaves_it(
    make: Make, signed_in_page: Callable[..., Page]
) -> None:
    client = make.client(name="Boilers", emails=["office@example.com"], tags=["fair"])
    make.client(name="Pumps", emails=["pumps@example.com"], tags=["web"])
    page = signed_in_page("marketer")
    page.goto("/mailing")
    page.get_by_role("link", name="Make the first one").click()
    page.get_by_label("Name").fill("Spring")
    what_for = page.locator("select[name=purpose_id]")
    what_for.select_option(label="On orders and contracts", force=True)
    page.get_by_role("button", name="Make it").click()

    page.get_by_role("link", name="Clients", exact=True).last.click()
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Tag").fill("fair")
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("main")).to_contain_text("It finds 1 record at the moment.")
    page.get_by_role("button", name="Let the group follow it").click()

    row = page.locator("tr", has_text="Boilers")
    expect(row).to_contain_text("follows: Tag is fair")
    expect(row).to_contain_text("yes")
    expect(page.locator("tr", has_text="Pumps")).to_have_count(0)
    group_id = int(urlsplit(page.url).path.rpartition("/")[2])

    path = urlsplit(leave_url("office@example.com", group_id)).path
    stranger = signed_in_page(None, viewport={"width": 390, "height": 800})
    stranger.goto(path)
    stranger.get_by_role("button", name="No more letters of “Spring”").click()
    expect(stranger.get_by_role("heading")).to_have_text("You are unsubscribed")

    page.reload()
    expect(row).to_contain_text("left this group")
    page.goto(f"/clients/{client}")
    panel = page.locator("section, .card", has=page.get_by_role("heading", name="Mailing")).last
    expect(panel).to_contain_text("refused: group “Spring”")
    expect(panel).to_contain_text("on our page")


@pytest.fixture
def post(app: Flask, mail_sink: MailSink) -> Iterator[MailSink]:
    """Where letters arrive, which a worker sends."""
    change_mail(MailServer.at(mail_sink.url), "news@firm.example")
    worker = Worker(app.extensions["salesman_jobs"], threads=1).start()
    yield mail_sink
    worker.stop()


def test_marketer_writes_a_campaign_tries_it_and_sends_it(
    make: Make, signed_in_page: Callable[..., Page], post: MailSink
) -> None:
    client = make.client(name="Boilers", emails=["office@example.com"])
    anna = make.contact(client, name="Anna Petrova", emails=["anna@example.com"])
    with make.acting(make.user_of("marketer")) as marketer:
        group = create_group({"name": "Spring", "purpose_id": free_purpose()})
        add_records(group, "client", [client])
        add_records(group, "contact", [anna])
    page = signed_in_page("marketer")
    page.goto("/mailing/campaigns")
    page.get_by_role("link", name="Write the first one").click()
    page.get_by_label("Name").fill("Spring prices")
    page.locator("select[name=group_id]").select_option(label="Spring", force=True)
    page.get_by_label("Subject").fill('Prices for {{ name | or("you") }}')
    page.get_by_label("Letter", exact=True).fill("Dear {{ name }}, prices.")
    page.get_by_role("button", name="Save").click()

    wrong = page.locator("section", has=page.get_by_role("heading", name="What is wrong with"))
    expect(wrong.locator("li").first).to_be_visible()
    expect(page.get_by_role("button", name="Send …")).to_have_count(0)
    page.get_by_role("link", name="Change").click()
    letter = 'Dear {{ name | or("colleague") }}, prices.\n\n---\n\n[Leave]({{ unsubscribe }})'
    page.get_by_label("Letter", exact=True).fill(letter)
    page.get_by_role("button", name="Save").click()
    expect(wrong).to_have_count(0)
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Dear Anna Petrova")

    page.get_by_role("button", name="Test letter to me").click()
    expect(page.locator("body")).to_contain_text("The test letter is on its way to")
    assert [one["Subject"] for one in post.letters] == [f"Prices for {marketer.name}"]

    page.get_by_role("button", name="Send …").click()
    dialog = page.get_by_role("dialog", name="Send it now?")
    expect(dialog).to_contain_text("The letter goes to 2 addresses.")
    dialog.get_by_role("button", name="Send").click()
    expect(page.locator("#campaign-standing")).to_contain_text("Done", timeout=30_000)
    to = Counter(address for one in post.deliveries[1:] for address in one.recipients)
    assert to == {"anna@example.com": 1, "office@example.com": 1}
    subjects = {one["Subject"] for one in post.letters[1:]}
    assert subjects == {"Prices for Anna Petrova", "Prices for you"}

    make.deal(name="Boiler", client_id=client)
    page.reload()
    followed = page.locator("section", has=page.get_by_role("heading", name="What followed"))
    followed.locator("div", has_text=re.compile("^Deals")).first.get_by_role("link").click()
    expect(page.get_by_role("cell", name="Boiler", exact=True)).to_be_visible()
    page.goto(f"/clients/{client}")
    told = "The letter “Prices for Anna Petrova” went to anna@example.com"
    expect(page.locator(".story")).to_contain_text(told)
