"""Bodies, pages of lists, numbers to the digit."""

from __future__ import annotations

from typing import Any

import pytest
from sample_memos.api import MemoSchema

FULL = {
    "title": "Ёлка",
    "amount": "1234.50",
    "due_on": "2026-04-01",
    "remind_at": "2026-03-01T09:30:00Z",
    "state": "open",
    "pinned": True,
    "pages": 3,
    "external_ids": {"1c": "00-1"},
    "custom": {"colour": "green", "size": 2.5},
}


def test_what_was_written_is_read_back(api: Any, admin_id: int) -> None:
    made = api.post(json=FULL)
    expected = FULL | {"id": made.json["id"], "owner_id": admin_id}
    assert made.status_code == 201
    assert api.get(f"/{made.json['id']}").json == expected
    assert api.get().json == {"items": [expected], "next": None}


def test_the_short_way_to_json_gives_the_keys_that_the_schema_documents(api: Any) -> None:
    api.post(json=FULL)
    assert set(api.get().json["items"][0]) == set(MemoSchema().fields)


def test_an_amount_is_kept_to_the_digit(api: Any) -> None:
    body = b'{"title": "x", "amount": 9007199254740.93}'
    made = api._client.post(
        "/api/v1/memos", data=body, content_type="application/json", headers=api._headers
    )
    assert made.json["amount"] == "9007199254740.93"


def test_an_unknown_field_is_refused(api: Any) -> None:
    refused = api.post(json={"title": "x", "colour": "red"})
    assert (refused.status_code, refused.json["errors"]) == (422, {"colour": ["Unknown field."]})


def test_what_the_system_decides_cannot_be_set(api: Any) -> None:
    assert set(api.post(json={"title": "x", "id": 5}).json["errors"]) == {"id"}


def test_a_patch_changes_what_it_names_alone(api: Any) -> None:
    memo_id = api.post(json=FULL).json["id"]
    assert api.patch(f"/{memo_id}", json={"pages": None}).json["pages"] is None
    assert api.get(f"/{memo_id}").json["title"] == "Ёлка"


def test_pages_are_walked_by_their_cursor(api: Any) -> None:
    for title in "abcde":
        api.post(json={"title": title})
    seen, address = [], "?sort=-title&limit=2"
    while True:
        page = api.get(address).json
        seen += [one["title"] for one in page["items"]]
        if page["next"] is None:
            break
        address = f"?sort=-title&limit=2&cursor={page['next']}"
    assert seen == list("edcba")


def test_a_wrong_cursor_is_refused(api: Any) -> None:
    assert set(api.get("?cursor=abc").json["errors"]) == {"cursor"}


def test_what_is_deleted_is_gone_without_a_body(api: Any) -> None:
    memo_id = api.post(json=FULL).json["id"]
    deleted = api.delete(f"/{memo_id}")
    assert (deleted.status_code, deleted.data) == (204, b"")
    assert api.get(f"/{memo_id}").status_code == 404


def test_parameters_of_an_address_are_judged_by_their_schema(api: Any) -> None:
    memo_id = api.post(json=FULL).json["id"]
    assert api.get(f"/{memo_id}/share?of=2").json == {"share": "617.25"}
    assert set(api.get(f"/{memo_id}/share?of=0").json["errors"]) == {"of"}
    assert set(api.get(f"/{memo_id}/share?of=1&of=2").json["errors"]) == {"of"}
    assert set(api.get(f"/{memo_id}/share").json["errors"]) == {"of"}


@pytest.mark.databases("sqlite")
def test_an_answer_is_utf8_without_escapes(api: Any) -> None:
    assert "Ёлка".encode() in api.post(json=FULL).data
