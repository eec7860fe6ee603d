"""Acts on many records: a result for each, undone as they were done, at once or by a job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.clients.models import Client, ClientTag
from salesman_core.clients.service import change_client
from salesman_core.db import reading
from salesman_core.deals.models import Deal, Stage
from salesman_core.deals.service import delete_deal, move_deal, restore_deal
from salesman_core.errors import ConflictError, ForbiddenError, InvalidError, MissingError
from salesman_core.jobs import cancel
from salesman_core.jobs.port import jobs
from salesman_core.people.roles import change_grants
from salesman_core.people.service import deactivate, role_ids
from salesman_core.records.bulk import working
from salesman_core.records.bulk.acts import acts_of
from salesman_core.records.bulk.choosing import Chosen, asked_again, chosen_by_ids
from salesman_core.records.bulk.service import AT_ONCE, begin_run, undo_run
from salesman_core.records.models import Audit, BulkRow, BulkRun
from salesman_core.records.record_list import record_list
from salesman_core.testing.people import Api, Make
from salesman_hookspecs import Person, Scope

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def head(make: Make) -> Iterator[Person]:
    with make.acting(make.user_of("head")) as person:
        yield person


def told(run_id: int) -> dict[int, tuple[str, str]]:
    rows = sa.select(BulkRow.record_id, BulkRow.state, BulkRow.reason)
    found = reading().execute(rows.where(BulkRow.run_id == run_id))
    return {row.record_id: (row.state, row.reason) for row in found}


def states(run_id: int) -> dict[int, str]:
    return {record_id: state for record_id, (state, _reason) in told(run_id).items()}


def owners(model: type[Any] = Client) -> dict[int, int | None]:
    return {row.id: row.owner_id for row in reading().execute(sa.select(model.id, model.owner_id))}


def assign(
    ids: Sequence[int] | Mapping[int, int | None], owner_id: int, kind: str = "client"
) -> int:
    chosen = Chosen(ids) if isinstance(ids, Mapping) else chosen_by_ids(ids)
    return begin_run(kind, "core.assign", {"owner_id": owner_id}, chosen)


def all_of(kind: str, address: str = "") -> Chosen:
    return Chosen(query=asked_again(record_list(kind).spec, address))


def test_bulk_assign_gives_every_marked_record_to_the_new_owner(make: Make, head: Person) -> None:
    seller, first, second, other = make.user(), make.client(), make.client(), make.client()

    run_id = assign([first, second], seller)

    assert states(run_id) == {first: "done", second: "done"}
    assert owners() == {first: seller, second: seller, other: head.id}


def test_bulk_change_is_in_the_audit_of_each_record_like_a_single_one(
    make: Make, head: Person
) -> None:
    seller, client_id = make.user(), make.client()

    assign([client_id], seller)

    query = sa.select(Audit.action, Audit.changes, Audit.actor_id).where(
        Audit.kind == "client", Audit.record_id == client_id, Audit.action == "changed"
    )
    expected = ("changed", {"owner_id": [head.id, seller]}, head.id)
    assert [tuple(row) for row in reading().execute(query)] == [expected]


def test_bulk_change_of_what_is_so_already_is_told_as_unchanged(make: Make, head: Person) -> None:
    client_id = make.client()

    assert head.id is not None
    assert states(assign([client_id], head.id)) == {client_id: "unchanged"}


def test_row_that_changed_since_it_was_marked_is_refused_and_the_others_are_not(
    make: Make, head: Person
) -> None:
    seller, stale, fresh = make.user(), make.client(), make.client()
    change_client(stale, {"site": "example.com"})

    run_id = assign({stale: 1, fresh: 1}, seller)

    assert told(run_id) == {
        stale: ("refused", "Somebody else has changed this record since you read it."),
        fresh: ("done", ""),
    }
    assert owners() == {stale: head.id, fresh: seller}


def test_row_of_somebody_else_is_refused_without_its_name(make: Make) -> None:
    strange = make.client(name="Secret Boilers", owner_id=make.user())
    seller = make.user()
    with make.acting(seller):
        own = make.client()
        run_id = begin_run("client", "core.tag", {"add": ["vip"]}, chosen_by_ids([own, strange]))

    missing = "There is no such record, or you may not see it."
    assert told(run_id) == {own: ("done", ""), strange: ("refused", missing)}
    labels = sa.select(BulkRow.label).where(BulkRow.record_id == strange)
    assert reading().scalars(labels).all() == [""]


def test_row_that_one_sees_but_may_not_change_is_refused(make: Make) -> None:
    team, owner = make.team(), make.user("service")
    service = make.user("service", team_id=team)
    colleague = make.user("service", team_id=team)
    with make.acting(colleague):
        deal = make.deal()
    with make.acting(service):
        run_id = begin_run(
            "deal", "core.edit", {"expected_on": "2026-12-01"}, chosen_by_ids([deal])
        )

    assert owner
    message = "You may see this record, but not do this with it."
    assert told(run_id) == {deal: ("refused", message)}


def test_act_that_no_role_allows_is_refused_as_a_whole(make: Make) -> None:
    client_id = make.client()
    with make.acting(make.user()), pytest.raises(ForbiddenError) as caught:
        begin_run("client", "core.delete", {}, chosen_by_ids([client_id]))

    assert caught.value.permission == "core.client.bulk_delete"


def test_all_that_the_filter_finds_is_taken_and_nothing_else(make: Make, head: Person) -> None:
    seller = make.user()
    wanted = {make.client(source="fair") for _number in range(3)}
    other = make.client(source="web")

    run_id = begin_run(
        "client", "core.assign", {"owner_id": seller}, all_of("client", "source=fair")
    )

    assert states(run_id) == dict.fromkeys(wanted, "done")
    assert owners()[other] == head.id


def test_undo_gives_back_what_was_and_leaves_alone_what_changed_since(
    make: Make, head: Person
) -> None:
    seller, first, second = make.user(), make.client(), make.client()
    run_id = assign([first, second], seller)
    change_client(second, {"owner_id": make.user_of("head"), "site": "example.com"})

    undoing = undo_run(run_id)

    assert states(undoing) == {first: "done", second: "refused"}
    assert owners() == {first: head.id, second: head.id}


def test_undo_leaves_a_deal_where_somebody_moved_it_since(make: Make, head: Person) -> None:
    stages = reading().scalars(sa.select(Stage.id).order_by(Stage.percent)).all()
    first, second = make.deal(), make.deal()
    run_id = begin_run("deal", "core.move", {"stage_id": str(stages[1])}, all_of("deal"))
    move_deal(second, stages[2])

    undoing = undo_run(run_id)

    assert states(undoing) == {first: "done", second: "refused"}
    stands = reading().execute(sa.select(Deal.id, Deal.stage_id))
    assert {row.id: row.stage_id for row in stands} == {first: stages[0], second: stages[2]}


def test_undo_is_done_once(make: Make, head: Person) -> None:
    run_id = assign([make.client()], make.user())
    undo_run(run_id)

    with pytest.raises(ConflictError):
        undo_run(run_id)


def test_tags_are_added_and_removed_and_the_undo_gives_each_client_its_own_back(
    make: Make, head: Person
) -> None:
    first, second = make.client(tags=["old", "vip"]), make.client(tags=["new"])
    given = {"add": ["vip", "fair"], "remove": ["old"]}

    run_id = begin_run("client", "core.tag", given, chosen_by_ids([first, second]))

    assert tags() == {first: ["fair", "vip"], second: ["fair", "new", "vip"]}
    undo_run(run_id)
    assert tags() == {first: ["old", "vip"], second: ["new"]}


def tags() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = sa.select(ClientTag.client_id, ClientTag.tag).order_by(ClientTag.tag)
    for client_id, tag in reading().execute(query):
        found.setdefault(client_id, []).append(tag)
    return found


def test_bulk_delete_fills_the_bin_and_its_undo_empties_it(make: Make, head: Person) -> None:
    deals = [make.deal(), make.deal()]

    run_id = begin_run("deal", "core.delete", {}, chosen_by_ids(deals))

    binned = sa.select(sa.func.count(Deal.id)).where(Deal.deleted_at.is_not(None))
    assert reading().scalar(binned) == 2
    undo_run(run_id)
    assert reading().scalar(binned) == 0


def test_undo_of_a_deletion_leaves_alone_what_was_restored_and_deleted_again_since(
    make: Make, head: Person
) -> None:
    first, second = make.deal(), make.deal()
    run_id = begin_run("deal", "core.delete", {}, chosen_by_ids([first, second]))
    restore_deal(second)
    delete_deal(second)

    undoing = undo_run(run_id)
    reading().rollback()

    assert states(undoing) == {first: "done", second: "refused"}
    assert reading().get_one(Deal, first).deleted_at is None
    assert reading().get_one(Deal, second).deleted_at is not None


def test_bulk_move_refuses_deals_of_another_pipeline_and_closed_ones(
    make: Make, head: Person, api_for: ApiFor
) -> None:
    stages = api_for("head").get("/pipelines").json["items"][0]["stages"]
    deal, closed = make.deal(), make.deal()
    api_for("head").post(f"/deals/{closed}/close", {"outcome": "won"})

    given = {"stage_id": str(stages[2]["id"])}
    run_id = begin_run("deal", "core.move", given, chosen_by_ids([deal, closed]))

    refused = ("refused", "The deal is closed: reopen it to move it.")
    assert told(run_id) == {deal: ("done", ""), closed: refused}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "owner_id"),
        ({"owner_id": 987654}, "owner_id"),
        ({"owner_id": "somebody"}, "owner_id"),
        ({"owner_id": True}, "owner_id"),
        ({"owner": 1}, "owner"),
    ],
)
def test_what_an_act_cannot_use_is_refused_at_its_field_and_nothing_begins(
    make: Make, head: Person, given: dict[str, Any], field: str
) -> None:
    client_id = make.client()
    with pytest.raises(InvalidError) as caught:
        begin_run("client", "core.assign", given, chosen_by_ids([client_id]))

    assert field in caught.value.fields
    assert reading().scalar(sa.select(sa.func.count(BulkRun.id))) == 0


@pytest.mark.parametrize(
    ("act", "given", "field"),
    [
        ("core.edit", {"kind": ["company"]}, "kind"),
        ("core.edit", {"source": "x" * 101}, "source"),
        ("core.tag", {"add": ["x" * 61]}, "add"),
        ("core.tag", {"add": ["vip", " "]}, "add"),
    ],
)
def test_what_a_single_change_would_refuse_no_act_on_many_takes(
    make: Make, head: Person, act: str, given: dict[str, Any], field: str
) -> None:
    client_id = make.client()
    with pytest.raises(InvalidError) as caught:
        begin_run("client", act, given, chosen_by_ids([client_id]))

    assert list(caught.value.fields) == [field]


def test_act_that_there_is_not_is_missing(make: Make, head: Person) -> None:
    with pytest.raises(MissingError):
        begin_run("client", "core.burn", {}, chosen_by_ids([make.client()]))


# -- by a job


def many(make: Make, number: int = AT_ONCE + 1) -> list[int]:
    return [make.client() for _number in range(number)]


def test_more_than_a_few_are_done_by_a_job_as_whoever_began_it(make: Make, head: Person) -> None:
    seller, ids = make.user(), many(make)

    run_id = assign(ids, seller)

    assert set(states(run_id).values()) == {"waiting"}
    jobs().drain()
    reading().rollback()
    assert set(states(run_id).values()) == {"done"}
    assert set(owners().values()) == {seller}


def test_stopped_run_keeps_what_was_done_and_says_so(
    make: Make, head: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller, ids = make.user(), many(make)
    run_id = assign(ids, seller)
    job_id = reading().get_one(BulkRun, run_id).job_id
    settle = working._settle

    def stopping(*given: Any) -> None:
        settle(*given)
        cancel(job_id or 0)

    monkeypatch.setattr(working, "_settle", stopping)
    jobs().drain()
    reading().rollback()

    run = reading().get_one(BulkRun, run_id)
    counted = list(states(run_id).values())
    assert (run.done, counted.count("done"), counted.count("waiting")) == (50, 50, 1)
    assert run.stopped == "Stopped. What was done by then stays."


def test_run_of_somebody_who_was_deactivated_before_it_ends_and_says_so(make: Make) -> None:
    author, boss = make.user("head"), make.user_of("administrator")
    clients, seller = many(make), make.user()
    with make.acting(author):
        run_id = assign(clients, seller)
    with make.acting(boss):
        deactivate(author)

    jobs().drain()

    assert end_of(run_id) == (0, "Whoever began this may not act any more.")


def test_run_goes_no_further_than_the_rights_of_whoever_began_it(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, boss = make.user("head"), make.user_of("administrator")
    clients, seller = many(make, working.BATCH + 1), make.user()
    with make.acting(author):
        run_id = assign(clients, seller)
    batch = working._batch

    def batch_and_deactivate(run_id: int) -> bool:
        more = batch(run_id)
        with make.acting(boss):
            deactivate(author)
        return more

    monkeypatch.setattr(working, "_batch", batch_and_deactivate)
    jobs().drain()

    assert end_of(run_id) == (working.BATCH, "Whoever began this may not act any more.")


def end_of(run_id: int) -> tuple[int, str]:
    """Give how many rows of a run are done, and why it ended early."""
    reading().rollback()
    run = reading().get_one(BulkRun, run_id)
    assert run.ended_at is not None
    return run.done, run.stopped


def test_run_that_is_taken_over_does_no_row_twice(make: Make, head: Person) -> None:
    ids = many(make)
    run_id = assign(ids, make.user())
    working._batch(run_id)  # as a worker that died behind its first batch

    jobs().drain()
    reading().rollback()

    run = reading().get_one(BulkRun, run_id)
    assert (run.done, run.refused, run.total) == (51, 0, 51)


def test_statements_of_a_choice_do_not_grow_with_its_rows(
    make: Make, head: Person, statements: Statements
) -> None:
    sent: list[list[str]] = []
    for number in (AT_ONCE + 1, AT_ONCE + 2, 3 * AT_ONCE):
        for _number in range(number):
            make.client(source=f"fair {number}")
        with statements() as found:
            begin_run(
                "client", "core.edit", {"source": "web"}, all_of("client", f"source=fair {number}")
            )
        # when the counters of changes are read again is a matter of the clock, not of the rows
        sent.append([one for one in found if "FROM core_revision" not in one])

    assert sent[1] == sent[2]  # the first one also read what the process keeps from then on


# -- the JSON API


def test_api_answers_with_a_result_for_each_record(make: Make, api_for: ApiFor) -> None:
    with make.acting(make.user_of("head")):
        client_id = make.client()
    body = {"action": "core.tag", "ids": [client_id, 987654], "values": {"add": ["vip"]}}

    answer = api_for("head").post("/clients/bulk", body)

    assert answer.status_code == 200
    assert answer.json["results"] == [
        {"id": client_id, "status": 200, "outcome": "done"},
        {
            "id": 987654,
            "status": 404,
            "outcome": "refused",
            "problem": {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "detail": "There is no such record, or you may not see it.",
            },
        },
    ]


def test_api_takes_a_filter_as_the_list_does(make: Make, api_for: ApiFor) -> None:
    with make.acting(make.user_of("head")):
        wanted, _other = make.client(source="fair"), make.client(source="web")
    body = {"action": "core.delete", "filter": {"source": "fair"}}

    answer = api_for("head").post("/clients/bulk", body)

    assert [one["id"] for one in answer.json["results"]] == [wanted]


@pytest.mark.parametrize(
    "body",
    [
        {"action": "core.delete"},
        {"action": "core.delete", "ids": []},
        {"action": "core.delete", "ids": [1], "filter": {}},
        {"action": "core.delete", "filter": {"colour": "red"}},
        {"action": "core.delete", "filter": {"source": ["fair"]}},
        {"action": "core.delete", "ids": list(range(1, 202))},
    ],
)
def test_api_refuses_what_says_not_clearly_which_records(
    make: Make, api_for: ApiFor, body: dict[str, Any]
) -> None:
    assert api_for("head").post("/clients/bulk", body).status_code == 422


# -- the pages


def test_page_leads_back_to_the_list_with_an_undo_where_all_went_well(
    make: Make, browser_for: BrowserFor
) -> None:
    with make.acting(make.user_of("head")):
        client_id = make.client()
    form = {"id": [f"{client_id}:1"], "next": "/clients?source="}

    browser = browser_for("head")
    answer = browser.post("/lists/client/acts/core.delete", data=form)
    page = browser.get("/clients").text

    assert (answer.status_code, answer.location) == (303, "/clients?source=")
    assert "Into the bin: done for 1 record." in page
    assert 'action="/lists/runs/1/undo"' in page


def test_page_of_a_run_tells_of_each_row_what_came_of_it(
    make: Make, browser_for: BrowserFor
) -> None:
    with make.acting(make.user_of("head")):
        stale, fresh = make.client(name="Stale Ltd"), make.client(name="Fresh Ltd")
        change_client(stale, {"site": "example.com"})
    form = {"id": [f"{stale}:1", f"{fresh}:1"], "add": "vip"}

    answer = browser_for("head").post("/lists/client/acts/core.tag", data=form)
    page = browser_for("head").get(answer.location).text

    assert answer.location == "/lists/runs/1"
    assert "Stale Ltd" in page
    assert page.count("Somebody else has changed this record since you read it.") == 2


def test_run_of_another_person_is_not_there(make: Make, browser_for: BrowserFor) -> None:
    with make.acting(make.user_of("head")):
        run_id = assign([make.client()], make.user())

    assert browser_for("seller").get(f"/lists/runs/{run_id}").status_code == 404


def test_form_of_an_act_says_how_many_records_the_filter_finds(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    with make.acting(make.user_of("head")):
        for _number in range(3):
            make.client(source="fair")
    form = {"whole_filter": "true", "filter": "source=fair"}

    page = browser_for("head").post("/lists/client/acts/core.tag/form", data=form).text

    assert "For all 3 records that the filter finds, on every page." in page


def test_list_offers_marks_only_to_whom_something_is_allowed(
    make: Make, browser_for: BrowserFor
) -> None:
    everybody = [{"user_id": make.user_of(role), "part": ""} for role in ("lawyer", "seller")]
    make.client(participants=everybody)
    (lawyer,) = role_ids(reading(), ["lawyer"])  # type: ignore[arg-type]  # it only reads
    with make.acting(make.user_of("lawyer")):
        offered = {act.action.permission for act in acts_of("client")}
    change_grants(lawyer, dict.fromkeys(offered, Scope.NONE))

    assert "data-mark" in browser_for("seller").get("/clients").text
    assert "data-mark" not in browser_for("lawyer").get("/clients").text
