"""The JSON API of groups and consents."""

from __future__ import annotations

from typing import Any

import pytest

from salesman_core.testing.people import Make

pytestmark = pytest.mark.databases("sqlite")


def test_group_is_made_filled_counted_and_read(api_for: Any, make: Make, purposes: Any) -> None:
    api = api_for("marketer")
    client = make.client(emails=["a@example.com"])
    make.client(emails=["b@example.com"], tags=["fair"])
    made = api.post("/mailing", {"name": "Spring", "purpose_id": purposes["orders"].id})
    path = f"/mailing/{made.json['id']}"
    assert api.post(f"{path}/members", {"about_kind": "client", "about_ids": [client]}).json == {
        "added": 1
    }
    followed = api.post(f"{path}/filters", {"kind": "client", "filter": "tag=fair"}).json
    assert [one["filter"] for one in followed["filters"]] == ["tag=fair"]

    assert api.get(f"{path}/count").json == {"records": 2, "addresses": 2, "writable": 2}
    page = api.get(f"{path}/members?limit=1").json
    assert [one["address"] for one in page["items"]] == ["a@example.com"]
    rest = api.get(f"{path}/members?after={page['next']}").json
    assert [(one["address"], one["allowed"]) for one in rest["items"]] == [("b@example.com", True)]
    assert rest["next"] is None


def test_consent_is_noted_with_its_proof(api_for: Any, purposes: Any) -> None:
    api = api_for("marketer")
    told = {"email": "Anna@example.com", "state": "given", "purpose_id": purposes["news"].id}
    proof = {"reason": "Form of the site", "form": "contact", "form_version": "3"}

    assert api.post("/mailing/consents", told | proof).json == {"changed": True}
    assert api.post("/mailing/consents", told | proof).json == {"changed": False}
    refused = api.post("/mailing/consents", {**told, **proof, "email": "anna"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["email"])


def test_what_is_kept_out_comes_back(api_for: Any, make: Make, group: Any) -> None:
    api, client = api_for("marketer"), make.client(emails=["a@example.com"], tags=["fair"])
    path, record = f"/mailing/{group()}", {"about_kind": "client", "about_id": client}
    api.post(f"{path}/filters", {"filter": "tag=fair"})

    assert api.post(f"{path}/keep-out", record).json == {"changed": True}
    assert api.get(f"{path}/count").json["records"] == 0
    assert api.post(f"{path}/let-in", record).json == {"changed": True}
    assert api.get(f"{path}/count").json["records"] == 1


def test_sellers_see_no_groups_but_note_consents(api_for: Any, group: Any) -> None:
    api = api_for("seller")
    assert api.get(f"/mailing/{group()}").status_code == 403
    said = {"email": "anna@example.com", "state": "refused", "reason": "On the phone"}
    assert api.post("/mailing/consents", said).json == {"changed": True}
