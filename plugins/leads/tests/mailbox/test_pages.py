"""The administrator's pages of mailboxes, and where a password goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.mailbox import jobs, queries, service
from salesman_leads.mailbox.models import Mailbox
from salesman_leads.mailbox.schemas import MailboxSchema

from salesman_core.records.models import Audit
from salesman_core.testing.imap import ImapMailbox
from salesman_core.testing.people import Browser
from salesman_core.toolkit import InvalidError, judge, reading

Known = Callable[..., int]
BrowserFor = Callable[[str], Browser]
Post = Callable[..., Any]

SECRET = "s3cret-пароль"  # of no mailbox


def fields(**values: str) -> dict[str, str]:
    usual = {"way": "imaps", "host": "imap.example.com", "port": "993", "user": "a@example.com"}
    return usual | {"password": SECRET, "folder": "INBOX", "afterwards": "seen"} | values


def test_password_is_shown_nowhere_and_kept_sealed(
    app: Flask, browser_for: BrowserFor, post_form: Post
) -> None:
    browser = browser_for("administrator")

    page = post_form(browser, "/leads/mailboxes/new", fields())
    again = post_form(browser, "/leads/mailboxes/1", fields(source="Mail", host=""))

    kept = reading().scalar(sa.select(Mailbox.sealed_password)) or ""
    told = str(list(reading().scalars(sa.select(Audit.changes))))
    for text in (page.text, again.text, kept, told, browser.get("/leads/mailboxes").text):
        assert SECRET not in text
    assert service.access_to(queries.one_mailbox(reading(), 1)).password == SECRET


def test_password_stays_where_none_is_typed(
    app: Flask, browser_for: BrowserFor, post_form: Post
) -> None:
    browser = browser_for("administrator")
    post_form(browser, "/leads/mailboxes/new", fields())

    post_form(browser, "/leads/mailboxes/1", fields(password="", source="Mail"))

    mailbox = queries.one_mailbox(reading(), 1)
    assert (mailbox.source, service.access_to(mailbox).password) == ("Mail", SECRET)


@pytest.mark.parametrize(
    "place",
    [{"host": "elsewhere.example.com"}, {"port": "1993"}, {"user": "b"}, {"way": "starttls"}],
)
def test_password_goes_to_no_other_place_by_itself(
    app: Flask, place: dict[str, str], browser_for: BrowserFor, post_form: Post
) -> None:
    browser = browser_for("administrator")
    post_form(browser, "/leads/mailboxes/new", fields())

    page = post_form(browser, "/leads/mailboxes/1", fields(password="", **place))

    assert page.status_code == 422
    assert "Enter the password anew" in page.text


def test_mailbox_is_read_unencrypted_on_this_machine_only(app: Flask) -> None:
    with pytest.raises(InvalidError) as error:
        judge(MailboxSchema(), {**fields(), "port": 143, "way": "imap"})

    assert list(error.value.fields) == ["way"]


def test_password_that_another_key_sealed_is_asked_for(app: Flask, known: Known) -> None:
    mailbox_id = known()
    app.config["SECRET_KEY"] = "another"

    jobs.read_mailbox(mailbox_id)
    assert queries.one_mailbox(reading(), mailbox_id).problem == "seal"

    app.config["SECRET_KEY_FALLBACKS"] = [b"wrong", "x"]
    assert service.try_mailbox(mailbox_id) == "seal"


def test_former_key_still_opens_the_password(app: Flask, known: Known) -> None:
    mailbox_id = known()
    app.config["SECRET_KEY_FALLBACKS"] = [app.config["SECRET_KEY"]]
    app.config["SECRET_KEY"] = "another"

    assert service.try_mailbox(mailbox_id) == ""


def test_page_says_what_is_wrong_and_what_was_made_of_each_letter(
    app: Flask, known: Known, inbox: ImapMailbox, browser_for: BrowserFor, post_form: Post
) -> None:
    browser = browser_for("administrator")
    mailbox_id = known()
    inbox.deliver(b"From: Anna <anna@example.com>\r\nSubject: <b>Boilers</b>\r\n\r\nHello")
    jobs.read_mailbox(mailbox_id)

    page = browser.get(f"/leads/mailboxes/{mailbox_id}").text
    assert "&lt;b&gt;Boilers&lt;/b&gt;" in page
    assert 'href="/leads/1"' in page

    wrong = known(folder="Nowhere")
    address = f"/leads/mailboxes/{wrong}"
    page = post_form(browser, address, {}, to=f"{address}/try").text
    assert "There is no such folder in the mailbox" in page


def test_mailbox_that_is_deleted_leaves_its_leads(
    app: Flask, known: Known, inbox: ImapMailbox, browser_for: BrowserFor, post_form: Post
) -> None:
    mailbox_id = known()
    inbox.deliver(b"From: Anna <anna@example.com>\r\n\r\nHello")
    jobs.read_mailbox(mailbox_id)
    address = f"/leads/mailboxes/{mailbox_id}"

    browser = browser_for("administrator")
    post_form(browser, address, {}, to=f"{address}/delete")

    assert queries.mailboxes(reading()) == []
    assert browser.get("/leads/1").status_code == 200


def test_nobody_but_an_administrator_opens_mailboxes(app: Flask, browser_for: BrowserFor) -> None:
    for role in ("head", "marketer", "seller"):
        assert browser_for(role).get("/leads/mailboxes").status_code == 403
