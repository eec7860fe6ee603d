"""Merging clients, and taking them apart again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.models import Role, RoleGrant
from salesman_core.access.records import visible
from salesman_core.clients.card import contacts_shown, shown
from salesman_core.clients.lists import CLIENTS
from salesman_core.clients.merge_choice import merging_shown
from salesman_core.clients.merging import merge_clients, undo_merging
from salesman_core.clients.models import Client, ClientExternalId, Contact
from salesman_core.clients.queries import contacts_of
from salesman_core.clients.service import (
    change_client,
    change_contact,
    create_contact,
    restore_client,
)
from salesman_core.db import db, reading, writing
from salesman_core.deals.models import Deal
from salesman_core.deals.service import close_deal, create_deal
from salesman_core.errors import ConflictError, ForbiddenError, InvalidError, MissingError
from salesman_core.people.handing_over import STAYS
from salesman_core.people.service import deactivate
from salesman_core.records.custom.service import define_field
from salesman_core.records.external_ids import records_by_key
from salesman_core.records.history import history
from salesman_core.records.list_query import parse_list_query
from salesman_core.records.lists import select_page
from salesman_core.records.merging.models import Merging, MergingStep
from salesman_core.records.models import Note
from salesman_core.records.notes import write_note
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make
from salesman_core.tidying import tidy
from salesman_hookspecs import Scope

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]
AtOnce = Callable[[Callable[[], object], Callable[[], object]], None]
HANGING: Final = (Deal, Contact, Note)


@pytest.fixture
def clock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """The clock of the application, which stands still until it is moved."""
    clock = FrozenClock()
    monkeypatch.setitem(app.extensions, "salesman_clock", clock.now)
    return clock


def anew(client_id: int) -> Any:
    reading().rollback()
    return shown(client_id)


def test_chosen_values_stay_and_the_rest_is_joined(make: Make) -> None:
    kept = make.client(name="Ромашка", site="", phones=["8 800 555 35 35"], tags=["vip"])
    lost = make.client(
        name="ООО «Ромашка»",
        site="romashka.example",
        phones=["+7 800 555-35-35", "8 912 345-67-89"],
        tags=["vip", "fair"],
    )
    merge_clients(kept, [lost], {"name": lost, "site": lost})
    client = anew(kept)
    assert (client.row.name, client.row.site) == ("ООО «Ромашка»", "romashka.example")
    assert [one["typed"] for one in client.phones] == ["8 800 555 35 35", "8 912 345-67-89"]
    assert client.tags == ["fair", "vip"]


def test_deals_notes_and_contacts_move(make: Make) -> None:
    kept, lost = make.client(), make.client()
    contact, deal = make.contact(lost), make.deal(client_id=lost)
    note = write_note("client", lost, "called")
    merge_clients(kept, [lost])
    reading().rollback()
    assert [row.id for row in contacts_of(reading(), kept)] == [contact]
    assert reading().get_one(Deal, deal).client_id == kept
    assert reading().get_one(Note, note).client_id == kept


def test_one_contact_is_the_primary_one(make: Make) -> None:
    kept, lost = make.client(), make.client()
    first, _second = make.contact(kept), make.contact(lost)
    merge_clients(kept, [lost])
    reading().rollback()
    assert [line.row.id for line in contacts_shown(kept) if line.row.primary] == [first]


def test_ladder_counts_the_sales_of_both(make: Make) -> None:
    kept, lost = make.client(), make.client()
    for client in (kept, lost):
        close_deal(make.deal(client_id=client), "won")
    before = anew(kept).row.rung_name
    merging = merge_clients(kept, [lost])
    assert (before, anew(kept).row.rung_name) == ("Current", "Regular")
    undo_merging(merging)
    assert (anew(kept).row.rung_name, anew(lost).row.rung_name) == ("Current", "Current")


def test_whose_client_it_was_takes_part_in_the_one_that_stays(make: Make) -> None:
    seller = make.user_of("seller")
    kept, lost = make.client(), make.client(owner_id=seller)
    merge_clients(kept, [lost])
    assert [one["user_id"] for one in anew(kept).participants] == [seller]


def test_keys_of_the_lost_client_lead_to_the_kept_one(make: Make) -> None:
    kept = make.client(external_ids={"1c": "A"})
    middle = make.client(external_ids={"1c": "B", "site": "7"})
    last = make.client()
    merge_clients(kept, [middle])
    merge_clients(last, [kept])
    keys = {"1c": ["A", "B"], "site": ["7"]}
    reading().rollback()
    found = {
        key: id_
        for source, wanted in keys.items()
        for key, id_ in records_by_key(reading(), ClientExternalId, source, wanted).items()
    }
    assert found == {"A": last, "B": last, "7": last}


def test_kept_client_takes_over_a_key_of_the_lost_one(make: Make) -> None:
    kept, lost = make.client(external_ids={"1c": "A"}), make.client(external_ids={"1c": "B"})
    merge_clients(kept, [lost])
    change_client(kept, {"external_ids": {"1c": "B"}})
    assert anew(kept).external_ids == {"1c": "B"}
    assert records_by_key(reading(), ClientExternalId, "1c", ["A", "B"]) == {"B": kept}


def test_address_of_the_lost_client_leads_to_the_kept_one(
    make: Make, browser_for: BrowserFor
) -> None:
    kept, lost = make.client(), make.client()
    merge_clients(kept, [lost])
    answer = browser_for("head").get(f"/clients/{lost}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/clients/{kept}")
    assert browser_for("seller").get(f"/clients/{lost}").status_code == 404


def test_api_says_into_which_client_one_was_merged_to_who_sees_that(
    make: Make, api_for: ApiFor
) -> None:
    kept, lost = make.client(), make.client()
    merge_clients(kept, [lost])
    answers = [api_for(role).get(f"/clients/{lost}") for role in ("head", "seller")]
    assert [(one.status_code, one.json["detail"]) for one in answers] == [
        (404, f"This client was merged into the client {kept}."),
        (404, "There is no such client, or you may not see it."),
    ]


def test_merged_client_cannot_be_taken_out_of_the_bin(make: Make) -> None:
    kept, lost = make.client(), make.client()
    merge_clients(kept, [lost])
    with pytest.raises(MissingError):
        restore_client(lost)


def test_history_tells_the_past_of_both(make: Make) -> None:
    kept, lost = make.client(name="Kept"), make.client(name="Lost")
    change_client(lost, {"site": "lost.example"})
    merge_clients(kept, [lost])
    lines = history("client", kept).lines
    told = {(line.action, step.field, step.after) for line in lines for step in line.steps}
    assert {("merged", "Merged with", "Lost"), ("changed", "Site", "lost.example")} <= told


def test_plugins_are_asked_about_the_kept_client_as_it_will_be(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int | None, dict[str, Any]]] = []
    kept, lost = make.client(name="Kept"), make.client(name="Lost", phones=["8 800 555 35 35"])

    def note(_kind: str, record_id: int | None, changes: dict[str, Any]) -> None:
        asked.append((record_id, {name: after for name, (_before, after) in changes.items()}))

    monkeypatch.setattr("salesman_core.records.changes.ask", note)
    merge_clients(kept, [lost], {"name": lost})
    assert asked == [(kept, {"name": "Lost", "phones": ["8 800 555 35 35"]})]


def test_needed_field_that_the_kept_client_lacks_is_filled_by_the_other(make: Make) -> None:
    kept, lost = make.client(), make.client()
    define_field("client", {"type": "text", "key": "hall", "label": "Hall", "required": True})
    change_client(lost, {"custom": {"hall": "South"}})
    merge_clients(kept, [lost])
    reading().rollback()
    held = reading().scalars(sa.select(Client.custom).where(Client.id == kept))
    assert held.all() == [{"hall": "South"}]


def test_custom_texts_are_found_as_they_stand(make: Make) -> None:
    define_field("client", {"type": "text", "key": "hall", "label": "Hall"})
    kept, lost = make.client(custom={"hall": "North"}), make.client(custom={"hall": "South"})
    alone = make.client()
    merging = merge_clients(kept, [lost])
    assert (named_in("North"), named_in("South")) == ([kept], [])
    merge_clients(alone, [kept])
    assert (named_in("North"), named_in("South")) == ([alone], [])
    undo_merging(merging + 1)
    change_client(kept, {"custom": {"hall": "West"}})
    undo_merging(merging)
    assert (named_in("West"), named_in("South"), named_in("North")) == ([kept], [lost], [])


def named_in(hall: str) -> list[int]:
    """The clients whose field says so."""
    reading().rollback()
    query = parse_list_query({"custom.hall": hall}, CLIENTS)
    found = select_page(reading(), (Client.id,), CLIENTS, query, visible("client"))
    return [row.id for row in found.rows]


# -- who may


@pytest.mark.parametrize("role", ["seller", "marketer", "service", "lawyer"])
def test_merging_takes_a_permission(make: Make, role: str) -> None:
    kept, lost = make.client(), make.client()
    with make.acting(make.user_of(role)), pytest.raises(ForbiddenError):
        merge_clients(kept, [lost])


def test_client_that_one_may_not_delete_is_not_merged(make: Make) -> None:
    seller = make.user_of("seller")
    with writing() as session:
        role = session.scalars(sa.select(Role).where(Role.preset == "seller")).one()
        for name in ("core.client.merge", "core.client.delete"):
            scope = Scope.OWN if name.endswith("delete") else Scope.ALL
            session.add(RoleGrant(role_id=role.id, permission=name, scope=scope))
    own, other = make.client(owner_id=seller), make.client(name="Secret")
    with make.acting(seller), pytest.raises(MissingError):
        merge_clients(own, [other])


@pytest.mark.parametrize("which", ["itself", "nobody", "too many"])
def test_clients_to_merge_are_two_to_eleven_different_ones(make: Make, which: str) -> None:
    kept = make.client()
    lost = {"itself": [kept], "nobody": [], "too many": [make.client() for _ in range(11)]}
    with pytest.raises(InvalidError):
        merge_clients(kept, lost[which])


# -- undoing


def test_what_was_changed_since_stays_and_is_listed(make: Make) -> None:
    kept, lost = make.client(name="Kept", site="old"), make.client(name="Lost", site="new")
    contact = make.contact(lost, name="Anna")
    deal = make.deal(client_id=lost)
    merging = merge_clients(kept, [lost], {"name": lost, "site": lost})
    change_client(kept, {"name": "Chosen since"})
    change_contact(contact, {"position": "Director"})
    undo_merging(merging)
    client = anew(kept)
    assert (client.row.name, client.row.site) == ("Chosen since", "old")
    assert [row.id for row in contacts_of(reading(), lost)] == [contact]
    assert reading().get_one(Deal, deal).client_id == lost
    stayed = [(one.what, str(one.why)) for one in merging_shown(merging).stayed]
    assert stayed == [(f"Client № {kept}, Name", "was changed since")]


def test_what_came_since_stays_with_the_kept_client(make: Make) -> None:
    kept, lost = make.client(), make.client()
    merging = merge_clients(kept, [lost])
    deal = make.deal(client_id=kept)
    undo_merging(merging)
    reading().rollback()
    assert reading().get_one(Deal, deal).client_id == kept
    assert merging_shown(merging).stayed == []


def test_undoing_once_more_changes_nothing(make: Make) -> None:
    kept, lost = make.client(name="Kept"), make.client()
    merging = merge_clients(kept, [lost])
    undo_merging(merging)
    change_client(kept, {"name": "Kept on"})
    version = anew(kept).row.version
    undo_merging(merging)
    assert (anew(kept).row.name, anew(kept).row.version) == ("Kept on", version)


def test_undoing_gives_nothing_back_to_an_owner_who_has_left_since(make: Make) -> None:
    leaves, stays = make.user("seller"), make.user("seller")
    kept, lost = make.client(owner_id=leaves), make.client(owner_id=stays)
    merging = merge_clients(kept, [lost], {"owner_id": lost})
    deactivate(leaves, STAYS)

    undo_merging(merging)

    owners = {one.id: one.owner_id for one in reading().scalars(sa.select(Client))}
    assert owners == {kept: stays, lost: stays}
    stayed = [(one.what, str(one.why)) for one in merging_shown(merging).stayed]
    assert stayed == [(f"Client № {kept}, Owner", "whoever had it has left")]


def test_later_merging_is_undone_first(make: Make) -> None:
    first, second, third = (make.client(name=name) for name in ("A", "B", "C"))
    earlier = merge_clients(second, [first])
    later = merge_clients(third, [second])
    with pytest.raises(ConflictError, match="undo that first"):
        undo_merging(earlier)
    undo_merging(later)
    undo_merging(earlier)
    reading().rollback()
    assert [anew(one).row.name for one in (first, second, third)] == ["A", "B", "C"]


def test_merging_is_undone_for_thirty_days(make: Make, clock: FrozenClock) -> None:
    kept, lost = make.client(), make.client()
    merging = merge_clients(kept, [lost])
    clock.advance(days=31)
    with pytest.raises(ConflictError, match="thirty days"):
        undo_merging(merging)


def test_journal_is_tidied_and_the_address_leads_on(
    make: Make, clock: FrozenClock, browser_for: BrowserFor
) -> None:
    kept, lost = make.client(), make.client()
    merge_clients(kept, [lost])
    clock.advance(days=29)
    tidy()
    assert _counts() == (1, 1)
    clock.advance(days=2)
    tidy()
    assert _counts() == (0, 0)
    assert browser_for("head").get(f"/clients/{lost}").status_code == 302


def _counts() -> tuple[int, int]:
    reading().rollback()
    mergings, steps = (
        reading().scalar(sa.select(sa.func.count(model.id))) or 0
        for model in (Merging, MergingStep)
    )
    return mergings, steps


# -- tables of others


def test_rows_of_a_plugin_that_is_gone_move_and_come_back(make: Make, app: Flask) -> None:
    kept, lost = make.client(), make.client()
    with db.engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TABLE absent_seal (number VARCHAR(20) PRIMARY KEY, stamped TIMESTAMP,"
                " client_id BIGINT REFERENCES core_client (id) ON DELETE CASCADE)"
            )
        )
        seal = {"number": "7", "stamped": "2026-03-02 12:00:00", "client_id": lost}
        connection.execute(
            sa.text("INSERT INTO absent_seal VALUES (:number, :stamped, :client_id)"), seal
        )
    merging = merge_clients(kept, [lost])
    assert _seals() == [("7", kept)]
    undo_merging(merging)
    assert _seals() == [("7", lost)]


def _seals() -> list[tuple[str, int]]:
    with db.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT number, client_id FROM absent_seal"))
        return [(row.number, row.client_id) for row in rows]


# -- pages


def test_pages_merge_with_a_choice_and_undo(make: Make, browser_for: BrowserFor) -> None:
    kept, lost = make.client(name="Kept"), make.client(name="Lost", site="lost.example")
    make.deal(client_id=lost)
    browser = browser_for("head")
    page = browser.get(f"/clients/merge?id={kept}&id={lost}").text
    assert re.search(r"<dt>Deals</dt><dd>1</dd>", page)
    typed = {"id": [kept, lost], "kept": kept, "field-name": lost, "field-site": lost}
    answer = browser.post("/clients/merge", data=typed)
    assert answer.headers["Location"] == f"/clients/{kept}"
    card = browser.get(f"/clients/{kept}").text
    (undo,) = set(re.findall(r"/clients/mergings/\d+/undo", card))
    assert "lost.example" in card
    assert "Merged with" in browser.get(f"/records/client/{kept}/story").text
    page = browser.get(browser.post(undo).headers["Location"]).text
    assert "Nothing: everything went back." in page
    assert browser.get(f"/clients/{lost}").status_code == 200


def test_page_offers_similar_clients_and_others_by_name(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(name="Ромашка")
    similar, other = make.client(name="ООО Ромашка"), make.client(name="Цветы")
    browser = browser_for("head")
    page = browser.get(f"/clients/{client}/merge").text
    assert (f"/clients/{similar}" in page, f"/clients/{other}" in page) == (True, False)
    page = browser.get(f"/clients/{client}/merge?q=цвет").text
    assert (f"/clients/{similar}" in page, f"/clients/{other}" in page) == (False, True)


def test_too_few_clients_are_told_so(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    answer = browser_for("head").get(f"/clients/merge?id={client}")
    assert answer.status_code == 422
    assert "Choose two to 11 different clients." in answer.text


def test_marked_rows_of_the_list_lead_to_the_choice(make: Make, browser_for: BrowserFor) -> None:
    first, second = make.client(), make.client()
    head = browser_for("head")

    asked = head.post("/clients/merge/marked", data={"id": [f"{first}:1", f"{second}:1"]})

    assert asked.location == f"/clients/merge?id={first}&id={second}"
    pages = [browser_for(role).get("/clients").text for role in ("head", "seller")]
    assert ["/clients/merge/marked" in page for page in pages] == [True, False]


def test_whole_filter_is_not_merged(make: Make, browser_for: BrowserFor) -> None:
    make.client(), make.client()

    asked = browser_for("head").post("/clients/merge/marked", data={"whole_filter": "true"})

    assert browser_for("head").get(asked.location).location == "/clients/doubles"


def test_person_chooses_whose_custom_field_is_kept(make: Make, browser_for: BrowserFor) -> None:
    define_field("client", {"type": "text", "key": "hall", "label": "Hall"})
    define_field("client", {"type": "text", "key": "door", "label": "Door"})
    kept = make.client(custom={"hall": "North", "door": "Red"})
    lost = make.client(custom={"hall": "South"})
    browser = browser_for("head")
    page = browser.get(f"/clients/merge?id={kept}&id={lost}").text
    assert ("Hall" in page, "South" in page, 'name="field-custom.door"' in page) == (True,) * 3

    typed = {"id": [kept, lost], "kept": kept, "field-custom.hall": lost, "field-custom.door": lost}
    browser.post("/clients/merge", data=typed)

    assert custom_of(kept) == {"hall": "South"}


def custom_of(client_id: int) -> dict[str, Any]:
    reading().rollback()
    return dict(reading().get_one(Client, client_id).custom)


def test_custom_fields_go_back_one_by_one(make: Make) -> None:
    for key in ("hall", "door", "gate"):
        define_field("client", {"type": "text", "key": key, "label": key.title()})
    kept = make.client(custom={"hall": "North"})
    lost = make.client(custom={"hall": "South", "door": "Red", "gate": "Iron"})
    merging = merge_clients(kept, [lost], {"custom.hall": lost, "name": lost})
    change_client(kept, {"custom": {"gate": "Wood"}, "name": "Chosen since"})

    undo_merging(merging)

    assert custom_of(kept) == {"hall": "North", "gate": "Wood"}
    assert custom_of(lost) == {"hall": "South", "door": "Red", "gate": "Iron"}
    stayed = {(one.what, str(one.why)) for one in merging_shown(merging).stayed}
    assert stayed == {
        (f"Client № {kept}, Gate", "was changed since"),
        (f"Client № {kept}, Name", "was changed since"),
    }


def test_what_somebody_changed_since_the_form_was_drawn_is_not_merged_unseen(
    make: Make, browser_for: BrowserFor
) -> None:
    kept, lost = make.client(name="Kept"), make.client(name="Lost", source="Old")
    browser = browser_for("head")
    page = browser.get(f"/clients/merge?id={kept}&id={lost}").text
    ids = re.findall(r'name="id" value="(\d+:\d+)"', page)
    change_client(lost, {"source": "New"})

    typed = {"id": ids, "kept": kept, "field-source": lost}
    answer = browser.post("/clients/merge", data=typed)

    assert answer.status_code == 412
    assert re.search(r"Meanwhile: Lost: .*Source: Old → New", answer.text)
    assert anew(lost).row.name == "Lost"
    typed["id"] = re.findall(r'name="id" value="(\d+:\d+)"', answer.text)
    assert browser.post("/clients/merge", data=typed).status_code == 302
    assert anew(kept).row.source == "New"


def test_history_of_an_undone_merging_names_only_clients_that_its_reader_sees(
    make: Make, browser_for: BrowserFor
) -> None:
    kept = make.client(name="Kept", owner_id=make.user_of("seller"))
    lost = make.client(name="Hidden Ltd", owner_id=make.user_of("head"))
    story, browser = f"/records/client/{kept}/story", browser_for("seller")
    merging = merge_clients(kept, [lost])
    assert "Hidden Ltd" in browser.get(story).text

    undo_merging(merging)

    assert "Hidden Ltd" not in browser.get(story).text
    assert "Hidden Ltd" in browser_for("head").get(story).text


def test_merging_counts_only_deals_that_its_reader_sees(make: Make) -> None:
    seller = make.user_of("seller")
    kept, lost = make.client(owner_id=seller), make.client(owner_id=seller)
    for owner_id in (seller, make.user_of("head")):
        make.deal(client_id=lost, owner_id=owner_id)
    merging = merge_clients(kept, [lost])

    counts = {}
    for owner_id in (seller, make.user_of("head")):
        with make.acting(owner_id):
            counts[owner_id] = dict(merging_shown(merging).moved)["Deals"]

    assert list(counts.values()) == [1, 2]


# -- while others work


@pytest.mark.databases("sqlite", "postgresql")  # writers wait otherwise in each
@pytest.mark.parametrize("what", ["deal", "contact", "note"])
def test_what_was_meant_for_a_client_that_is_being_merged_is_refused(
    make: Make, at_once: AtOnce, what: str
) -> None:
    kept, lost = make.client(), make.client()
    refused: list[str] = []

    def attach() -> None:
        acts = {
            "deal": lambda: create_deal({"name": "Beams", "client_id": lost}),
            "contact": lambda: create_contact({"name": "Anna", "client_id": lost}),
            "note": lambda: write_note("client", lost, "called"),
        }
        try:
            acts[what]()
        except (InvalidError, MissingError) as error:
            refused.append(str(error))

    at_once(lambda: merge_clients(kept, [lost]), attach)

    reading().rollback()
    hanging = {model: reading().scalars(sa.select(model.client_id)).all() for model in HANGING}
    assert len(refused) == 1
    assert hanging == {model: [] for model in HANGING}
