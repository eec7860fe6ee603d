"""Former values put back from the history of a record."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clients.merging import merge_clients
from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client, change_contact, delete_contact
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.deals.service import change_deal
from salesman_core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingError,
    StaleError,
)
from salesman_core.records.custom.service import change_field, define_field, retire_field
from salesman_core.records.models import Audit
from salesman_core.records.restoring import restore
from salesman_core.testing.people import Api, Make

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


def test_undoing_on_the_page_overwrites_nothing_that_was_written_since(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(name="Beams")
    change_deal(deal, {"name": "Girders"})
    browser = browser_for("head")
    address = f"/records/deal/{deal}/history"
    page = browser.get(address).text
    sent = dict(re.findall(r'name="(entry_id|field|version)" value="(\w+)"', page))
    page = browser.post(address, data=sent, follow_redirects=True).text
    undo = unescape(re.findall(rf'"({address}\?entry_id=[^"]+)"', page)[0])
    change_deal(deal, {"name": "Rails"})

    answer = browser.post(undo, follow_redirects=True)

    assert deal_of(deal).name == "Rails"
    assert "Somebody else has changed this record since you read it." in answer.text


@pytest.mark.parametrize(
    ("about", "first", "second"),
    [
        ({"type": "text"}, "red", "blue"),
        ({"type": "money"}, "1200.50", "7.00"),
        ({"type": "date"}, "2026-03-01", None),
        ({"type": "flag"}, False, True),
        ({"type": "choices", "options": [{"title": "Red"}, {"title": "Blue"}]}, ["red"], ["blue"]),
    ],
    ids=lambda given: given["type"] if isinstance(given, dict) else "",
)
def test_former_value_of_a_custom_field_comes_back(
    api_for: Callable[[str], Api], about: dict[str, Any], first: object, second: object
) -> None:
    define_field("deal", {"label": "Detail", **about})
    api = api_for("head")
    path = f"/deals/{api.post('/deals', {'name': 'Beams', 'custom': {'detail': first}}).json['id']}"
    api.patch(path, {"custom": {"detail": second}})
    deal = int(path.rpartition("/")[2])

    restore(latest("deal", deal), "custom.detail")

    assert api.get(path).json["custom"] == {"detail": first}


def test_former_value_of_a_retired_field_is_not_there(make: Make) -> None:
    field = define_field("client", {"label": "Detail", "type": "text"})
    client = make.client(custom={"detail": "red"})
    change_client(client, {"custom": {"detail": "blue"}})
    entry = latest("client", client)
    retire_field(field)

    with pytest.raises(MissingError):
        restore(entry, "custom.detail")


def test_former_value_that_a_custom_field_no_longer_takes_is_refused(make: Make) -> None:
    options = [{"title": "Red"}, {"title": "Blue"}]
    field = define_field("client", {"label": "Hue", "type": "choice", "options": options})
    client = make.client(custom={"hue": "red"})
    change_client(client, {"custom": {"hue": "blue"}})
    left = [{"key": "blue", "title": "Blue"}, {"title": "Green"}]
    change_field(field, {"label": "Hue", "options": left})

    with pytest.raises(InvalidError):
        restore(latest("client", client), "custom.hue")


def test_changed_part_of_a_participant_is_told(make: Make, browser_for: BrowserFor) -> None:
    lawyer = make.user_of("lawyer")
    deal = make.deal(participants=[{"user_id": lawyer, "part": "contract"}])
    change_deal(deal, {"participants": [{"user_id": lawyer, "part": "agreement"}]})

    kept = reading().get_one(Audit, latest("deal", deal))
    page = browser_for("head").get(f"/records/deal/{deal}/history").text

    assert kept.changes == {"parts": [{str(lawyer): "contract"}, {str(lawyer): "agreement"}]}
    assert re.search(r"Parts of the participants.*: contract.*: agreement", page, re.DOTALL)


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
