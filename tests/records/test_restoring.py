"""Former values put back from the history of a record."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clients.merging import merge_clients
from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client, change_contact, delete_contact
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.deals.service import change_deal
from salesman_core.errors import ConflictError, ForbiddenError, MissingError, StaleError
from salesman_core.records.models import Audit
from salesman_core.records.restoring import restore
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]


def latest(kind: str, record_id: int) -> int:
    """The entry of the audit about the last change of a record."""
    found = sa.select(sa.func.max(Audit.id)).where(Audit.kind == kind, Audit.record_id == record_id)
    return reading().scalars(found).one()


def deal_of(deal_id: int) -> Deal:
    return reading().get_one(Deal, deal_id, populate_existing=True)


def test_former_value_comes_back_and_its_return_is_told(make: Make) -> None:
    deal = make.deal(name="Beams", amount=Decimal("100.00"))
    change_deal(deal, {"amount": Decimal("50.00")})

    done = restore(latest("deal", deal), "amount")

    assert deal_of(deal).amount == Decimal("100.00")
    kept = reading().get_one(Audit, done.entry_id)
    assert kept.changes == {"amount": ["50.00", "100.00"]}


def test_return_of_a_former_value_is_undone_by_the_same_way(make: Make) -> None:
    deal = make.deal(name="Beams")
    change_deal(deal, {"name": "Girders"})

    done = restore(latest("deal", deal), "name")
    restore(done.entry_id, "name")

    assert deal_of(deal).name == "Girders"


def test_former_phones_of_a_client_come_back(make: Make) -> None:
    client = make.client(phones=["+7 912 345-67-67"])
    change_client(client, {"phones": []})

    restore(latest("client", client), "phones")

    found = reading().get_one(Client, client, populate_existing=True)
    assert [one.typed for one in found.phones] == ["+7 912 345-67-67"]


def test_former_value_does_not_overwrite_what_somebody_changed_since(make: Make) -> None:
    deal = make.deal(name="Beams")
    change_deal(deal, {"name": "Girders"})
    entry, version = latest("deal", deal), deal_of(deal).version
    change_deal(deal, {"name": "Rails"})

    with pytest.raises(StaleError):
        restore(entry, "name", version)


def test_former_value_that_stands_there_is_refused(make: Make) -> None:
    deal = make.deal(name="Beams")
    change_deal(deal, {"name": "Girders"})
    entry = latest("deal", deal)
    restore(entry, "name")

    with pytest.raises(ConflictError):
        restore(entry, "name")


def test_former_value_comes_back_only_for_who_may_change_the_record(make: Make) -> None:
    lawyer = make.user_of("lawyer")
    deal = make.deal(name="Beams", participants=[{"user_id": lawyer}])
    change_deal(deal, {"name": "Girders"})
    entry = latest("deal", deal)

    with make.acting(lawyer), pytest.raises(ForbiddenError):
        restore(entry, "name")


def test_former_value_of_a_record_out_of_reach_is_not_there(make: Make) -> None:
    deal = make.deal(name="Beams")
    change_deal(deal, {"name": "Girders"})
    entry = latest("deal", deal)

    with make.acting(make.user_of("seller")), pytest.raises(MissingError):
        restore(entry, "name")


def test_former_cost_is_not_there_for_who_may_not_see_margins(make: Make) -> None:
    assistant = make.user_of("assistant")
    deal = make.deal(owner_id=assistant)
    change_deal(deal, {"cost": Decimal("50.00")})
    entry = latest("deal", deal)

    with make.acting(assistant), pytest.raises(MissingError):
        restore(entry, "cost")


def test_history_page_puts_a_value_back_with_one_press(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal(name="Beams")
    change_deal(deal, {"name": "Girders"})
    browser = browser_for("head")
    page = browser.get(f"/records/deal/{deal}/history").text
    sent = dict(re.findall(r'name="(entry_id|field|version)" value="(\w+)"', page))

    answer = browser.post(f"/records/deal/{deal}/history", data=sent, follow_redirects=True)

    assert deal_of(deal).name == "Beams"
    assert "The former value is back." in answer.text
    assert f"/records/deal/{deal}/history?entry_id=" in answer.text


def test_history_page_offers_nothing_to_who_may_only_look(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(participants=[{"user_id": make.user_of("lawyer")}])
    change_deal(deal, {"name": "Girders"})

    assert "Put back" not in browser_for("lawyer").get(f"/records/deal/{deal}/history").text


def test_history_page_offers_nothing_of_what_was_merged_or_lies_in_the_bin(
    make: Make, browser_for: BrowserFor
) -> None:
    kept, lost = make.client(), make.client()
    contact = make.contact(kept)
    change_contact(contact, {"position": "Director"})
    change_client(lost, {"site": "lost.example"})
    merge_clients(kept, [lost])
    delete_contact(contact)

    page = browser_for("head").get(f"/records/client/{kept}/history").text

    assert ("Director" in page, "lost.example" in page, "Put back:" in page) == (True, True, False)
