"""What the tests of campaigns begin with: a mail server, and a campaign to a group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_mailing.campaigns import queries, service
from salesman_mailing.campaigns.models import Recipient
from salesman_mailing.groups.service import MOST_AT_ONCE, add_records

from salesman_core.clients.models import Client, ClientEmail, Rung
from salesman_core.services.mail import change_mail
from salesman_core.services.smtp import MailServer
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Make
from salesman_core.toolkit import now, reading, writing

LETTER = {
    "name": "Spring",
    "subject": 'Prices for {{ name | or("you") }}',
    "text": 'Dear {{ name | or("colleague") }}, prices.\n\n---\n\n[Leave]({{ unsubscribe }})',
}

Campaign = Callable[..., int]
Fates = Callable[[int], dict[str, int]]


@pytest.fixture
def mail_server(app: Flask, mail_sink: MailSink) -> MailSink:
    """The mail server that the application sends through."""
    del app
    change_mail(MailServer.at(mail_sink.url), "news@firm.example")
    return mail_sink


@pytest.fixture
def campaign(make: Make, group: Callable[..., int], mail_server: MailSink) -> Campaign:
    """Give what makes a campaign to some new clients, in the marketer's name."""
    del mail_server

    def campaign(addresses: int | list[str] = 3, **values: Any) -> int:
        if isinstance(addresses, int):
            addresses = [f"client{n}@host{n % 3}.example" for n in range(addresses)]
        group_id = group()
        ids = _clients(addresses)
        with make.acting(make.user_of("marketer")):
            for first in range(0, len(ids), MOST_AT_ONCE):
                add_records(group_id, "client", ids[first : first + MOST_AT_ONCE])
            return service.create_campaign({**LETTER, "group_id": group_id, **values})

    return campaign


def _clients(addresses: Sequence[str]) -> list[int]:
    """Make a client for each address, as quickly as thousands of them ask for."""
    with writing() as session:
        rung_id = session.scalars(sa.select(Rung.id).order_by(Rung.position)).first()
        told = {"kind": "company", "rung_id": rung_id, "custom": {}, "imported": {}}
        told |= {"created_at": now(), "updated_at": now()}
        last = session.scalar(sa.select(sa.func.max(Client.id))) or 0
        ids = list(range(last + 1, last + 1 + len(addresses)))
        named = list(zip(ids, addresses, strict=True))
        if named:
            names = [(id_, one.partition("@")[0]) for id_, one in named]
            rows = [{"id": id_, "name": one, "search_name": one, **told} for id_, one in names]
            session.execute(sa.insert(Client), rows)
            rows = [{"client_id": id_, "typed": one, "normalised": one} for id_, one in named]
            session.execute(sa.insert(ClientEmail), rows)
    return ids


@pytest.fixture
def start(make: Make) -> Callable[[int], int]:
    """Start a campaign in the marketer's name."""

    def start(campaign_id: int) -> int:
        with make.acting(make.user_of("marketer")):
            return service.start_campaign(campaign_id)

    return start


@pytest.fixture
def drain(app: Flask) -> Callable[[], None]:
    """Do what is due in the queue."""

    def drain() -> None:
        app.extensions["salesman_jobs"].drain()

    return drain


@pytest.fixture
def fates(app: Flask) -> Fates:
    """Give how many letters of a campaign have which fate."""
    del app

    def fates(campaign_id: int) -> dict[str, int]:
        reading().rollback()
        return {fate: n for fate, n in queries.fates(reading(), campaign_id).items() if n}

    return fates


def state_of(campaign_id: int) -> str:
    """Give the state of a campaign."""
    reading().rollback()
    return str(queries.one_campaign(reading(), campaign_id).state)


def problem_of(campaign_id: int) -> str:
    """Give why a campaign does not go on."""
    reading().rollback()
    return str(queries.one_campaign(reading(), campaign_id).problem)


def recipient(address: str) -> Any:
    """Give the row of an address."""
    reading().rollback()
    columns = tuple(Recipient.__table__.c)
    return reading().execute(sa.select(*columns).where(Recipient.address == address)).one()


def to(sink: MailSink) -> Counter[str]:
    """Give how many letters each address got."""
    return Counter(address for one in sink.deliveries for address in one.recipients)
