"""Rules of the whole JSON API that were broken once, each in the smallest way that shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]

pytestmark = pytest.mark.databases("sqlite")


def operations(app: Flask) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = Api(app, None).get("/openapi.json").json["paths"]
    return found


@pytest.mark.parametrize("collection", ["clients", "deals"])
def test_change_takes_the_items_of_a_list_whole(
    make: Make, api_for: ApiFor, collection: str
) -> None:
    record_id = make.client() if collection == "clients" else make.deal()
    part_of_nobody = {"participants": [{"part": "advice"}]}

    answer = api_for("administrator").patch(f"/{collection}/{record_id}", part_of_nobody)

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["participants.0.user_id"])


@pytest.mark.parametrize(
    "tag", ['""', '"', 'W/""', "0", '"client-1-٣-0"', f'"client-1-{"9" * 5000}-0"']
)
def test_version_that_was_never_ours_is_refused_as_old(
    make: Make, api_for: ApiFor, tag: str
) -> None:
    client = f"/clients/{make.client()}"

    answer = api_for("administrator").patch(client, {"name": "X"}, headers={"If-Match": tag})

    assert answer.status_code == 412


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("record_id", [10**18 - 1, 10**18, 2**63, 10**40])
def test_number_that_is_no_id_leads_nowhere(api_for: ApiFor, method: str, record_id: int) -> None:
    body = {} if method == "PATCH" else None

    answer = api_for("administrator").request(method, f"/clients/{record_id}", body)

    assert answer.status_code == 404


def test_document_says_how_large_an_id_may_be(app: Flask) -> None:
    (parameter,) = operations(app)["/api/v1/clients/{record_id}"]["parameters"]

    assert parameter["schema"] == {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}


def test_answer_that_makes_a_record_links_to_every_operation_on_it(app: Flask) -> None:
    paths = operations(app)
    of_a_deal = {
        operation["operationId"]: {
            "operationId": operation["operationId"],
            "parameters": {"record_id": "$response.body#/id"},
        }
        for path, members in paths.items()
        if path.startswith("/api/v1/deals/{record_id}")
        for method, operation in members.items()
        if method != "parameters"
    }

    assert {"deals.read_deal", "deals.move_deal", "deals.close_deal"} < set(of_a_deal)
    assert paths["/api/v1/deals"]["post"]["responses"]["201"]["links"] == of_a_deal
    assert "links" not in paths["/api/v1/deals/batch"]["post"]["responses"]["200"]
