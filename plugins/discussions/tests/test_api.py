"""The JSON API of discussions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salesman_core.testing.people import Make

pytestmark = pytest.mark.databases("sqlite")

ApiFor = Callable[[str], Any]


def test_discussion_is_opened_said_in_and_closed(make: Make, api_for: ApiFor) -> None:
    api, lawyer = api_for("seller"), make.user_of("lawyer")
    deal = make.deal(name="Boilers", owner_id=make.user_of("seller"))
    opened = api.post(
        "/discussions",
        {"subject": "Terms", "text": "30 days?", "deal_id": deal, "participant_ids": [lawyer]},
    )
    assert opened.status_code == 201
    thread = opened.json
    assert [(one["kind"], one["id"], one["name"]) for one in thread["records"]] == [
        ("deal", deal, "Boilers")
    ]
    of_lawyer = api_for("lawyer")
    seen = of_lawyer.get(f"/discussions/{thread['id']}").json
    assert (seen["records"], seen["unread"]) == ([], 1)
    said = of_lawyer.post(f"/discussions/{thread['id']}/messages", {"text": "20"}).json
    assert (said["number"], said["text"], said["author_id"]) == (2, "20", lawyer)
    reacted = api.post(f"/discussions/messages/{said['id']}/reactions", {"sign": "agree"}).json
    assert reacted["reactions"] == [{"sign": "agree", "user_ids": [make.user_of("seller")]}]
    closed = api.post(f"/discussions/{thread['id']}/close", {"decision": "20 days"}).json
    assert closed["decision"] == "20 days"
    refused = of_lawyer.post(f"/discussions/{thread['id']}/messages", {"text": "Thanks"})
    assert refused.status_code == 409


def test_messages_page_by_their_numbers(make: Make, api_for: ApiFor) -> None:
    api = api_for("seller")
    thread = api.post("/discussions", {"subject": "Many"}).json["id"]
    for number in range(5):
        api.post(f"/discussions/{thread}/messages", {"text": str(number)})
    first = api.get(f"/discussions/{thread}/messages?limit=3").json
    assert ([one["text"] for one in first["items"]], first["next"]) == (["0", "1", "2"], 3)
    rest = api.get(f"/discussions/{thread}/messages?after=3&limit=3").json
    assert ([one["text"] for one in rest["items"]], rest["next"]) == (["3", "4"], None)


def test_list_is_filtered_by_record_and_by_what_is_unread(make: Make, api_for: ApiFor) -> None:
    api, deal = api_for("seller"), make.deal(owner_id=make.user_of("seller"))
    about = api.post("/discussions", {"subject": "About", "deal_id": deal}).json["id"]
    api.post("/discussions", {"subject": "Other"})

    def ids(filters: str) -> list[int]:
        return [one["id"] for one in api.get(f"/discussions?{filters}").json["items"]]

    assert ids(f"deal_id={deal}") == [about]
    assert ids("unread=true") == []
    hidden = make.deal(owner_id=make.user("seller"))
    assert ids(f"deal_id={hidden}") == []


def test_stranger_meets_nothing(make: Make, api_for: ApiFor) -> None:
    thread = api_for("seller").post("/discussions", {"subject": "Ours", "text": "Hush"}).json["id"]
    message = api_for("seller").get(f"/discussions/{thread}/messages").json["items"][0]["id"]
    stranger = api_for("lawyer")
    answers = [
        stranger.get(f"/discussions/{thread}"),
        stranger.get(f"/discussions/{thread}/messages"),
        stranger.post(f"/discussions/{thread}/messages", {"text": "Hello"}),
        stranger.post(f"/discussions/messages/{message}/reactions", {"sign": "agree"}),
        stranger.patch(f"/discussions/messages/{message}", {"text": "Mine"}),
        stranger.delete(f"/discussions/messages/{message}"),
        stranger.post(f"/discussions/{thread}/participants", {"user_ids": [1]}),
    ]
    assert {one.status_code for one in answers} == {404}


def test_discussions_of_a_client_are_those_of_its_deals_too(
    make: Make, discuss: Callable[..., int], api_for: ApiFor
) -> None:
    seller = make.user_of("seller")
    client = make.client(owner_id=seller)
    own = discuss(client_id=client)
    of_deal = discuss(deal_id=make.deal(client_id=client, owner_id=seller))
    discuss(client_id=make.client(owner_id=seller))
    listed = api_for("seller").get(f"/discussions?client_id={client}").json["items"]
    assert {one["id"] for one in listed} == {own, of_deal}


def test_wishes_about_letters_are_chosen_by_whoever_they_concern(
    make: Make, discuss: Callable[..., int], api_for: ApiFor
) -> None:
    api, thread = api_for("lawyer"), discuss(participant_ids=[make.user_of("lawyer")])
    usual = {"mail": "at_once", "digest_hour": 9, "quiet_from": None, "quiet_until": None}
    assert api.get("/discussions/letters").json == usual
    wanted = {"mail": "daily", "digest_hour": 8, "quiet_from": 20, "quiet_until": 7}
    assert api.request("PUT", "/discussions/letters", wanted).json == wanted
    assert api.get("/discussions/letters").json == wanted
    refused = api.request("PUT", "/discussions/letters", {**usual, "quiet_from": 20})
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"quiet_until"})
    assert api_for("seller").get("/discussions/letters").json == usual

    notices = f"/discussions/{thread}/notices"
    assert api.get(notices).json == {"level": "all", "mail": ""}
    quieter = {"level": "mentions", "mail": "none"}
    assert api.request("PUT", notices, quieter).json == quieter
    assert api.get(notices).json == quieter
    assert api_for("telemarketer").request("PUT", notices, quieter).status_code == 404
