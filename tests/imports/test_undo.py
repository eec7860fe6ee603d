"""Imports taken back: nothing of them stays but what somebody has changed since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import User
from salesman_core.clients.merging import merge_clients, undo_merging
from salesman_core.clients.models import Client, ClientEvidence, RungMove
from salesman_core.clients.service import change_client
from salesman_core.db import Base, db, reading
from salesman_core.deals.models import CloseReason, Deal
from salesman_core.deals.service import change_deal
from salesman_core.records.images import parts
from salesman_core.records.imports import mapping_of
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import note_import
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.imports.undo import changes_kept, take_back
from salesman_core.records.imports.undone import Undone
from salesman_core.records.models import Audit
from salesman_core.records.notes import write_note
from salesman_core.testing.people import Make, api_of

pytestmark = [pytest.mark.databases("sqlite", "postgresql"), pytest.mark.usefixtures("app")]

WriteCsv = Callable[..., Path]
Tables = dict[str, set[str]]

DEALS = "ID;Deal;Client;Owner;Stage;Outcome;Reason;Amount;Comment"
MAKING = "[options]\nmatch = ['external_id']\ncreate_missing = ['client', 'owner', 'reason']"
CLIENTS = "ID;Company;Phone;Source"
MATCHING = "[options]\nmatch = ['external_id']"


@pytest.fixture
def bring(write_csv: WriteCsv) -> Callable[..., int]:
    """A function that imports lines of CSV, and gives the number of the import."""

    def bring(record: str, head: str, *lines: str, mapping: str = MAKING) -> int:
        type_ = import_type(record)
        path, number = write_csv(head, *lines), note_import(record, "rows.csv")
        chosen = mapping_of(mapping, type_.fields)
        import_run(type_, path, chosen, journal=Journal(number)).apply()
        return number

    return bring


Bring = Callable[..., int]


AllRows = Callable[[], Tables]


def differing(before: Tables, after: Tables) -> Mapping[str, Any]:
    """Give the rows that are only there before, and only after, by table."""
    return {
        name: (before[name] - after[name], after[name] - before[name])
        for name in before
        if before[name] != after[name]
    }


def reasons(undone: Undone) -> list[tuple[str, str]]:
    return [(one["label"], one["why"]) for one in undone.left.values()]


def test_all_that_an_import_made_goes_again(bring: Bring, make: Make, all_rows: AllRows) -> None:
    make.client(name="Omega")
    before = all_rows()
    number = bring(
        "deals",
        DEALS,
        "1;Boilers;Omega;Anna;Negotiation;;;1000;call them",
        "2;Pipes;Alpha;Bert;;won;;500;",
        "3;Valves;Alpha;Anna;;lost;Too slow;70;",
    )
    assert len(all_rows()["core_deal"]) == 3

    undone = take_back(number)

    # Three deals, a client, two owners and a reason; of Omega the evidence and the rung.
    assert undone.counts == {"removed": 7, "restored": 1, "left": 0}
    assert differing(before, all_rows()) == {}


def test_record_that_was_there_gets_back_what_stood_in_it(
    bring: Bring, make: Make, all_rows: AllRows
) -> None:
    make.client(name="Omega", phones=["+7 495 123-45-67"], external_ids={"import": "7"})
    before = all_rows()
    number = bring("clients", CLIENTS, "7;Omega Ltd;+7 495 765-43-21;fair", mapping=MATCHING)
    assert reading().scalars(sa.select(Client.name)).all() == ["Omega Ltd"]

    undone = take_back(number)

    assert undone.counts == {"removed": 0, "restored": 1, "left": 0}
    assert differing(before, all_rows()) == {}


def test_client_goes_down_the_ladder_again(bring: Bring, make: Make) -> None:
    omega = make.client(name="Omega")
    number = bring("deals", DEALS, "1;Boilers;Omega;;;won;;1000;")
    assert len(reading().scalars(sa.select(RungMove.id)).all()) == 1

    take_back(number)

    db.session.rollback()
    evidence = sa.select(ClientEvidence.id).where(ClientEvidence.client_id == omega)
    assert reading().scalars(evidence).all() == []
    assert reading().scalars(sa.select(RungMove.id)).all() == []


def test_what_a_later_batch_adds_to_a_client_that_an_earlier_one_made_goes_too(
    bring: Bring, all_rows: AllRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesman_core.records.imports.run.BATCH", 2)
    before = all_rows()
    number = bring("deals", DEALS, *(f"{n};Deal {n};Omega;;;won;;5;" for n in range(7)))

    undone = take_back(number)

    assert undone.counts == {"removed": 8, "restored": 0, "left": 0}
    assert differing(before, all_rows()) == {}


def test_deal_that_somebody_changed_since_stays_with_its_client(bring: Bring) -> None:
    number = bring("deals", DEALS, "1;Boilers;Omega;;;;;1000;", "2;Pipes;Alpha;;;;;5;")
    deal = reading().scalars(sa.select(Deal.id).where(Deal.name == "Boilers")).one()
    change_deal(deal, {"amount": 1200})

    undone = take_back(number)

    assert undone.removed == 2
    assert reasons(undone) == [
        ("Boilers", "it was changed since"),
        ("Omega", "something refers to it"),
    ]
    db.session.rollback()
    assert reading().scalars(sa.select(Client.name)).all() == ["Omega"]


def test_client_with_a_note_of_a_colleague_stays(bring: Bring) -> None:
    number = bring("clients", CLIENTS, "7;Omega;;fair", mapping=MATCHING)
    omega = reading().scalars(sa.select(Client.id)).one()
    write_note("client", omega, "They pay late")

    assert reasons(take_back(number)) == [("Omega", "it was changed since")]


def test_client_whom_a_colleague_gave_a_note_while_the_import_ran_stays(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesman_core.records.imports.run.BATCH", 1)
    settle = Journal.settle

    def write_and_settle(journal: Journal) -> None:
        write_note("client", reading().scalars(sa.select(Client.id)).one(), "They pay late")
        settle(journal)

    monkeypatch.setattr(Journal, "settle", write_and_settle)
    number = bring("deals", DEALS, "1;Boilers;Omega;;;;;1;", "2;Pipes;Omega;;;;;5;")

    assert reasons(take_back(number)) == [("Omega", "it was changed since")]


def test_client_whom_a_colleague_changed_between_two_batches_stays(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesman_core.records.imports.run.BATCH", 1)
    keep, calls = Journal.keep, iter(range(9))

    def change_and_keep(journal: Journal, session: Any, told: Any) -> None:
        keep(journal, session, told)
        if next(calls) == 1:
            omega = session.scalars(sa.select(Client.id)).one()
            session.info["after"] = change_client(omega, {"source": "fair"})

    monkeypatch.setattr(Journal, "keep", change_and_keep)
    lines = (f"{number};Deal {number};Omega;;;;;1;" for number in range(3))
    number = bring("deals", DEALS, *lines)

    assert reasons(take_back(number)) == [("Omega", "it was changed since")]


def test_value_that_somebody_wrote_since_stays_and_the_others_go_back(
    bring: Bring, make: Make
) -> None:
    omega = make.client(name="Omega", source="old", external_ids={"import": "7"})
    number = bring("clients", CLIENTS, "7;Omega Ltd;;fair", mapping=MATCHING)
    change_client(omega, {"source": "exhibition"})
    version = reading().scalars(sa.select(Client.version)).one()

    undone = take_back(number)

    db.session.rollback()
    row = reading().execute(sa.select(Client.name, Client.source, Client.version)).one()
    assert tuple(row) == ("Omega", "exhibition", version + 1)
    assert undone.counts == {"removed": 0, "restored": 1, "left": 1}


def test_amount_does_not_go_back_alone_where_its_currency_is_another_by_now(
    bring: Bring, make: Make
) -> None:
    deal = make.deal(name="Boilers", amount="100", external_ids={"import": "1"})
    number = bring("deals", DEALS, "1;Boilers for Omega;;;;;;200;")
    change_deal(deal, {"currency": "USD"})

    undone = take_back(number)

    db.session.rollback()
    row = reading().execute(sa.select(Deal.name, Deal.amount, Deal.currency)).one()
    assert tuple(row) == ("Boilers", Decimal(200), "USD")
    assert reasons(undone) == [("Boilers", "it was changed since")]


def test_audit_says_what_a_deal_got_back(bring: Bring, make: Make) -> None:
    deal = make.deal(name="Boilers", amount="100", external_ids={"import": "1"})
    number = bring("deals", DEALS, "1;Pipes;;;;;;200;")

    take_back(number)

    reading().rollback()
    told = sa.select(Audit.label, Audit.changes).where(
        Audit.record_id == deal, Audit.action == "import_put_back"
    )
    assert [tuple(row) for row in reading().execute(told)] == [
        ("Pipes", {"name": ["Pipes", "Boilers"], "amount": ["200.00", "100.00"]})
    ]


def test_owner_who_has_other_deals_by_now_stays(bring: Bring, make: Make) -> None:
    number = bring("deals", DEALS, "1;Boilers;;Anna;;;;1;")
    anna = reading().scalars(sa.select(User.id).where(User.name == "Anna")).one()
    make.deal(name="Another", owner_id=anna)

    assert reasons(take_back(number)) == [("Anna", "something refers to it")]


def test_import_is_taken_back_once(bring: Bring) -> None:
    number = bring("deals", DEALS, "1;Boilers;;;;lost;Slow;1;")
    kept = changes_kept(number)

    take_back(number)
    db.session.rollback()

    assert (kept, changes_kept(number)) == (2, 0)
    assert take_back(number).counts == {"removed": 0, "restored": 0, "left": 0}
    assert "Slow" not in reading().scalars(sa.select(CloseReason.name)).all()


def test_taking_back_is_stopped_between_two_transactions_and_goes_on_later(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesman_core.records.imports.undo.AT_A_TIME", 2)
    number = bring("deals", DEALS, *(f"{n};Deal {n};;;;;;5;" for n in range(5)))

    class StoppedError(Exception):
        pass

    def stop(_done: int, _of: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        take_back(number, stop)
    db.session.rollback()
    assert len(reading().scalars(sa.select(Deal.id)).all()) == 3

    take_back(number)

    db.session.rollback()
    assert reading().scalars(sa.select(Deal.id)).all() == []


def test_audit_says_who_took_a_deal_back(bring: Bring, app: Flask) -> None:
    number = bring("deals", DEALS, "1;Boilers;;;;;;1;")

    take_back(number)

    db.session.rollback()
    action = sa.select(Audit.action, Audit.label).where(Audit.kind == "deal")
    assert [tuple(row) for row in reading().execute(action.order_by(Audit.id))] == [
        ("created", "Boilers"),
        ("import_undone", "Boilers"),
    ]


def test_tables_of_a_plugin_that_was_never_migrated_are_no_hindrance(bring: Bring) -> None:
    table = sa.Table(
        "unborn_extra",
        Base.metadata,
        sa.Column("client_id", sa.ForeignKey("core_client.id", ondelete="CASCADE")),
    )
    parts.cache_clear()
    try:
        number = bring("deals", DEALS, "1;Boilers;Omega;;;;;1;")
        assert take_back(number).counts == {"removed": 2, "restored": 0, "left": 0}
    finally:
        Base.metadata.remove(table)
        parts.cache_clear()


def test_import_and_merging_are_taken_back_in_either_order(
    bring: Bring, make: Make, all_rows: AllRows
) -> None:
    rows = ("1;Omega;+7 495 123-45-67;fair", "2;Omega Group;+7 495 765-43-21;web")
    before = all_rows()
    number = bring("clients", CLIENTS, *rows, mapping=MATCHING)
    kept, lost = reading().scalars(sa.select(Client.id).order_by(Client.id)).all()
    merging = merge_clients(kept, [lost])

    undone = take_back(number)

    changed = "it was changed since"
    assert sorted(reasons(undone)) == [("Omega", changed), ("Omega Group", changed)]
    undo_merging(merging)
    apart = sa.select(Client.name).where(Client.deleted_at.is_(None)).order_by(Client.id)
    assert reading().scalars(apart).all() == ["Omega", "Omega Group"]
    assert len(all_rows()["core_client_phone"]) == len(before["core_client_phone"]) + 2


def test_what_an_import_changed_goes_back_in_a_client_that_was_merged_since(
    bring: Bring, make: Make
) -> None:
    lost = make.client(name="Omega Group", source="web", external_ids={"import": "7"})
    number = bring("clients", CLIENTS, "7;Omega Group;;fair", mapping=MATCHING)
    merging = merge_clients(make.client(name="Omega"), [lost])

    take_back(number)
    undo_merging(merging)

    reading().rollback()
    assert reading().get_one(Client, lost).source == "web"


@pytest.mark.parametrize(
    ("record", "line", "change", "path"),
    [
        ("clients", "7;Omega;;fair", change_client, "/clients"),
        ("deals", "7;Boilers;;;;;;5;", change_deal, "/deals"),
    ],
)
def test_what_was_read_while_an_import_stood_overwrites_nothing_after_it_was_taken_back(
    bring: Bring,
    make: Make,
    app: Flask,
    record: str,
    line: str,
    change: Callable[..., bool],
    path: str,
) -> None:
    made = getattr(make, path[1:-1])(name="Alpha", external_ids={"import": "7"})
    head = CLIENTS if record == "clients" else DEALS
    api, path = api_of(app, make.user_of("head")), f"{path}/{made}"
    number = bring(record, head, line, mapping=MATCHING)
    read = api.get(path)
    take_back(number)
    change(made, {"name": "Beta"})

    refused = api.patch(path, {"name": "Gamma"}, headers={"If-Match": read.headers["ETag"]})

    assert api.get(path).json["version"] == read.json["version"]
    assert (refused.status_code, api.get(path).json["name"]) == (412, "Beta")
