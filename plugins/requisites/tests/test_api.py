"""The JSON API of own companies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from salesman_requisites.companies.pictures import keep_picture
from salesman_requisites.testing import ACCOUNT, SIGNER, png
from werkzeug.test import TestResponse

from salesman_core.testing.people import Api

ApiFor = Callable[[str], Api]

FIRM = {"name": "ООО «Ромашка»", "inn": "77 07 083893", "kpp": "773601001"}


def json_of(answer: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = answer.json or {}
    return found


def test_company_is_made_with_its_parts_and_read_whole(api_for: ApiFor) -> None:
    api = api_for("administrator")
    made = api.post("/requisites", FIRM)
    path = f"/requisites/{json_of(made)['id']}"
    api.post(f"{path}/accounts", ACCOUNT)
    api.post(f"{path}/signers", SIGNER)
    keep_picture(json_of(made)["id"], "logo", png())

    read = json_of(api_for("lawyer").get(path))

    assert made.status_code == 201
    assert (read["inn"], read["short_name"], read["logo"], read["stamp"]) == (
        "7707083893",
        "ООО «Ромашка»",
        True,
        False,
    )
    assert [one["account"] for one in read["accounts"]] == [ACCOUNT["account"]]
    assert [(one["post"], one["main"], one["signature"]) for one in read["signers"]] == [
        ("Директор", True, False)
    ]
    assert [one["id"] for one in json_of(api.get("/requisites?short_name=x"))["items"]] == []
    assert len(json_of(api.get("/requisites"))["items"]) == 1


def test_wrong_numbers_are_told_by_field(api_for: ApiFor, company_id: int) -> None:
    api = api_for("administrator")

    company = api.post("/requisites", FIRM | {"inn": "1", "ogrn": "2"})
    account = api.post(f"/requisites/{company_id}/accounts", ACCOUNT | {"account": "1"})
    unknown = api.post("/requisites", FIRM | {"okpo": "1"})

    assert (company.status_code, sorted(json_of(company)["errors"])) == (422, ["inn", "ogrn"])
    assert (account.status_code, list(json_of(account)["errors"])) == (422, ["account"])
    assert unknown.status_code == 422


def test_change_says_which_version_it_saw(api_for: ApiFor, company_id: int) -> None:
    api, path = api_for("administrator"), f"/requisites/{company_id}"
    seen = {"If-Match": api.get(path).headers["ETag"]}

    changed = api.patch(path, {"phone": "1"}, headers=seen)
    late = api.patch(path, {"phone": "2"}, headers=seen)
    unsaid = api.patch(path, {"phone": "2"}, headers={"If-Match": ""})

    assert (changed.status_code, late.status_code, unsaid.status_code) == (200, 412, 428)
    assert json_of(changed)["phone"] == "1"


def test_parts_are_changed_retired_and_taken_back(api_for: ApiFor, company_id: int) -> None:
    api, path = api_for("administrator"), f"/requisites/{company_id}"
    made = json_of(api.post(f"{path}/accounts", ACCOUNT))
    one = f"{path}/accounts/{made['accounts'][0]['id']}"

    renamed = api.request("PUT", one, ACCOUNT | {"bank": "Сбер"}, headers={"If-Match": "*"})
    retired = api.post(f"{one}/retire")
    back = api.post(f"{one}/take-back")
    main = api.post(f"{one}/main")

    assert json_of(renamed)["accounts"][0]["bank"] == "Сбер"
    assert [json_of(answer)["accounts"][0]["active"] for answer in (retired, back, main)] == [
        False,
        True,
        True,
    ]


def test_company_is_archived_taken_back_and_deleted(api_for: ApiFor, company_id: int) -> None:
    api, path = api_for("administrator"), f"/requisites/{company_id}"

    archived, back = api.post(f"{path}/archive"), api.post(f"{path}/take-back")
    main, gone = api.post(f"{path}/main"), api.delete(path)

    assert [json_of(one)["active"] for one in (archived, back, main)] == [False, True, True]
    assert (gone.status_code, api.get(path).status_code) == (204, 404)


@pytest.mark.parametrize("role", ["lawyer", "seller"])
def test_others_change_nothing(api_for: ApiFor, company_id: int, role: str) -> None:
    api, path = api_for(role), f"/requisites/{company_id}"

    answers = [
        api.post("/requisites", FIRM),
        api.patch(path, {"phone": "1"}),
        api.delete(path),
        api.post(f"{path}/accounts", ACCOUNT),
        api.get("/requisites/counters"),
    ]

    assert {one.status_code for one in answers} == {403}
