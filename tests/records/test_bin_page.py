"""The page of the bin: what lies there for whom, and how it comes out again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.records import Bin, visible
from salesman_core.clients import service as clients
from salesman_core.clients.merging import merge_clients
from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.deals import service as deals
from salesman_core.records.bin.queries import BIN, in_bin
from salesman_core.records.bin.service import take_many_out
from salesman_core.records.lists import parse_list_query
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.testing.statements import counted_statements

BrowserFor = Callable[[str], Browser]
ApiFor = Callable[[str], Api]


@pytest.fixture
def clock(app: Flask, clock: FrozenClock) -> FrozenClock:
    """A clock that the application goes by."""
    app.extensions["salesman_clock"] = clock.now
    return clock


def lying(**asked: str) -> list[tuple[str, str, str]]:
    """What whoever acts reads there: kind, name, and who put it there; the latest first."""
    found, _next = in_bin(parse_list_query(asked, BIN))
    return [(one.kind, one.label, one.by) for one in found]


def test_bin_tells_who_deleted_what_the_latest_first(make: Make, clock: FrozenClock) -> None:
    client, boris = make.client(name="Omega"), make.user("head", name="Boris")
    contact = make.contact(client, name="Anna")
    deal = make.deal(name="Boilers")
    with make.acting(boris):
        clients.delete_contact(contact)
        clock.advance(days=1)
        deals.delete_deal(deal)

    assert lying() == [("deal", "Boilers", "Boris"), ("contact", "Anna", "Boris")]


def test_bin_is_narrowed_by_kind_person_day_and_name(make: Make, clock: FrozenClock) -> None:
    boris = make.user("head", name="Boris")
    for name in ("Омега", "Дельта"):
        with make.acting(boris):
            clients.delete_client(make.client(name=name))
        clock.advance(days=2)
    deals.delete_deal(make.deal(name="Boilers"))

    assert [name for _kind, name, _by in lying(kind="deal")] == ["Boilers"]
    assert [name for _kind, name, _by in lying(deleted_by_id=str(boris))] == ["Дельта", "Омега"]
    assert [name for _kind, name, _by in lying(deleted_at="yesterday")] == []
    assert [name for _kind, name, _by in lying(deleted_at="today")] == ["Boilers"]
    assert [name for _kind, name, _by in lying(q="омег")] == ["Омега"]


def test_bin_pages_go_on_where_the_last_one_ended(make: Make) -> None:
    for number in range(5):
        clients.delete_client(make.client(name=f"Client {number}"))
        deals.delete_deal(make.deal(name=f"Deal {number}"))

    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        found, cursor = in_bin(parse_list_query(asked, BIN))
        names += [one.label for one in found]

    assert len(names) == 10
    assert set(names) == {f"{kind} {n}" for kind in ("Client", "Deal") for n in range(5)}


def test_bin_asks_as_many_statements_for_ten_records_as_for_one(make: Make) -> None:
    clients.delete_client(make.client())
    with counted_statements() as one:
        lying()
    for _number in range(9):
        clients.delete_client(make.client())
    with counted_statements() as ten:
        lying()

    assert len(ten) == len(one)


def test_bin_holds_for_each_what_they_see_and_might_delete(make: Make) -> None:
    seller, other = make.user("seller"), make.user("seller")
    own, foreign = make.client(owner_id=seller), make.client(owner_id=other)
    for client, name in ((own, "Own"), (foreign, "Foreign")):
        clients.delete_contact(make.contact(client, name=name))
    clients.delete_client(make.client(owner_id=seller, name="Deleted by the head"))

    with make.acting(seller):  # sellers change contacts of their own clients, and delete none
        assert [name for _kind, name, _by in lying()] == ["Own"]
    with make.acting(make.user("lawyer")):
        assert lying() == []


def test_bin_leaves_out_what_was_merged_into_another_client(make: Make) -> None:
    kept, lost = make.client(name="Omega"), make.client(name="OMEGA")
    merge_clients(kept, [lost])

    assert lying() == []


def test_several_come_out_of_the_bin_and_each_says_what_came_of_it(make: Make) -> None:
    client, deal = make.client(name="Omega"), make.deal(name="Boilers")
    clients.delete_client(client)
    deals.delete_deal(deal)
    standing = make.client(name="Never deleted")

    outcomes = take_many_out([("client", client), ("client", standing), ("deal", deal)])

    assert [(one.label, one.refused is None) for one in outcomes] == [
        ("Omega", True),
        ("", False),
        ("Boilers", True),
    ]
    seen = sa.select(Client.name).where(visible("client", bin=Bin.LEFT_OUT)).order_by(Client.name)
    assert list(reading().scalars(seen)) == ["Never deleted", "Omega"]
    assert lying() == []


def test_nobody_takes_out_what_they_could_not_have_deleted(make: Make, api_for: ApiFor) -> None:
    client = make.client()
    clients.delete_client(client)

    answer = api_for("seller").post(
        "/bin/restore", {"items": [{"kind": "client", "record_id": client}]}
    )

    assert [one["status"] for one in answer.json["results"]] == [404]
    assert lying() != []


def test_bin_in_the_api_lists_and_restores(make: Make, api_for: ApiFor) -> None:
    client = make.client(name="Omega")
    clients.delete_client(client)
    api = api_for("head")

    listed = api.get("/bin?kind=client").json["items"]
    answer = api.post(
        "/bin/restore",
        {"items": [{"kind": "client", "record_id": client}, {"kind": "rocket", "record_id": 1}]},
    )

    assert [(one["record_id"], one["label"]) for one in listed] == [(client, "Omega")]
    assert [one["status"] for one in answer.json["results"]] == [200, 404]
    assert api.get(f"/clients/{client}").status_code == 200


def test_page_of_the_bin_takes_out_one_record_by_its_button(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(name="Omega")
    clients.delete_client(client)
    browser = browser_for("head")
    page = browser.get("/bin").text
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', page))

    back = browser.post(
        "/bin/restore",
        data={"csrf_token": token, "only": f"client:{client}"},
        follow_redirects=True,
    ).text

    assert "“Omega” is back from the bin." in back
    assert browser.get(f"/clients/{client}").status_code == 200


def test_page_says_of_each_record_why_it_stays(make: Make, browser_for: BrowserFor) -> None:
    client, gone = make.client(name="Omega"), make.client(name="Delta")
    clients.delete_client(client)
    clients.delete_client(gone)
    browser = browser_for("head")
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', browser.get("/bin").text))
    clients.restore_client(gone)

    page = browser.post(
        "/bin/restore",
        data={"csrf_token": token, "id": [f"client:{client}", f"client:{gone}"]},
    ).text

    assert "back 1, refused 1" in page
    assert "There is no such record in the bin, or you may not see it." in page


def test_what_is_no_record_is_refused(browser_for: BrowserFor, make: Make) -> None:
    clients.delete_client(make.client())
    browser = browser_for("head")
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', browser.get("/bin").text))

    for mark in ("client", "client:٣", "", f"client:{10**30}"):
        answer = browser.post("/bin/restore", data={"csrf_token": token, "id": mark})
        assert answer.status_code == 422
