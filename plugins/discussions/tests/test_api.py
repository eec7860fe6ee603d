"""The JSON API of discussions."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from salesman_core.services.files import LARGEST
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


def send(api: Any, thread: int, name: str, content: bytes, more: str = "") -> Any:
    path = f"/discussions/{thread}/messages/file?name={name}{more}"
    return api.post(path, data=content, headers={"Content-Type": "application/octet-stream"})


def saved(api: Any, message: int, file: int) -> tuple[int, str, bytes]:
    with api.get(f"/discussions/messages/{message}/files/{file}") as answer:
        return answer.status_code, answer.content_type, answer.data


def test_file_comes_with_a_message_and_is_got_as_it_came(
    make: Make, discuss: Callable[..., int], api_for: ApiFor
) -> None:
    thread = discuss(participant_ids=[make.user_of("lawyer")])
    first = api_for("lawyer").post(f"/discussions/{thread}/messages", {"text": "Which?"}).json
    more = f"&text=This%20*one*&quoted_id={first['id']}"
    sent = send(api_for("seller"), thread, "terms.pdf", b"%PDF-1.7 terms", more)
    assert sent.status_code == 201
    said = sent.json
    (file,) = said["files"]
    assert (said["text"], said["quoted_id"]) == ("This *one*", first["id"])
    assert (file["name"], file["size"]) == ("terms.pdf", 14)
    got = saved(api_for("lawyer"), said["id"], file["id"])
    assert got == (200, "application/pdf", b"%PDF-1.7 terms")
    (alone,) = send(api_for("lawyer"), thread, "../a.html", b"<script>").json["files"]
    assert (alone["name"], alone["id"] > file["id"]) == ("a.html", True)


def test_file_that_is_sent_is_judged(
    make: Make, discuss: Callable[..., int], api_for: ApiFor
) -> None:
    api, thread = api_for("seller"), discuss()
    path = f"/discussions/{thread}/messages/file"
    assert send(api, thread, "a.txt", b"").json["errors"].keys() == {"file"}
    assert api.post(path, data=b"x").json["errors"].keys() == {"name"}
    assert send(api, thread, "a.txt", b"x", "&text=" + "a" * 2001).status_code == 422
    assert send(api, thread, "a.txt", b"x", "&quoted_id=999").json["errors"].keys() == {"quoted_id"}
    assert api.post(f"{path}?name=a.txt", {"text": "no file"}).status_code == 415
    assert send(api, thread, "a.txt", b"x" * (LARGEST + 1)).status_code == 413
    api.post(f"/discussions/{thread}/close", {"decision": "Done"})
    assert send(api, thread, "a.txt", b"x").status_code == 409


def send_many(
    api: Any, thread: int, *files: tuple[bytes, str], more: str = "", note: str = ""
) -> Any:
    given: Any = [FileStorage(io.BytesIO(content), name) for content, name in files]
    boundary, body = encode_multipart({"file": given} | ({"note": note} if note else {}))
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return api.post(f"/discussions/{thread}/messages/files{more}", data=body, headers=headers)


def test_ten_files_come_with_one_message_and_no_more(
    make: Make, discuss: Callable[..., int], api_for: ApiFor
) -> None:
    api, thread = api_for("seller"), discuss()
    files = [(f"text {number}".encode(), f"../{number}.txt") for number in range(10)]

    said = send_many(api, thread, *files, more="?text=Ten%20of%20them")
    refused = send_many(api, thread, *files, (b"one more", "11.txt"))

    assert (said.status_code, said.json["text"]) == (201, "Ten of them")
    names = [one["name"] for one in said.json["files"]]
    assert names == [f"{number}.txt" for number in range(10)]
    assert saved(api, said.json["id"], said.json["files"][9]["id"])[2] == b"text 9"
    assert (refused.status_code, refused.json["errors"].keys()) == (422, {"file"})
    listed = api.get(f"/discussions/{thread}/messages").json["items"]
    assert [one["id"] for one in listed] == [said.json["id"]]


def test_files_that_are_sent_together_are_judged(
    make: Make, discuss: Callable[..., int], api_for: ApiFor
) -> None:
    api, thread, good = api_for("seller"), discuss(), (b"x", "a.txt")
    path = f"/discussions/{thread}/messages/files"

    assert send_many(api, thread).json["errors"].keys() == {"file"}
    assert send_many(api, thread, good, (b"", "b.txt")).json["errors"].keys() == {"file"}
    assert send_many(api, thread, good, note="hm").json["errors"].keys() == {"note"}
    assert send_many(api, thread, good, more="?name=a").json["errors"].keys() == {"name"}
    assert send_many(api, thread, good, (b"x" * (LARGEST + 1), "b.txt")).status_code == 413
    assert api.post(path, {"text": "no files"}).status_code == 415
    assert send_many(api_for("lawyer"), thread, good).status_code == 404
    assert api.get(f"/discussions/{thread}/messages").json["items"] == []


def test_files_of_messages_are_for_those_who_see_the_discussion(
    make: Make, discuss: Callable[..., int], api_for: ApiFor
) -> None:
    api, stranger = api_for("seller"), api_for("lawyer")
    hidden, open_to_all = discuss(private=True), discuss(participant_ids=[make.user_of("lawyer")])
    said = send(api, hidden, "secret.txt", b"hush").json
    other = send(api, open_to_all, "known.txt", b"known").json
    file, known = said["files"][0]["id"], other["files"][0]["id"]
    assert send(stranger, hidden, "a.txt", b"x").status_code == 404
    assert [
        saved(stranger, message, id_)[0]
        for message, id_ in (
            (said["id"], file),
            (other["id"], file),
            (said["id"], known),
            (other["id"], known),
        )
    ] == [404, 404, 404, 200]
    assert saved(api_for("administrator"), said["id"], file)[0] == 404
    api.delete(f"/discussions/messages/{said['id']}")
    assert saved(api, said["id"], file)[0] == 404
