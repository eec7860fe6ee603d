"""A contract from its template to the client's mailbox: agreed in the open, by its very bytes."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from salesman_documents import queries
from salesman_documents.approval.routes import set_route
from salesman_documents.testing import template_of, type_of
from salesman_requisites.testing import own_company

from salesman_core.jobs import Worker
from salesman_core.services.mail import change_mail
from salesman_core.services.smtp import MailServer
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Make
from salesman_core.toolkit import enqueue, reading, writing

pytestmark = [pytest.mark.browser, pytest.mark.plugins, pytest.mark.databases("sqlite")]

PageOf = Callable[..., Page]
PATIENCE = 30.0
DOCUMENT = "/documents/1"


@dataclass
class Later:
    """A clock that goes on, some minutes ahead."""

    minutes: int = 0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=self.minutes)


@pytest.fixture
def post(app: Flask, mail_sink: MailSink) -> Iterator[MailSink]:
    """Where letters arrive, which a worker sends."""
    change_mail(MailServer.at(mail_sink.url), "crm@example.com")
    worker = Worker(app.extensions["salesman_jobs"], threads=1).start()
    yield mail_sink
    worker.stop()


@pytest.fixture
def lawyer(make: Make) -> int:
    return make.user("lawyer", name="Anna Petrova")


@pytest.fixture
def deal(make: Make, lawyer: int) -> int:
    """A deal of the assistant's, and contracts that the lawyer must approve before they go out."""
    own_company(short_name="Ours")
    template_of("Contract {{ document.number }}", "{{ document.subject }}", type_name="Contract")
    route = {"steps": [{"stage": 1, "user_id": lawyer, "days": 2}], "required": True}
    set_route(type_of("Contract"), route)
    owner = make.user_of("assistant")
    client = make.client(name="Clara", owner_id=owner)
    return make.deal(name="Boilers", client_id=client, owner_id=owner, amount=Decimal(100))


def letter_to(post: MailSink, address: str) -> str:
    """Wait for the newest letter to somebody; give its text."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for letter in reversed(post.letters):
            if letter["To"] == address:
                body = letter.get_body(("plain",))
                assert body is not None
                return str(body.get_content())
        time.sleep(0.05)
    pytest.fail(f"no letter to {address}: {[one['To'] for one in post.letters]}")


@pytest.mark.timeout(300)
def test_contract_is_agreed_with_the_lawyer_and_what_was_agreed_is_sent(
    app: Flask, make: Make, deal: int, lawyer: int, signed_in_page: PageOf, post: MailSink
) -> None:
    clock = Later()
    app.extensions["salesman_clock"] = clock.now
    assistant, reader = signed_in_page("assistant"), signed_in_page(lawyer)
    reader.goto("/discussions")

    make_contract(assistant, deal)
    assert "Send …" not in assistant.content()
    ask_for_approval(assistant, "The client is in a hurry")
    mention(assistant, "@Anna Petrova is 30 days all right?")
    number = reader.locator(".side-menu-entry", has_text="Discussions").locator("[data-number]")
    expect(number).to_have_text("1")
    clock.minutes = 3
    with writing() as session:
        enqueue(session, "discussions.letters", {})
    letter = letter_to(post, make.person(lawyer).email)
    assert "Please approve version 1 (Anna Petrova)" in letter
    assert "is 30 days all right?" in letter
    refuse(reader, _path(letter, "/discussions/"), "20 days, no more")
    expect(assistant.locator(".message").nth(2)).to_contain_text("20 days, no more")

    make_version(assistant, "Payment in 20 days")
    ask_for_approval(assistant, "As you said")
    compare(reader)
    reader.goto(f"{DOCUMENT}/approval")
    reader.get_by_role("button", name="Approve", exact=True).click()
    expect(reader.locator("main")).to_contain_text("approved version 2")
    send(assistant, "clara@example.com")

    link = _path(letter_to(post, "clara@example.com"), "/documents/shared/")
    stranger = signed_in_page(None)
    answer = stranger.request.get(link)
    reading().rollback()
    version, before = queries.versions(reading(), 1)
    assert version.hash != before.hash
    assert hashlib.sha256(answer.body()).hexdigest() == version.hash


def make_contract(page: Page, deal: int) -> None:
    """Make a contract from its template."""
    page.goto(f"/documents/new?deal_id={deal}")
    _choose(page, "type_id", "Contract")
    chosen = page.locator("select[name=template_id] option:checked")
    expect(chosen).to_have_text("Contract: Template")
    page.get_by_label("What it is about").fill("Payment in 30 days")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#approval-of-document")).to_be_visible()


def ask_for_approval(page: Page, note: str) -> None:
    """Ask those of the route, with a word to them."""
    page.goto(f"{DOCUMENT}/approval")
    page.get_by_label("A word to those who decide").fill(note)
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.locator("main")).to_contain_text("is asked")


def mention(page: Page, text: str) -> None:
    """Say something in the discussion of the document."""
    page.get_by_role("link", name="Discussion", exact=True).first.click()
    expect(page.locator(".message")).to_have_count(1)
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message")).to_have_count(2)


def refuse(page: Page, thread: str, reason: str) -> None:
    """Refuse beside the discussion, from the address in the letter on."""
    page.goto(thread)
    expect(page.locator(".message")).to_have_count(2)
    beside = page.locator("#approval-in-thread")
    beside.get_by_label("Remarks, or the reason of a refusal").fill(reason)
    beside.get_by_role("button", name="Refuse").click()
    expect(page.locator("#approval-in-thread")).to_contain_text("refused")


def make_version(page: Page, subject: str) -> None:
    """Change what the contract is about, and make a new version of it."""
    page.goto(DOCUMENT)
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_label("What it is about").fill(subject)
    page.locator("#edit-document").get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Make a new version").click()
    expect(page.get_by_label("Save version 2")).to_be_visible()


def compare(page: Page) -> None:
    """Compare the version that is to be approved with the one that was refused."""
    page.goto(f"{DOCUMENT}/approval")
    page.get_by_role("link", name="Compare with version 1").click()
    expect(page.locator("main del")).to_contain_text("30")
    expect(page.locator("main ins")).to_contain_text("20")


def send(page: Page, address: str) -> None:
    """Send what was approved to the client."""
    page.goto(DOCUMENT)
    page.get_by_role("button", name="Send …").click()
    sending = page.locator("#send-document")
    sending.get_by_label("To").fill(address)
    sending.get_by_text("as a link for 14 days").click()
    sending.get_by_role("button", name="Send it").click()
    expect(page.locator("#toasts")).to_contain_text("is on its way")


def _choose(page: Page, name: str, option: str) -> None:
    """Choose in a select that lies beneath the field that people see."""
    page.evaluate(
        """([name, option]) => {
          const select = document.querySelector(`select[name="${name}"]`);
          const { value } = [...select.options].find((one) => one.text === option);
          if (select.tomselect) select.tomselect.setValue(value);
          else select.value = value;
        }""",
        [name, option],
    )


def _path(letter: str, beginning: str) -> str:
    found = re.search(rf"https?://[^/\s]+({re.escape(beginning)}[^\s#]+)", letter)
    assert found is not None, letter
    return found[1]
