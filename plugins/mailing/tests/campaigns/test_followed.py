"""The report of a campaign goes on to leads, deals and turnover, and each figure to its rows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from salesman_leads.intake import create_lead
from salesman_leads.qualifying import qualify_lead
from salesman_mailing.campaigns import service
from salesman_mailing.campaigns.followed import DEALS, WON, followed, followers
from salesman_mailing.campaigns.models import Recipient
from salesman_mailing.groups.service import add_records

from salesman_core.deals.service import close_deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Api, Make
from salesman_core.toolkit import reading, writing

from .conftest import LETTER

Came = Callable[[int], dict[str, int | Decimal]]
Send = Callable[..., int]

ANNA = "anna@client.example"


@pytest.fixture
def send(
    make: Make,
    group: Callable[..., int],
    mail_server: MailSink,
    drain: Callable[[], None],
    clock: FrozenClock,
) -> Send:
    """Give what sends a campaign to some records, in the marketer's name; a minute goes by."""
    del mail_server

    def send(kind: str, *record_ids: int) -> int:
        group_id = group()
        with make.acting(make.user_of("marketer")):
            add_records(group_id, kind, record_ids)
            campaign_id = service.create_campaign({**LETTER, "group_id": group_id})
            service.start_campaign(campaign_id)
        drain()
        clock.advance(minutes=1)
        return campaign_id

    return send


def came(campaign_id: int) -> dict[str, int | Decimal]:
    """Give what came after a campaign, without the noughts."""
    reading().rollback()
    found = followed(reading(), campaign_id)
    told: dict[str, int | Decimal] = {kind.name: count for kind, count in found.records}
    if found.turnover is not None:
        told |= {"deals": found.turnover.deals, "won": found.turnover.won}
        told["amount"] = found.turnover.amount
    return {name: value for name, value in told.items() if value}


def rows(campaign_id: int, what: str) -> list[str]:
    """Give the names of the records behind a figure."""
    return [row.name for row in followers(reading(), campaign_id, what, None).rows]


def test_deals_of_those_who_got_the_letter_count_from_then_on(
    make: Make, send: Send, clock: FrozenClock
) -> None:
    client = make.client(emails=[ANNA])
    make.deal(client_id=client, name="Before")
    clock.advance(minutes=1)
    one = send("client", client)
    won = make.deal(client_id=client, name="Boiler", amount=Decimal(1000))
    close_deal(won, "won")
    make.deal(client_id=client, name="Pump", amount=Decimal(500))
    make.deal(client_id=make.client(), name="Of others")
    assert came(one) == {"deals": 2, "won": 1, "amount": Decimal(1000)}
    assert (rows(one, DEALS), rows(one, WON)) == (["Pump", "Boiler"], ["Boiler"])


def test_what_comes_later_than_the_page_says_does_not_count(
    make: Make, send: Send, clock: FrozenClock
) -> None:
    client = make.client(emails=[ANNA])
    one = send("client", client)
    clock.advance(days=29)
    make.deal(client_id=client)
    clock.advance(days=1)
    make.deal(client_id=client)
    found = followed(reading(), one)
    assert (found.days, came(one)) == (30, {"deals": 1})


def test_lead_that_became_a_client_brings_its_deal(make: Make, send: Send) -> None:
    lead = create_lead({"name": "Anna", "emails": [ANNA]})
    one = send("leads.lead", lead)
    names = {"client_name": "Boilers", "contact_name": "Anna", "deal_name": "Boiler"}
    qualify_lead(lead, names)
    found = came(one)
    assert found["deals"] == 1
    assert found["contact"] + found.get("client", 0) >= 1


def test_new_lead_with_an_address_that_got_the_letter_counts(make: Make, send: Send) -> None:
    one = send("client", make.client(emails=[ANNA]))
    create_lead({"name": "Anna asks", "emails": [ANNA]})
    create_lead({"name": "Boris asks", "emails": ["boris@client.example"]})
    assert came(one) == {"leads.lead": 1}
    assert rows(one, "leads.lead") == ["Anna asks"]


def test_letter_that_came_back_brought_nothing(make: Make, send: Send, clock: FrozenClock) -> None:
    client = make.client(emails=[ANNA])
    one = send("client", client)
    with writing() as session:
        session.execute(sa.update(Recipient).values(bounced_at=clock.now()))
    make.deal(client_id=client)
    assert came(one) == {}


def test_figures_and_rows_are_what_whoever_reads_may_see(make: Make, send: Send) -> None:
    seller = make.user_of("seller")
    mine, other = make.client(emails=[ANNA], owner_id=seller), make.client(emails=["b@x.example"])
    one = send("client", mine, other)
    make.deal(client_id=mine, name="Mine", owner_id=seller)
    make.deal(client_id=other, name="Other")
    with make.acting(seller):
        assert came(one) == {"deals": 1}
        assert rows(one, DEALS) == ["Mine"]


def test_page_and_api_tell_it_with_as_many_statements_however_much_came(
    make: Make,
    send: Send,
    api_for: Callable[[str], Api],
    browser_for: Callable[[str], FlaskClient],
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    client = make.client(emails=[ANNA])
    one = send("client", client)
    browser, path = browser_for("head"), f"/mailing/campaigns/{one}"

    def count() -> int:
        make.deal(client_id=client, name="Boiler", amount=Decimal(1000))
        with statements() as found:
            page = browser.get(path).text
        assert f"{path}/followed/deals" in page
        return len(found)

    browser.get(path)  # what is kept from then on is read once
    assert count() == count() == count()
    assert browser.get(f"{path}/followed/deals").text.count("Boiler") == 3
    told = api_for("head").get(f"/mailing/campaigns/{one}/followed").json
    assert (told["deals"], told["won"], told["amount"], told["days"]) == (3, 0, "0.00", 30)
