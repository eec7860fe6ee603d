"""The company's audit: who did what, as far as its reader may know."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.person import acting_as
from salesman_core.clients.service import change_client, delete_client
from salesman_core.db import reading, writing
from salesman_core.deals.service import change_deal
from salesman_core.people.roles import change_grants, copy_role
from salesman_core.people.service import add_user, role_ids
from salesman_core.records.audit import AUDIT, VIEW, entries
from salesman_core.records.changes import audit, note_export
from salesman_core.records.lists import parse_list_query
from salesman_core.testing.people import Make, api_of
from salesman_core.testing.statements import counted_statements
from salesman_hookspecs import Person, Scope

BrowserFor = Callable[[str], FlaskClient]


def told(person: Person | None = None, **asked: str) -> list[tuple[str, str, str]]:
    """What a person reads: kind, name and act of each entry, the newest first."""

    def read() -> list[tuple[str, str, str]]:
        found, _next = entries(parse_list_query(asked, AUDIT))
        return [(one.line.kind, one.line.label, one.line.action_key) for one in found]

    if person is None:
        return read()
    with acting_as(person):
        return read()


def auditor(make: Make, role: str = "seller", **scopes: Scope) -> int:
    """Somebody of a role of their own that may also see the audit."""
    (preset,) = role_ids(reading(), [role])  # type: ignore[arg-type]  # it only reads
    copied = copy_role(preset, f"Auditing {role}")
    change_grants(copied, {VIEW: Scope.ALL, **scopes})
    return add_user("auditor@example.com", "Auditor", [copied])


def test_audit_tells_of_every_change_with_its_record(make: Make) -> None:
    client = make.client(name="Omega")
    change_client(client, {"site": "omega.example"})
    delete_client(client)

    assert told(kind="client") == [
        ("client", "Omega", "deleted"),
        ("client", "Omega", "changed"),
        ("client", "Omega", "created"),
    ]


def test_audit_is_narrowed_by_person_kind_record_action_and_day(make: Make) -> None:
    anna = make.user("head", name="Anna")
    omega, sigma = make.client(name="Omega"), make.client(name="Sigma")
    with make.acting(anna):
        change_client(sigma, {"site": "sigma.example"})

    assert told(actor_id=str(anna)) == [("client", "Sigma", "changed")]
    assert told(kind="client", record_id=str(omega)) == [("client", "Omega", "created")]
    assert told(action="changed", kind="client") == [("client", "Sigma", "changed")]
    assert told(at__gte="2100-01-01T00:00:00Z") == []


def test_audit_goes_by_pages_that_leave_nothing_out(make: Make) -> None:
    for _number in range(5):
        make.client()
    seen: list[int] = []
    query = parse_list_query({"kind": "client", "limit": "2"}, AUDIT)
    while True:
        found, cursor = entries(query)
        seen += [one.line.record_id for one in found]
        if cursor is None:
            break
        query = query.at(cursor)

    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5


def test_audit_tells_of_no_record_that_its_reader_does_not_reach(make: Make) -> None:
    reader = auditor(make)
    make.client(name="Of a stranger")
    mine = make.client(name="Mine", owner_id=reader)
    delete_client(mine)

    kinds_and_names = {one[:2] for one in told(make.person(reader), kind="client")}

    assert kinds_and_names == {("client", "Mine")}


def test_audit_hides_margins_from_those_who_may_not_see_them(make: Make) -> None:
    reader = auditor(make, **{"core.deal.margin": Scope.NONE, "core.deal.view": Scope.ALL})
    deal = make.deal(name="Beams")
    change_deal(deal, {"cost": "50.00"})
    change_deal(deal, {"name": "Girders", "cost": "60.00"})

    with make.acting(reader):
        found, _next = entries(parse_list_query({"kind": "deal", "action": "changed"}, AUDIT))

    assert [[step.key for step in one.line.steps] for one in found] == [["name"]]


def test_audit_masks_phones_for_those_who_may_not_read_them(make: Make) -> None:
    hidden = {"core.client.contact_data": Scope.NONE, "core.client.view": Scope.ALL}
    reader = auditor(make, **hidden)
    client = make.client()
    change_client(client, {"phones": ["+7 912 345-67-67"], "emails": ["anna@omega.example"]})

    with make.acting(reader):
        found, _next = entries(parse_list_query({"kind": "client", "action": "changed"}, AUDIT))

    assert [step.after for step in found[0].line.steps] == ["+7 *** ** 67", "a***@…"]


def test_audit_masks_phones_that_an_export_was_narrowed_by(make: Make) -> None:
    hidden = {"core.client.contact_data": Scope.NONE, "core.client.view": Scope.ALL}
    reader = auditor(make, **hidden)
    narrowed = "Search 8 (912) 345-67-67; Email anna@omega.example; Number 17; Since 2026-03-01"
    note_export("client", "Clients.csv", 1, narrowed=narrowed)

    with make.acting(reader):
        found, _next = entries(parse_list_query({"action": "exported"}, AUDIT))

    assert [step.after for step in found[0].line.steps if step.key == "narrowed"] == [
        "Search +7 *** ** 67; Email a***@…; Number 17; Since 2026-03-01"
    ]


def test_audit_says_what_an_export_was_narrowed_by_to_whoever_may_read_phones(make: Make) -> None:
    note_export("client", "Clients.csv", 1, narrowed="Search 8 (912) 345-67-67")

    found, _next = entries(parse_list_query({"action": "exported"}, AUDIT))

    assert found[0].line.steps[-1].after == "Search 8 (912) 345-67-67"


def test_audit_of_records_that_nobody_can_judge_is_for_administrators(make: Make) -> None:
    reader = auditor(make)
    with writing() as session:
        audit(session, "gone.thing", 1, "A thing", "changed", {})

    assert told(make.person(reader), kind="gone.thing") == []
    assert told(kind="gone.thing") == [("gone.thing", "A thing", "changed")]


def test_export_that_notes_itself_is_told(make: Make) -> None:
    with make.acting(make.user_of("head")):
        note_export("client", "clients.csv", 12, narrowed="Owner is Anna")

    found, _next = entries(parse_list_query({"action": "exported"}, AUDIT))

    assert [(step.key, step.after) for step in found[0].line.steps] == [
        ("rows", "12"),
        ("narrowed", "Owner is Anna"),
    ]


def test_page_of_the_audit_leads_to_the_record(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(name="Omega")
    page = browser_for("administrator").get("/admin/audit").text

    assert f'<a href="/clients/{client}">Omega</a>' in page


def test_page_of_the_audit_is_not_for_sellers(make: Make, browser_for: BrowserFor) -> None:
    assert browser_for("seller").get("/admin/audit").status_code == 403


def test_api_gives_the_audit_in_words(make: Make, app: Flask) -> None:
    deal = make.deal(name="Beams")
    change_deal(deal, {"name": "Girders"})

    answer = api_of(app, make.user_of("administrator")).get("/audit?kind=deal&action=changed")

    (item,) = answer.json["items"]
    assert (item["kind"], item["record_id"], item["label"]) == ("deal", deal, "Girders")
    assert item["changes"] == [
        {"field": "name", "title": "Name", "before": "Beams", "after": "Girders"}
    ]


def test_statements_of_the_audit_do_not_grow_with_its_rows(make: Make) -> None:
    def counted() -> int:
        with counted_statements() as said:
            entries(parse_list_query({}, AUDIT))
        return len(said)

    make.deal(client_id=make.client())
    few = counted()
    for _number in range(10):
        make.deal(client_id=make.client())

    assert counted() == few
