"""Somebody leaves: others take over what they own, of every kind, in one act."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.colleagues import colleagues
from salesman_core.access.models import Role, User
from salesman_core.clients.models import Client, ClientParticipant
from salesman_core.clients.service import create_client, delete_client
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.deals.service import create_deal
from salesman_core.errors import ConflictError, InvalidError
from salesman_core.jobs import job_view
from salesman_core.jobs.port import jobs
from salesman_core.people import handing_over, service
from salesman_core.people.handing_over import ALL_KINDS, STAYS
from salesman_core.people.roles import change_grants
from salesman_core.plugins import switches
from salesman_core.records.custom.service import define_field
from salesman_core.records.models import Audit
from salesman_core.testing.people import api_of
from salesman_hookspecs import Scope

AddUser = Callable[..., int]
Visit = Callable[..., Any]


@pytest.fixture
def olga(add_user: AddUser) -> int:
    """Another seller."""
    return add_user("Olga", "seller")


@pytest.fixture
def boris(add_user: AddUser) -> int:
    """A third one."""
    return add_user("Boris", "seller")


def owner_of(model: type[Any], record_id: int) -> int | None:
    return reading().scalar(sa.select(model.owner_id).where(model.id == record_id))


def test_successor_gets_everything_in_one_act(anna: int, sergei: int, olga: int) -> None:
    client = create_client({"name": "Omega", "owner_id": sergei})
    deal = create_deal({"name": "Beams", "owner_id": sergei})

    assert service.deactivate(sergei, {ALL_KINDS: olga}) is None

    assert (owner_of(Client, client), owner_of(Deal, deal)) == (olga, olga)
    assert handing_over.holdings(reading(), sergei) == []


def test_kinds_may_have_successors_of_their_own(
    anna: int, sergei: int, olga: int, boris: int
) -> None:
    client = create_client({"name": "Omega", "owner_id": sergei})
    deal = create_deal({"name": "Beams", "owner_id": sergei})

    service.deactivate(sergei, {ALL_KINDS: olga, "deal": boris})

    assert (owner_of(Client, client), owner_of(Deal, deal)) == (olga, boris)


def test_records_stay_where_nobody_takes_over(anna: int, sergei: int) -> None:
    client = create_client({"name": "Omega", "owner_id": sergei})

    service.deactivate(sergei, STAYS)

    assert owner_of(Client, client) == sergei


def test_nobody_leaves_while_nothing_is_said_of_what_they_own(anna: int, sergei: int) -> None:
    create_client({"name": "Omega", "owner_id": sergei})
    create_deal({"name": "Beams", "owner_id": sergei})

    with pytest.raises(ConflictError) as refused:
        service.deactivate(sergei, {"client": None})

    told = "These still belong to Sergei: Deals: 1. Say who takes over, or that they stay."
    assert str(refused.value) == told


def parts(client: int) -> dict[int, str]:
    """Who takes part in a client, and as what."""
    reading().rollback()
    rows = reading().scalars(
        sa.select(ClientParticipant).where(ClientParticipant.record_id == client)
    )
    return {row.user_id: row.part for row in rows}


def test_part_in_a_record_changes_hands_too(anna: int, sergei: int, olga: int, boris: int) -> None:
    people = [{"user_id": sergei, "part": "lawyer"}, {"user_id": boris, "part": "helper"}]
    client = create_client({"name": "Omega", "participants": people})

    service.deactivate(sergei, {ALL_KINDS: olga})

    assert parts(client) == {olga: "lawyer", boris: "helper"}
    (entry,) = reading().scalars(sa.select(Audit).where(Audit.action == "handed_over"))
    assert entry.changes == {"participants": [sorted([sergei, boris]), sorted([olga, boris])]}


@pytest.mark.parametrize("owned", [False, True])
def test_part_ends_where_the_successor_has_one_or_owns_the_record(
    anna: int, sergei: int, olga: int, *, owned: bool
) -> None:
    people = [{"user_id": sergei, "part": "lawyer"}, {"user_id": olga, "part": "helper"}]
    held = people[:1] if owned else people
    client = create_client(
        {"name": "Omega", "owner_id": olga if owned else anna, "participants": held}
    )

    service.deactivate(sergei, {ALL_KINDS: olga})

    assert parts(client) == ({} if owned else {olga: "helper"})


def test_custom_field_that_names_who_leaves_names_the_successor(
    anna: int, sergei: int, olga: int
) -> None:
    define_field("client", {"type": "user", "key": "keeper", "label": "Keeper"})
    define_field("client", {"type": "text", "key": "note", "label": "Note"})
    client = create_client({"name": "Omega", "custom": {"keeper": sergei, "note": "loud"}})

    service.deactivate(sergei, {ALL_KINDS: olga})

    reading().rollback()
    found = reading().get_one(Client, client)
    assert (found.custom, found.version) == ({"keeper": olga, "note": "loud"}, 2)


def test_page_of_who_left_says_what_still_names_them(anna: int, sergei: int, visit: Visit) -> None:
    create_client({"name": "Omega", "owner_id": sergei})
    service.deactivate(sergei, STAYS)

    page = " ".join(visit("anna").get(f"/admin/users/{sergei}").text.split())

    assert "These still name Sergei: Clients: 1" in page


def told_on(page: str) -> list[str]:
    """What a page says of who took over, with the address that each leads to."""
    taken = page.partition("Taken over from")[2].partition("</ul>")[0]
    lines = re.findall(r"<li>(.*?)</li>", taken, re.DOTALL)
    return [re.sub(r"<a href=\"([^\"]*)\"[^>]*>", r"\1 ", one).replace("</a>", "") for one in lines]


def test_page_of_who_left_says_who_took_over(
    anna: int, sergei: int, olga: int, boris: int, visit: Visit
) -> None:
    for name in ("Omega", "Alpha"):
        create_client({"name": name, "owner_id": sergei})
    create_deal({"name": "Beams", "owner_id": sergei})
    service.deactivate(sergei, {ALL_KINDS: olga, "deal": boris})

    page = visit("anna").get(f"/admin/users/{sergei}").text

    assert told_on(page) == [
        f"Clients: 2 → /clients?owner_id={olga} Olga",
        f"Deals: 1 → /deals?owner_id={boris} Boris",
    ]
    shown = visit("anna").get(f"/clients?owner_id={olga}").text
    assert all(name in shown for name in ("Omega", "Alpha"))


def test_only_the_last_leaving_is_told(anna: int, sergei: int, olga: int, visit: Visit) -> None:
    create_client({"name": "Omega", "owner_id": sergei})
    service.deactivate(sergei, {ALL_KINDS: olga})
    service.activate(sergei)
    assert told_on(visit("anna").get(f"/admin/users/{sergei}").text) == []
    create_deal({"name": "Beams", "owner_id": sergei})
    service.deactivate(sergei, {ALL_KINDS: olga})

    page = visit("anna").get(f"/admin/users/{sergei}").text

    assert told_on(page) == [f"Deals: 1 → /deals?owner_id={olga} Olga"]


def test_who_took_over_is_told_as_far_as_one_sees_such_records(
    anna: int, sergei: int, olga: int, visit: Visit
) -> None:
    """Who sees their own alone learns no number, who sees none of them nothing at all."""
    create_client({"name": "Omega", "owner_id": sergei})
    create_deal({"name": "Beams", "owner_id": sergei})
    service.deactivate(sergei, {ALL_KINDS: olga})
    role = reading().scalars(sa.select(Role.id).where(Role.preset == "seller")).one()
    change_grants(role, {"core.deal.view": Scope.NONE, "core.user.view": Scope.ALL})

    page = visit("olga").get(f"/admin/users/{sergei}").text

    assert told_on(page) == [f"Clients → /clients?owner_id={olga} Olga"]


def test_audit_of_a_user_tells_who_took_over(
    anna: int, sergei: int, olga: int, visit: Visit
) -> None:
    create_client({"name": "Omega", "owner_id": sergei})
    service.deactivate(sergei, {ALL_KINDS: olga})

    page = visit("anna").get("/admin/audit").text

    assert "records handed over" in page
    assert "Clients: 1, Olga" in page


def test_notice_of_a_deactivation_offers_no_undo(
    anna: int, sergei: int, olga: int, visit: Visit
) -> None:
    create_client({"name": "Omega", "owner_id": sergei})
    browser = visit("anna")
    browser.post(f"/admin/users/{sergei}/deactivate", {"successor_id": str(olga)})

    assert "Undo" not in browser.get(f"/admin/users/{sergei}").text


def test_page_that_was_opened_before_somebody_changed_the_user_deactivates_nobody(
    anna: int, sergei: int, visit: Visit
) -> None:
    seen = service.version_of(reading().get_one(User, sergei).updated_at)

    answer = visit("anna").post(f"/admin/users/{sergei}/deactivate", {"version": str(seen - 1)})

    assert answer.status_code == 412
    reading().rollback()
    assert reading().get_one(User, sergei).active


def test_what_lies_in_the_bin_changes_hands_too(anna: int, sergei: int, olga: int) -> None:
    client = create_client({"name": "Omega", "owner_id": sergei})
    delete_client(client)

    service.deactivate(sergei, {ALL_KINDS: olga})

    assert owner_of(Client, client) == olga


def test_audit_keeps_for_each_record_from_whom_to_whom(anna: int, sergei: int, olga: int) -> None:
    client = create_client({"name": "Omega", "owner_id": sergei})

    service.deactivate(sergei, {ALL_KINDS: olga})

    (entry,) = reading().scalars(sa.select(Audit).where(Audit.action == "handed_over"))
    assert (entry.kind, entry.record_id, entry.label) == ("client", client, "Omega")
    assert entry.changes == {"owner_id": [sergei, olga]}


def test_version_of_what_changed_hands_is_raised(anna: int, sergei: int, olga: int) -> None:
    client = create_client({"name": "Omega", "owner_id": sergei})
    before = reading().get_one(Client, client).version

    service.deactivate(sergei, {ALL_KINDS: olga})

    assert reading().get_one(Client, client, populate_existing=True).version == before + 1


def test_who_may_not_see_such_records_cannot_take_over(
    anna: int, sergei: int, add_user: AddUser
) -> None:
    create_client({"name": "Omega", "owner_id": sergei})
    nobody = add_user("Nemo")

    with pytest.raises(InvalidError) as refused:
        service.deactivate(sergei, {ALL_KINDS: nobody})

    assert list(refused.value.fields) == ["client"]
    assert "Sergei" in dict(colleagues()).values()


def test_who_has_left_cannot_take_over(anna: int, sergei: int, olga: int) -> None:
    create_client({"name": "Omega", "owner_id": sergei})
    service.deactivate(olga)

    with pytest.raises(InvalidError):
        service.deactivate(sergei, {ALL_KINDS: olga})


def test_last_administrator_stays_whoever_takes_over(anna: int, sergei: int) -> None:
    with pytest.raises(ConflictError):
        service.deactivate(anna, {ALL_KINDS: sergei})


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three records be many."""
    monkeypatch.setattr(handing_over, "AT_ONCE", 2)
    monkeypatch.setattr(handing_over, "BATCH", 2)


@pytest.mark.usefixtures("small_batches")
def test_many_records_change_hands_in_the_background(anna: int, sergei: int, olga: int) -> None:
    ids = [create_client({"name": f"Client {n}", "owner_id": sergei}) for n in range(5)]

    job = service.deactivate(sergei, {ALL_KINDS: olga})
    assert job is not None
    jobs().drain()

    assert [owner_of(Client, id_) for id_ in ids] == [olga] * 5
    found = job_view(job)
    assert found is not None
    assert found.progress is not None
    assert (found.progress.done, found.progress.of) == (5, 5)


@pytest.mark.usefixtures("small_batches")
def test_page_shows_how_far_the_records_have_come(
    anna: int, sergei: int, olga: int, visit: Visit
) -> None:
    for number in range(3):
        create_client({"name": f"Client {number}", "owner_id": sergei})
    browser = visit("anna")

    answer = browser.post(f"/admin/users/{sergei}/deactivate", {"successor_id": str(olga)})
    page = answer.headers["Location"]
    assert "You can leave this page" in browser.get(page).text
    jobs().drain()

    assert "nothing is left that somebody takes over" in browser.get(page).text


@pytest.mark.usefixtures("small_batches")
def test_what_comes_to_somebody_who_leaves_too_goes_on_to_their_successor(
    anna: int, sergei: int, olga: int, boris: int
) -> None:
    ids = [create_client({"name": f"Client {n}", "owner_id": sergei}) for n in range(3)]
    service.deactivate(sergei, {ALL_KINDS: olga})
    service.deactivate(olga, {ALL_KINDS: boris})

    jobs().drain()

    assert [owner_of(Client, id_) for id_ in ids] == [boris] * 3


def test_page_asks_who_takes_over(anna: int, sergei: int, olga: int, visit: Visit) -> None:
    client = create_client({"name": "Omega", "owner_id": sergei})
    browser = visit("anna")
    assert "Who takes over?" in browser.get(f"/admin/users/{sergei}/deactivate").text

    browser.post(
        f"/admin/users/{sergei}/deactivate", {"successor_id": "", "successor:client": str(olga)}
    )

    assert owner_of(Client, client) == olga


def test_page_says_at_the_kind_who_cannot_take_over(
    anna: int, sergei: int, add_user: AddUser, visit: Visit
) -> None:
    create_client({"name": "Omega", "owner_id": sergei})
    nobody = add_user("Nemo")

    answer = visit("anna").post(f"/admin/users/{sergei}/deactivate", {"successor_id": str(nobody)})

    assert answer.status_code == 422
    assert "Nemo may not even see such records." in answer.text


@pytest.mark.parametrize("field", ["successor_id", "successor:client"])
@pytest.mark.parametrize("nobody", ["9" * 30, "Olga"])
def test_successor_who_is_none_keeps_everything_as_it_was(
    anna: int, sergei: int, visit: Visit, field: str, nobody: str
) -> None:
    create_client({"name": "Omega", "owner_id": sergei})

    answer = visit("anna").post(f"/admin/users/{sergei}/deactivate", {field: nobody})

    assert answer.status_code == 422
    assert "Choose an active colleague." in answer.text
    assert "Sergei" in dict(colleagues()).values()


def test_api_deactivates_with_a_successor(anna: int, sergei: int, olga: int, app: Flask) -> None:
    client = create_client({"name": "Omega", "owner_id": sergei})

    answer = api_of(app, anna).post(f"/users/{sergei}/deactivate", {"successor_id": olga})

    assert (answer.status_code, answer.json["active"]) == (200, False)
    assert owner_of(Client, client) == olga


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("PATCH", "", {"active": False}), ("POST", "/deactivate", {})],
)
def test_api_asks_who_takes_over(
    anna: int, sergei: int, app: Flask, method: str, path: str, body: dict[str, Any]
) -> None:
    client = create_client({"name": "Omega", "owner_id": sergei})
    api = api_of(app, anna)

    refused = api.request(method, f"/users/{sergei}{path}", body)
    left = api.post(f"/users/{sergei}/deactivate", {"successor_id": None})

    assert (refused.status_code, left.status_code) == (409, 200)
    assert "Clients: 1" in refused.json["detail"]
    assert owner_of(Client, client) == sergei


def test_api_deactivates_who_owns_nothing_without_asking(
    anna: int, sergei: int, app: Flask
) -> None:
    answer = api_of(app, anna).patch(f"/users/{sergei}", {"active": False})

    assert (answer.status_code, answer.json["active"]) == (200, False)


def test_reactivated_user_comes_back_with_empty_hands(
    anna: int, sergei: int, olga: int, visit: Visit
) -> None:
    create_client({"name": "Omega", "owner_id": sergei})
    service.deactivate(sergei, {ALL_KINDS: olga})

    service.activate(sergei)

    browser = visit("sergei")
    assert browser.is_inside
    assert "Omega" not in browser.get("/clients").text


@pytest.mark.plugins
@pytest.mark.databases("sqlite")
def test_page_says_what_stays_because_its_plugin_is_suspended(
    anna: int, sergei: int, visit: Visit, app: Flask
) -> None:
    api_of(app, sergei).post("/leads", {"name": "Petrov"})
    switches.suspend("leads")

    page = visit("anna").get(f"/admin/users/{sergei}/deactivate").text

    assert "These stay with them, because their plugin is suspended: Leads – 1." in page
    assert "Who takes over?" not in page
