"""Extensions in the JSON API: written, read, refused, described, kept from who may not see them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_sample.models import Habits

from salesman_core.administration.service import activate, suspend
from salesman_core.db import reading
from salesman_core.testing.people import Api, Make, api_of

ApiFor = Callable[[str], Api]
Statements = Callable[[], AbstractContextManager[list[str]]]

NOTHING: dict[str, Any] = {
    "nickname": None,
    "drink": None,
    "since": None,
    "early": None,
    "spends": None,
    "visits": None,
    "host_id": None,
}
EVERYTHING: dict[str, Any] = {
    "nickname": "Ёлка",
    "drink": "tea",
    "since": "2026-03-12",
    "early": False,
    "spends": "1200.50",
    "visits": "2.500",
}
BAD: list[tuple[str, Any]] = [
    ("nickname", "x" * 101),
    ("nickname", 5),
    ("drink", "milk"),
    ("since", "2026-02-30"),
    ("early", "yes"),
    ("spends", "-1"),
    ("visits", "1.2345"),
    ("host_id", 999_999),
    ("other", "x"),
]


@pytest.fixture
def api(app: Flask, api_for: ApiFor) -> Api:
    return api_for("administrator")


def habits_of(api: Api, client_id: int) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/clients/{client_id}").json["extensions"]["sample"]
    return found


def test_new_client_is_made_with_its_extension_in_one_go(api: Api) -> None:
    made = api.post("/clients", {"name": "Elk", "extensions": {"sample": EVERYTHING}})

    assert made.status_code == 201, made.text
    assert made.json["extensions"]["sample"] == NOTHING | EVERYTHING
    assert habits_of(api, made.json["id"]) == NOTHING | EVERYTHING


def test_client_without_a_row_has_nothing_in_each_field(api: Api, make: Make) -> None:
    assert habits_of(api, make.client()) == NOTHING


def test_change_names_what_it_changes_and_leaves_the_rest(api: Api, make: Make) -> None:
    client_id = make.client(extensions={"sample": {"nickname": "Elk", "drink": "tea"}})

    answer = api.patch(f"/clients/{client_id}", {"extensions": {"sample": {"drink": None}}})

    assert answer.json["extensions"]["sample"] == NOTHING | {"nickname": "Elk"}


@pytest.mark.parametrize("kind", ["contact", "deal"])
def test_contacts_and_deals_are_extended_as_clients_are(api: Api, make: Make, kind: str) -> None:
    client_id = make.client()
    record_id = make.contact(client_id) if kind == "contact" else make.deal()
    path, sent = f"/{kind}s/{record_id}", {"extensions": {"sample": {"colour": "red"}}}

    assert api.patch(path, sent).json["extensions"] == sent["extensions"]
    assert api.get(path).json["extensions"] == sent["extensions"]


@pytest.mark.parametrize(("name", "sent"), BAD)
def test_value_that_does_not_fit_is_refused_at_its_field(api: Api, name: str, sent: Any) -> None:
    answer = api.post("/clients", {"name": "Elk", "extensions": {"sample": {name: sent}}})

    assert (answer.status_code, list(answer.json["errors"])) == (422, [f"extensions.sample.{name}"])
    assert api.get("/clients").json["items"] == []


@pytest.mark.parametrize("sent", [{"other": {}}, {"sample": None}, {"sample": []}, []])
def test_what_is_no_extension_is_refused(api: Api, sent: Any) -> None:
    assert api.post("/clients", {"name": "Elk", "extensions": sent}).status_code == 422


def test_rule_between_fields_is_judged_by_what_the_whole_is_to_be(api: Api, make: Make) -> None:
    client_id = make.client(extensions={"sample": {"early": True}})

    refused = api.patch(f"/clients/{client_id}", {"extensions": {"sample": {"drink": "coffee"}}})

    assert refused.json["errors"] == {"extensions.sample.drink": ["Who comes early drinks tea."]}
    assert habits_of(api, client_id)["drink"] is None


def test_change_of_an_extension_is_a_change_of_the_record(api: Api, make: Make) -> None:
    client_id = make.client()
    path, sent = f"/clients/{client_id}", {"extensions": {"sample": {"nickname": "Elk"}}}
    seen = api.get(path).headers["ETag"]

    changed = api.patch(path, sent, headers={"If-Match": seen})
    again = api.patch(path, sent, headers={"If-Match": seen})

    assert (changed.status_code, again.status_code) == (200, 412)
    assert changed.headers["ETag"] != seen


def test_change_that_changes_nothing_leaves_the_version(api: Api, make: Make) -> None:
    sent = {"extensions": {"sample": {"nickname": "Elk"}}}
    path = f"/clients/{make.client(**sent)}"

    assert api.patch(path, sent).json["version"] == api.get(path).json["version"] == 1


def test_who_may_not_see_an_extension_reads_and_writes_nothing_of_it(
    make: Make, api_for: ApiFor
) -> None:
    api = api_for("head")
    client_id = make.client(extensions={"sample": {"nickname": "Elk"}})

    read = api.get(f"/clients/{client_id}")
    refused = api.patch(f"/clients/{client_id}", {"extensions": {"sample": {"nickname": "Fir"}}})

    assert "sample" not in read.json["extensions"]
    assert (refused.status_code, refused.json["permission"]) == (403, "sample.habits.view")


def test_who_may_only_see_an_extension_changes_nothing_of_it(app: Flask, make: Make) -> None:
    owner_id = make.user_of("service")
    client_id = make.client(owner_id=owner_id, extensions={"sample": {"nickname": "Elk"}})
    api = api_of(app, owner_id)

    refused = api.patch(f"/clients/{client_id}", {"extensions": {"sample": {"nickname": "Fir"}}})

    assert (refused.status_code, refused.json["permission"]) == (403, "sample.habits.edit")
    assert habits_of(api, client_id)["nickname"] == "Elk"


def test_suspended_plugin_is_nowhere_and_its_rows_stay(api: Api, make: Make) -> None:
    client_id = make.client(extensions={"sample": {"nickname": "Elk"}})
    path = f"/clients/{client_id}"

    suspend("sample")
    gone = api.get(path).json["extensions"]
    refused = api.patch(path, {"extensions": {"sample": {"nickname": "Fir"}}})
    activate("sample")

    assert ("sample" in gone, refused.status_code) == (False, 422)
    assert habits_of(api, client_id)["nickname"] == "Elk"


def test_page_of_a_list_reads_extensions_by_one_statement(
    api: Api, make: Make, statements: Statements
) -> None:
    counts = []
    api.get("/clients")
    for number in (1, 9):
        for place in range(number):
            make.client(name=f"{number}{place}", extensions={"sample": {"nickname": "Elk"}})
        with statements() as sent:
            items = api.get("/clients").json["items"]
        assert all(one["extensions"]["sample"]["nickname"] == "Elk" for one in items)
        counts.append(len(sent))

    assert counts[0] == counts[1]


def test_deleted_client_takes_its_row_along(app: Flask, make: Make) -> None:
    client_id = make.client(extensions={"sample": {"nickname": "Elk"}})

    of_client = sa.select(Habits.nickname, Habits.search_text).where(Habits.client_id == client_id)
    assert reading().execute(of_client).one() == ("Elk", "elk")


def test_document_describes_what_active_plugins_keep(api: Api) -> None:
    def described() -> dict[str, Any]:
        document = api.get("/core/openapi.json").json
        schema = document["components"]["schemas"]["core.Client"]
        found: dict[str, Any] = schema["properties"]["extensions"]["properties"]
        return found

    fields = described()["sample"]["properties"]
    assert fields["drink"]["enum"] == ["tea", "coffee", None]
    assert fields["drink"]["description"] == "Drinks (tea: Tea, coffee: Coffee)"
    assert fields["nickname"]["maxLength"] == 100

    suspend("sample")
    assert "sample" not in described()
