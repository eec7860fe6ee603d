"""The JSON API of leads."""

from __future__ import annotations

from collections.abc import Callable

from salesman_core.testing.people import Api, Make

ResultOf = Callable[[str], int]

ApiFor = Callable[[str], Api]


def test_lead_comes_in_and_is_read_back(api_for: ApiFor) -> None:
    api = api_for("marketer")
    given = {"name": "Anna", "phones": ["8 916 123-45-67"], "source": "site", "text": "Boilers?"}

    made = api.post("/leads", given)

    assert made.status_code == 201
    read = api.get(f"/leads/{made.json['id']}")
    assert read.json == made.json
    assert {name: read.json[name] for name in given} == given
    assert (read.json["title"], read.json["status"], read.json["owner_id"]) == (
        "Anna",
        "open",
        None,
    )


def test_list_is_filtered_by_status(api_for: ApiFor, result_of: ResultOf) -> None:
    api = api_for("marketer")
    first = api.post("/leads", {"name": "Anna"}).json["id"]
    second = api.post("/leads", {"name": "Boris"}).json["id"]
    api.post(f"/leads/{first}/close", {"result_id": result_of("spam")})

    found = api.get("/leads?unfinished=true").json["items"]

    assert [lead["id"] for lead in found] == [second]


def test_change_of_a_lead_that_somebody_else_changed_is_refused(api_for: ApiFor) -> None:
    api = api_for("marketer")
    made = api.post("/leads", {"name": "Anna"})
    seen = made.headers["ETag"]
    lead = f"/leads/{made.json['id']}"
    assert api.patch(lead, {"name": "Boris"}, headers={"If-Match": seen}).status_code == 200

    late = api.patch(lead, {"name": "Clara"}, headers={"If-Match": seen})

    assert late.status_code == 412
    assert api.get(lead).json["name"] == "Boris"


def test_lead_is_qualified_over_the_api(api_for: ApiFor) -> None:
    api = api_for("head")
    lead = api.post("/leads", {"name": "Anna", "company": "Boilers Ltd"}).json["id"]

    made = api.post(f"/leads/{lead}/qualify", {"deal_name": "Boilers", "amount": "10.50"}).json

    assert api.get(f"/deals/{made['deal_id']}").json["amount"] == "10.50"
    assert api.get(f"/deals/{made['deal_id']}").json["contact_ids"] == [made["contact_id"]]
    assert api.get(f"/leads/{lead}").json["result"] == "converted"


def test_batch_gives_a_result_for_each(api_for: ApiFor) -> None:
    api = api_for("marketer")

    results = api.post("/leads/batch", {"items": [{"name": "Anna"}, {"text": "who?"}]}).json

    assert [one["status"] for one in results["results"]] == [201, 422]
    assert len(api.get("/leads").json["items"]) == 1


def test_unknown_field_is_refused(api_for: ApiFor) -> None:
    answer = api_for("marketer").post("/leads", {"name": "Anna", "nmae": "Anna"})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["nmae"])


def test_lawyer_gets_403_and_a_stranger_401(api_for: ApiFor, make: Make) -> None:
    assert api_for("lawyer").get("/leads").status_code == 403
    assert Api(make.app, None).get("/leads").status_code == 401
