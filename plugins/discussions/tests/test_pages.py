"""The pages of discussions, as people of several roles meet them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_discussions import messages, queries, service, ties

from salesman_core.testing.people import Make
from salesman_core.toolkit import keep_file, reading

Open = Callable[..., int]
BrowserFor = Callable[[str], Any]

pytestmark = pytest.mark.databases("sqlite")

HTMX = {"HX-Request": "true"}


def send(browser: Any, address: str, typed: Mapping[str, Any], **options: Any) -> Any:
    """Send a form with the proof that a page of the same person holds."""
    page = browser.get("/discussions/letters").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return browser.post(address, data={"csrf_token": found[1], **typed}, **options)


def test_discussion_is_opened_on_a_page_with_a_file(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal(name="Boilers", owner_id=make.user_of("seller"))
    browser = browser_for("seller")
    form = browser.get(f"/discussions/new?deal_id={deal}")
    assert "Boilers" in form.text
    sent = {"text": "Shall we?", "deal_id": deal, "file": (io.BytesIO(b"offer"), "offer.txt")}
    answer = send(browser, "/discussions/new", sent, content_type="multipart/form-data")
    page = browser.get(answer.location).text
    for part in ("Shall we?", "offer.txt", "Boilers"):
        assert part in page


@pytest.mark.parametrize(
    "wrong",
    [
        lambda make: {"deal_id": make.deal(owner_id=make.user_of("head"))},
        lambda _make: {"participant_ids": 4711},
        lambda make: {"participant_ids": [make.user() for _number in range(4)]},
        lambda _make: {"text": "@Anna?"},
    ],
    ids=["hidden deal", "stranger", "too many", "name of two"],
)
def test_file_of_a_discussion_that_cannot_be_opened_is_not_kept(
    make: Make,
    browser_for: BrowserFor,
    monkeypatch: pytest.MonkeyPatch,
    wrong: Callable[[Make], Mapping[str, Any]],
) -> None:
    monkeypatch.setattr(service, "MOST_PARTICIPANTS", 3)
    for _number in range(2):
        make.user(name="Anna")
    kept = sa.select(sa.func.count()).select_from(sa.table("core_file"))
    before = reading().scalar(kept)
    sent = {"text": "?", **wrong(make), "file": (io.BytesIO(b"offer"), "offer.txt")}

    answer = send(
        browser_for("seller"), "/discussions/new", sent, content_type="multipart/form-data"
    )

    assert (answer.status_code, reading().scalar(kept)) == (422, before)


def test_empty_message_is_refused_at_its_field_and_the_rest_stays(
    browser_for: BrowserFor,
) -> None:
    answer = send(browser_for("seller"), "/discussions/new", {"text": " ", "private": "true"})
    assert answer.status_code == 422
    assert "Say what it is about." in answer.text
    assert re.search(r'name="private"[^>]*checked', answer.text)


def test_card_of_a_record_shows_its_discussions_to_whoever_sees_it(
    make: Make, discuss: Open, browser_for: BrowserFor
) -> None:
    deal = make.deal(owner_id=make.user_of("seller"))
    discuss(subject="About the price", deal_id=deal)
    panel = f"/discussions/of/deal/{deal}"
    assert "About the price" in browser_for("seller").get(panel).text
    assert browser_for("lawyer").get(panel).status_code == 404
    assert browser_for("seller").get("/discussions/of/user/1").status_code == 404


def test_message_is_sent_and_the_empty_form_comes_back(
    discuss: Open, browser_for: BrowserFor
) -> None:
    thread, browser = discuss(), browser_for("seller")
    sent = send(browser, f"/discussions/{thread}/messages", {"text": "**Yes**"}, headers=HTMX)
    assert (sent.status_code, "salesman:change" in sent.headers["HX-Trigger"]) == (200, True)
    assert "<strong>Yes</strong>" in browser.get(f"/discussions/{thread}/messages?after=0").text


def test_too_long_a_message_comes_back_with_every_letter(
    discuss: Open, browser_for: BrowserFor
) -> None:
    thread = discuss()
    answer = send(browser_for("seller"), f"/discussions/{thread}/messages", {"text": "x" * 20_001})
    assert answer.status_code == 422
    assert "x" * 20_001 in answer.text


def test_nothing_is_written_into_a_closed_discussion(
    make: Make, discuss: Open, browser_for: BrowserFor
) -> None:
    thread = discuss(text="Shall we?")
    browser = browser_for("seller")
    close = f"/discussions/{thread}/close"
    assert send(browser, close, {"decision": " "}).status_code == 422
    send(browser, close, {"decision": "We shall"})
    page = browser.get(f"/discussions/{thread}").text
    assert "We shall" in page
    assert 'id="say"' not in page
    answer = send(browser, f"/discussions/{thread}/messages", {"text": "Wait for me"})
    assert (answer.status_code, "Wait for me" in answer.text) == (409, True)
    with make.acting(make.user_of("seller")):
        assert queries.one_thread(reading(), thread).last_number == 2


def test_hostile_words_are_shown_as_they_are(
    make: Make, discuss: Open, browser_for: BrowserFor
) -> None:
    hostile = '<script>alert("x")</script>'
    lawyer = make.user("lawyer", name=hostile)
    thread = discuss(subject=hostile, text=f"@{hostile} {hostile}")
    with make.acting(lawyer):
        messages.post_message(thread, {"text": hostile})
    with make.acting(make.user_of("seller")):
        service.close_thread(thread, hostile)
    browser = browser_for("seller")
    for path in ("", f"/{thread}", f"/{thread}/messages?after=0", "/mine", f"/{thread}/side"):
        page = browser.get(f"/discussions{path}")
        assert page.status_code == 200
        assert hostile not in page.text


def test_list_knows_what_is_mine_unread_and_waiting(
    make: Make, discuss: Open, browser_for: BrowserFor
) -> None:
    lawyer = make.user_of("lawyer")
    discuss(subject="Asked", text=f"@{make.person(lawyer).name}, may we?")
    discuss(subject="Told", text="For you to know", participant_ids=[lawyer])
    discuss(subject="Of others", text="Nothing for lawyers")
    browser = browser_for("lawyer")

    def shown(filters: str) -> set[str]:
        page = browser.get(f"/discussions?{filters}").text
        return {one for one in ("Asked", "Told", "Of others") if f">{one}<" in page}

    assert shown("mine=true") == {"Asked", "Told"}
    assert shown("unread=true") == {"Asked", "Told"}
    assert shown("waiting=true") == {"Asked"}
    send(browser, "/discussions/read", {})
    assert shown("unread=true") == set()


def test_names_are_suggested_by_a_part_of_them(make: Make, browser_for: BrowserFor) -> None:
    make.user("lawyer", name="Анна Ёлкина")
    twins = [make.user("lawyer", name="Bert Twin") for _one in range(2)]
    browser = browser_for("seller")
    assert [one["text"] for one in browser.get("/discussions/colleagues?q=елк").json] == [
        "Анна Ёлкина"
    ]
    found = [one["text"] for one in browser.get("/discussions/colleagues?q=twin").json]
    assert found == [f"Bert Twin#{id_}" for id_ in twins]


def test_wishes_for_letters_are_kept(browser_for: BrowserFor) -> None:
    browser = browser_for("seller")
    wishes = {"mail": "daily", "digest_hour": "8", "quiet_from": "20", "quiet_until": ""}
    assert send(browser, "/discussions/letters", wishes).status_code == 422
    kept = send(browser, "/discussions/letters", {**wishes, "quiet_until": "7"})
    assert kept.status_code == 302
    page = browser.get("/discussions/letters").text
    assert re.search(r'value="daily"\s+checked', page)


def test_record_that_was_taken_away_comes_back_by_undo(
    make: Make, discuss: Open, browser_for: BrowserFor
) -> None:
    deal = make.deal(owner_id=make.user_of("seller"))
    thread, browser = discuss(deal_id=deal), browser_for("seller")
    with make.acting(make.user_of("seller")):
        (tie,) = ties.ties_of(reading(), [thread])[thread]
    send(browser, f"/discussions/{thread}/records/{tie.id}/remove", {})
    with make.acting(make.user_of("seller")):
        assert ties.ties_of(reading(), [thread]) == {}
    send(browser, f"/discussions/{thread}/records?deal_id={deal}", {})
    with make.acting(make.user_of("seller")):
        assert len(ties.ties_of(reading(), [thread])[thread]) == 1


def test_search_finds_what_was_said_and_the_names_of_files(
    make: Make, discuss: Open, browser_for: BrowserFor
) -> None:
    thread = discuss(subject="Terms", text="They insist on thirty days")
    with make.acting(make.user_of("seller")):
        messages.post_message(
            thread, {"text": ""}, [keep_file("Specimen.pdf", io.BytesIO(b"%PDF"))]
        )
    for typed in ("thirty", "specimen", "Terms"):
        address = f"/search?q={typed}"
        found = browser_for("seller").get(address, follow_redirects=True)
        assert "Terms" in found.text
        assert "Terms</" not in browser_for("lawyer").get(address, follow_redirects=True).text


def test_story_of_a_deal_tells_that_something_was_discussed_and_decided(
    make: Make, discuss: Open, browser_for: BrowserFor
) -> None:
    deal = make.deal(owner_id=make.user_of("seller"))
    thread = discuss(subject="Terms", text="Thirty days?", deal_id=deal)
    with make.acting(make.user_of("seller")):
        service.close_thread(thread, "Twenty")
    story = browser_for("seller").get(f"/records/deal/{deal}/story").text
    assert "Discussion “Terms” closed: Twenty" in story
    assert "Discussion “Terms” opened: Thirty days?" in story


def test_page_costs_the_same_however_much_was_said(
    make: Make, discuss: Open, browser_for: BrowserFor, statements: Callable[..., Any]
) -> None:
    seller, browser = make.user_of("seller"), browser_for("seller")
    thread = discuss(text="One", deal_id=make.deal(owner_id=seller))

    deal = make.deal(owner_id=seller)
    paths = (f"/{thread}", "", "/mine", f"/of/deal/{deal}", f"/{thread}/messages?after=0")

    def cost() -> list[int]:
        counts = []
        for path in paths:
            browser.get(f"/discussions{path}")
            with statements() as sent:
                browser.get(f"/discussions{path}")
            counts.append(len(sent))
        return counts

    with make.acting(seller):
        first = messages.post_message(thread, {"text": "Two"})
        messages.post_message(thread, {"text": "Three", "quoted_id": first})
        messages.react(first, "agree")
        discuss(subject="First", deal_id=deal, text="Said")
        few = cost()
        for number in range(20):
            said = messages.post_message(thread, {"text": f"{number}", "quoted_id": first})
            messages.react(said, "agree")
            discuss(subject=f"Further {number}", deal_id=deal, text="Said")
        assert cost() == few
