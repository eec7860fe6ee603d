"""The mailbox into which letters come back, on a real mail server: read once, and never changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_mailing.bounces import jobs
from salesman_mailing.bounces.models import BadAddress, ReturnBox, Returned
from salesman_mailing.campaigns import queries
from salesman_mailing.campaigns.marks import mark_of

from salesman_core.plugins.host import current_host
from salesman_core.testing.imap import ImapMailbox, ImapServer
from salesman_core.toolkit import reading

from .letters import ANNA, AUTOMATIC, COMPLAINTS, HARD, OTHERS, SOFT, about

Set = Callable[..., None]


@pytest.fixture
def inbox(imap_server: ImapServer) -> ImapMailbox:
    """A mailbox of the test's own."""
    return imap_server.mailbox()


@pytest.fixture
def returns(app: Flask, inbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch) -> Set:
    """Let letters come back into the mailbox; what is given says so anew, with another password."""
    del app
    settings = current_host().settings

    def returns(password: str = inbox.password, folder: str = "INBOX") -> None:
        who = f"{quote(inbox.user, safe='')}:{quote(password, safe='')}"
        url = f"imap://{who}@127.0.0.1:{inbox.server.port}/{folder}"
        monkeypatch.setitem(settings, "mailing", {**settings["mailing"], "returns_url": url})

    returns()
    return returns


def come(inbox: ImapMailbox, raw: bytes, folder: str = "INBOX") -> None:
    """Let a letter come in, as one of its own: those of one mail system have one head here."""
    own = f"Message-ID: <{uuid.uuid4()}@mx.example>\n"
    inbox.deliver(own.encode() + raw, folder)


def kinds() -> list[str]:
    """Give what was taken in, in its order."""
    reading().rollback()
    return list(reading().scalars(sa.select(Returned.kind).order_by(Returned.id)))


def bad() -> list[str]:
    """Give the addresses that were struck off."""
    reading().rollback()
    return list(reading().scalars(sa.select(BadAddress.address)))


def test_what_came_back_is_read_once_and_stays_as_it_was(
    sent: Any, returns: Set, inbox: ImapMailbox
) -> None:
    del returns
    come(inbox, about(sent.id, SOFT["postfix-mailbox-full"]))
    come(inbox, next(iter(OTHERS.values())))
    assert (jobs.read_returns(), kinds(), bad()) == (2, ["soft"], [])

    come(inbox, about(sent.id, HARD["postfix-no-such-user"]))
    come(inbox, about(sent.id, COMPLAINTS["arf-abuse"]))
    come(inbox, about(sent.id, next(iter(AUTOMATIC.values()))))
    assert (jobs.read_returns(), jobs.read_returns()) == (3, 0)
    assert (kinds()[:3], bad()) == (["soft", "hard", "complaint"], [ANNA])
    report = queries.report(reading(), sent.campaign_id)
    assert (report["bounced"], report["complained"], report["unsubscribed"]) == (1, 1, 1)
    assert inbox.seen() == [False] * 5


def test_letters_that_got_new_numbers_count_once(
    sent: Any, returns: Set, inbox: ImapMailbox
) -> None:
    inbox.make("Returned")
    returns(folder="Returned")
    for _number in range(3):
        come(inbox, about(sent.id, SOFT["postfix-mailbox-full"]), "Returned")
    assert (jobs.read_returns(), len(kinds())) == (3, 3)
    inbox.renumber("Returned")
    assert (jobs.read_returns(), len(kinds())) == (3, 3)


def test_report_of_somebodys_own_making_strikes_nobody_off(
    sent: Any, returns: Set, inbox: ImapMailbox
) -> None:
    del returns
    forged = mark_of(sent.id, "firm.example").replace(f"letter.{sent.id}.", f"letter.{sent.id}.0")
    come(inbox, about(sent.id, HARD["postfix-no-such-user"], forged))
    assert (jobs.read_returns(), kinds(), bad()) == (1, ["hard"], [])


def test_mailbox_that_cannot_be_read_says_so_until_it_can(
    sent: Any, returns: Set, inbox: ImapMailbox
) -> None:
    come(inbox, about(sent.id, HARD["postfix-no-such-user"]))
    for wrong in ({"password": "wrong"}, {"folder": "Elsewhere"}):
        returns(**wrong)
        assert jobs.read_returns() == 0
        reading().rollback()
        (check,) = jobs.health()
        assert (check.ok, bool(check.detail)) == (False, True)
        assert inbox.password not in check.detail
    returns()
    assert (jobs.read_returns(), bad()) == (1, [ANNA])


def test_each_mailbox_is_read_from_its_own_beginning(
    sent: Any, returns: Set, inbox: ImapMailbox
) -> None:
    inbox.make("Returned")
    come(inbox, about(sent.id, SOFT["postfix-mailbox-full"]))
    come(inbox, about(sent.id, HARD["postfix-no-such-user"]), "Returned")
    assert jobs.read_returns() == 1
    returns(folder="Returned")
    assert (jobs.read_returns(), kinds()) == (1, ["soft", "hard"])
    assert len(list(reading().scalars(sa.select(ReturnBox.place)))) == 2
