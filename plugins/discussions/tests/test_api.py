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
