"""A real mail server with a mailbox of which leads know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from salesman_leads.mailbox import service
from salesman_leads.mailbox.schemas import MailboxSchema

from salesman_core.testing.imap import ImapMailbox, ImapServer
from salesman_core.toolkit import judge

Known = Callable[..., int]


@pytest.fixture
def inbox(imap_server: ImapServer) -> ImapMailbox:
    """A mailbox of the test's own."""
    return imap_server.mailbox()


@pytest.fixture
def known(app: Flask, inbox: ImapMailbox) -> Known:
    """What lets leads know of the mailbox: ``known(folder="Leads")`` gives its id."""

    def add(**values: Any) -> int:
        usual = {
            "way": "imap",
            "host": "127.0.0.1",
            "port": inbox.server.port,
            "user": inbox.user,
            "password": inbox.password,
            "folder": "INBOX",
            "takes_old": True,
        }
        return service.add_mailbox(judge(MailboxSchema(), {**usual, **values}))

    return add
