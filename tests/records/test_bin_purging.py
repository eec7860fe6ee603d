"""What is deleted for good goes with all that means nothing without it, and with nothing else."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.clients import service as clients
from salesman_core.clients.merging import merge_clients
from salesman_core.clients.models import Client, Contact
from salesman_core.db import reading
from salesman_core.deals import service as deals
from salesman_core.deals.models import Deal, DealContact, DealMove
from salesman_core.errors import ConflictError, ForbiddenError, MissingError
from salesman_core.records.bin.emptying import empty_bin, forget_contents
from salesman_core.records.bin.service import purge, purge_many
from salesman_core.records.files import attach
from salesman_core.records.models import Audit, Note
from salesman_core.records.notes import write_note
from salesman_core.services.company import change_company
from salesman_core.services.files import stored_file
from salesman_core.services.models import StoredFile
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]


@pytest.fixture
def clock(app: Flask, clock: FrozenClock) -> FrozenClock:
    """A clock that the application goes by."""
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def binned(app: Flask, make: Make) -> Callable[..., int]:
    """A function that puts a client into the bin, with a later one beside it."""

    def binned(**values: Any) -> int:
        client_id = make.client(**values)
        make.client()
        clients.delete_client(client_id)
        return client_id

    return binned


@pytest.fixture
def binned_deal(app: Flask, make: Make) -> Callable[..., int]:
    """A function that puts a deal into the bin, with a later one beside it."""

    def binned(**values: Any) -> int:
        deal_id = make.deal(**values)
        make.deal()
        deals.delete_deal(deal_id)
        return deal_id

    return binned


Binned = Callable[..., int]


def number(model: Any, *conditions: Any) -> int:
    reading().rollback()
    return reading().scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


def test_client_goes_for_good_with_its_contacts_and_notes(make: Make, app: Flask) -> None:
    client_id, other = make.client(name="Omega"), make.client()
    make.contact(client_id), make.contact(other)
    write_note("client", client_id, "They pay late.")
    clients.delete_client(client_id)

    assert purge("client", client_id) == "Omega"

    assert [number(Client, Client.id == client_id), number(Note)] == [0, 0]
    assert number(Contact) == 1


def test_deal_goes_for_good_with_its_steps_and_leaves_its_client(
    make: Make, binned_deal: Binned
) -> None:
    client_id = make.client()
    deal_id = binned_deal(client_id=client_id)

    purge("deal", deal_id)

    assert number(Deal, Deal.id == deal_id) == 0
    assert number(DealMove, DealMove.deal_id == deal_id) == 0
    assert number(Client, Client.id == client_id) == 1


def test_audit_keeps_what_was_deleted_for_good(binned: Binned) -> None:
    client_id = binned(name="Omega")

    purge("client", client_id)

    last = sa.select(Audit.action, Audit.label).order_by(Audit.id.desc()).limit(1)
    assert tuple(reading().execute(last).one()) == ("erased", "Omega")


def test_client_to_whom_a_deal_refers_stays_and_says_why(make: Make, app: Flask) -> None:
    client_id, _later = make.client(), make.client()
    make.deal(client_id=client_id)
    clients.delete_client(client_id)

    with pytest.raises(ConflictError, match="Others refer to it: Deals: 1"):
        purge("client", client_id)

    assert number(Client, Client.id == client_id) == 1


def test_contact_goes_for_good_with_its_naming_in_deals(make: Make, app: Flask) -> None:
    client_id = make.client()
    contact_id, _later = make.contact(client_id), make.contact(client_id)
    deal_id = make.deal(client_id=client_id, contact_ids=[contact_id])
    clients.delete_contact(contact_id)

    purge("contact", contact_id)

    assert number(DealContact, DealContact.deal_id == deal_id) == 0
    assert number(Deal, Deal.id == deal_id) == 1


def test_client_goes_once_the_deal_that_refers_to_it_has_gone(make: Make, app: Flask) -> None:
    client_id, _later = make.client(), make.client()
    deal_id, _later = make.deal(client_id=client_id), make.deal()
    deals.delete_deal(deal_id)
    clients.delete_client(client_id)

    outcomes = purge_many([("client", client_id), ("deal", deal_id)])

    assert [one.refused for one in outcomes] == [None, None]


def test_client_goes_with_those_that_were_merged_into_it(make: Make, app: Flask) -> None:
    kept, lost, _later = make.client(), make.client(), make.client()
    merge_clients(kept, [lost])
    clients.delete_client(kept)

    purge("client", kept)

    assert number(Client, Client.id.in_([kept, lost])) == 0


@pytest.mark.databases("sqlite")
def test_latest_record_stays_so_that_its_number_does_not_come_again(make: Make, app: Flask) -> None:
    client_id = make.client()
    clients.delete_client(client_id)

    with pytest.raises(ConflictError, match="latest of its kind"):
        purge("client", client_id)

    make.client()
    purge("client", client_id)


def test_record_that_does_not_lie_in_the_bin_is_not_deleted(make: Make, app: Flask) -> None:
    client_id = make.client()

    with pytest.raises(MissingError):
        purge("client", client_id)


@pytest.mark.databases("sqlite")
def test_only_who_may_deletes_for_good(make: Make, binned: Binned, api_for: ApiFor) -> None:
    client_id = binned()

    with make.acting(make.user_of("head")), pytest.raises(ForbiddenError):
        purge("client", client_id)
    items = {"items": [{"kind": "client", "record_id": client_id}]}
    assert api_for("head").post("/bin/purge", items).status_code == 403


def test_api_deletes_for_good_with_a_result_each(
    make: Make, binned: Binned, api_for: ApiFor
) -> None:
    client_id, held = binned(name="Omega"), make.client()
    make.deal(client_id=held)
    make.client()
    clients.delete_client(held)
    items = [{"kind": "client", "record_id": one} for one in (client_id, held)]

    results = api_for("administrator").post("/bin/purge", {"items": items}).json["results"]

    assert [one["status"] for one in results] == [200, 409]
    assert results[0]["item"]["label"] == "Omega"


def test_page_names_what_is_lost_before_it_goes(
    make: Make, binned: Binned, browser_for: BrowserFor
) -> None:
    client_id = binned(name="Omega", phones=["+7 912 345-67-89"])
    browser = browser_for("administrator")
    write_note_of = {"id": f"client:{client_id}", "next": "/bin"}

    asked = browser.post("/bin/purge/form", data=write_note_of).text
    assert ("Omega" in asked, "This cannot be undone" in asked) == (True, True)
    assert browser.post("/bin/purge", data=write_note_of).location == "/bin"

    assert number(Client, Client.id == client_id) == 0


@pytest.mark.databases("sqlite")
def test_bin_offers_to_delete_for_good_only_to_who_may(
    binned: Binned, browser_for: BrowserFor
) -> None:
    binned()

    pages = [browser_for(role).get("/bin").text for role in ("administrator", "head")]

    assert ["/bin/purge/form" in page for page in pages] == [True, False]


def test_bin_is_emptied_of_what_has_lain_there_for_longer_than_the_company_says(
    make: Make, binned: Binned, binned_deal: Binned, clock: FrozenClock
) -> None:
    old, deal = binned(), binned_deal()
    clock.advance(days=31)
    young = binned()
    change_company({"bin_days": 30})

    empty_bin()

    assert number(Client, Client.id == old) == 0
    assert number(Deal, Deal.id == deal) == 0
    assert number(Client, Client.id == young) == 1


def test_bin_keeps_everything_for_ever_where_nobody_said_otherwise(
    binned: Binned, clock: FrozenClock
) -> None:
    client_id = binned()
    clock.advance(days=5000)

    empty_bin()

    assert number(Client, Client.id == client_id) == 1


def test_emptying_leaves_what_others_refer_to_and_takes_the_rest(
    make: Make, clock: FrozenClock, app: Flask
) -> None:
    held, with_deal, _later = make.client(), make.client(), make.client()
    make.deal(client_id=held)
    deal, _later = make.deal(client_id=with_deal), make.deal()
    deals.delete_deal(deal)
    for client_id in (held, with_deal):
        clients.delete_client(client_id)
    clock.advance(days=91)
    change_company({"bin_days": 90})

    empty_bin()

    found = [number(Client, Client.id == one) for one in (held, with_deal)]
    assert found == [1, 0]


def test_content_of_a_file_goes_once_nothing_refers_to_it(
    make: Make, binned_deal: Binned, clock: FrozenClock
) -> None:
    deal_id, other = make.deal(), make.deal()
    with make.acting(make.user_of("administrator")):
        attach("deal", deal_id, "offer.txt", io.BytesIO(b"An offer"))
        attach("deal", deal_id, "both.txt", io.BytesIO(b"Of two deals"))
        attach("deal", other, "both.txt", io.BytesIO(b"Of two deals"))
    rows = reading().execute(sa.select(StoredFile.size, StoredFile.hash))
    hashes = {row.size: row.hash for row in rows}
    own, shared = stored_file(hashes[8]), stored_file(hashes[12])
    for path in (own, shared):
        os.utime(path, (0, 0))
    deals.delete_deal(deal_id)
    purge("deal", deal_id)
    clock.advance(days=2)

    assert forget_contents() == 1

    assert (own.exists(), shared.exists(), number(StoredFile)) == (False, True, 1)


@pytest.mark.databases("sqlite")
def test_content_that_somebody_may_be_attaching_stays(
    make: Make, clock: FrozenClock, app: Flask
) -> None:
    deal_id, _later = make.deal(), make.deal()
    with make.acting(make.user_of("administrator")):
        attach("deal", deal_id, "offer.txt", io.BytesIO(b"An offer"))
    deals.delete_deal(deal_id)
    purge("deal", deal_id)
    clock.advance(hours=1)

    assert forget_contents() == 0
    assert number(StoredFile) == 1


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("days", ["29", "x", "-5"])
def test_company_keeps_the_bin_for_at_least_thirty_days(
    app: Flask, browser_for: BrowserFor, days: str
) -> None:
    refused = browser_for("administrator").post("/admin/company", data={"bin_days": days})

    assert refused.status_code == 422
