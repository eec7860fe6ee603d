"""What colleagues agree in a discussion, in real browsers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from salesman_discussions import messages, queries, service

from salesman_core.testing.people import Make
from salesman_core.toolkit import reading

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def opened(make: Make, **values: Any) -> int:
    with make.acting(make.user_of("seller")):
        return service.open_thread({"subject": "Terms", **values})


def say(make: Make, role: str, thread: int, text: str) -> int:
    with make.acting(make.user_of(role)):
        return messages.post_message(thread, {"text": text})


def said(page: Page) -> list[str]:
    return [one.strip() for one in page.locator(".message-text").all_inner_texts()]


def test_discussion_with_a_colleague_invited_costs_two_clicks_one_field_no_load(
    make: Make, page_for: PageFor
) -> None:
    lawyer = make.user("lawyer", name="Anna Petrova")
    deal = make.deal(name="Boilers", owner_id=make.user_of("seller"))
    task = page_for("seller")
    task.begin(f"/deals/{deal}")
    panel = task.page.locator("#threads-of-deal")
    task.click("#threads-of-deal a:has-text('Discuss')")
    field = task.page.get_by_label("Message", exact=True)
    expect(field).to_be_focused()
    task.page.keyboard.type("Shall we agree, @ann")
    choices = task.page.locator(".mention-choices")
    expect(choices).to_have_text("Anna Petrova")
    expect(choices).to_have_css("list-style-type", "none")  # a card brings their looks along
    task.page.keyboard.press("Enter")
    task.page.keyboard.type("?")
    task.fields += 1
    task.click("#new-thread button:has-text('Open it')")
    expect(panel).to_contain_text("Shall we agree, @Anna Petrova ?")
    expect(task.page.locator("#dialog")).to_be_hidden()
    assert task.cost == (2, 1, 0)
    assert task.problems == []
    with make.acting(lawyer):
        assert queries.unread_count(reading()) == 1


def test_two_colleagues_see_each_others_messages_at_once(
    make: Make, signed_in_page: Callable[..., Page]
) -> None:
    lawyer = make.user_of("lawyer")
    thread = opened(make, text="30 days?", participant_ids=[lawyer])
    first, second = signed_in_page("seller"), signed_in_page("lawyer")
    for page in (first, second):
        page.goto(f"/discussions/{thread}")
        expect(page.locator(".message")).to_have_count(1)
    first.get_by_label("Message", exact=True).fill("They *insist*")
    first.keyboard.press("Control+Enter")
    expect(second.locator(".message").nth(1)).to_contain_text("They insist")
    expect(first.locator(".message").nth(1)).to_contain_text("They insist")
    expect(first.get_by_label("Message", exact=True)).to_be_focused()
    first.keyboard.type("Still there?")
    second.get_by_label("Message", exact=True).fill("20 days")
    second.get_by_role("button", name="Send").click()
    expect(first.locator(".message").nth(2)).to_contain_text("20 days")
    expect(first.get_by_label("Message", exact=True)).to_have_value("Still there?")
    assert said(first) == said(second) == ["30 days?", "They insist", "20 days"]
    answered = second.locator(".message").nth(2)
    answered.get_by_label("Answer, react, change").click()
    answered.get_by_role("button", name="I agree").click()
    expect(first.locator(".message").nth(2).locator(".message-reaction")).to_contain_text("👍 1")


def test_page_catches_up_after_a_lost_connection(
    make: Make, signed_in_page: Callable[..., Page]
) -> None:
    lawyer = make.user_of("lawyer")
    thread = opened(make, text="One", participant_ids=[lawyer])
    page = signed_in_page("lawyer")
    page.goto(f"/discussions/{thread}")
    expect(page.locator(".message")).to_have_count(1)
    page.context.set_offline(True)
    for number in range(5):
        say(make, "seller", thread, f"While away {number}")
    page.context.set_offline(False)
    expect(page.locator(".message")).to_have_count(6)
    assert said(page) == ["One", *(f"While away {number}" for number in range(5))]


def test_number_of_unread_discussions_follows_and_goes_when_they_are_read(
    make: Make, signed_in_page: Callable[..., Page]
) -> None:
    lawyer = make.user_of("lawyer")
    thread = opened(make, participant_ids=[lawyer])
    page = signed_in_page("lawyer")
    page.goto("/clients")
    number = page.locator(".side-menu-entry", has_text="Discussions").locator("[data-number]")
    expect(number).to_have_text("")
    say(make, "seller", thread, "Look")
    expect(number).to_have_text("1")
    page.goto(f"/discussions/{thread}")
    expect(number).to_have_text("")


def test_long_draft_is_kept_and_the_list_of_names_goes_once_one_is_chosen(
    make: Make, signed_in_page: Callable[..., Page]
) -> None:
    make.user("lawyer", name="Anna Petrova")
    thread = opened(make)
    page = signed_in_page("seller")
    page.goto(f"/discussions/{thread}")
    field = page.get_by_label("Message", exact=True)
    with page.expect_response("**/draft") as kept:
        field.fill("щ" * 19_000)  # three bytes of an address for each byte of a letter
    assert kept.value.status == 204
    field.fill("")
    page.keyboard.type("@ann")
    expect(page.locator(".mention-choices")).to_have_text("Anna Petrova")
    page.keyboard.press("Enter")
    expect(page.locator(".mention-choices")).to_have_count(0)
    page.wait_for_timeout(300)  # in which the list came again
    page.keyboard.press("Enter")
    expect(field).to_have_value("@Anna Petrova \n")


def test_draft_survives_a_closed_window(make: Make, signed_in_page: Callable[..., Page]) -> None:
    thread = opened(make)
    page = signed_in_page("seller")
    page.goto(f"/discussions/{thread}")
    with page.expect_response("**/draft"):
        page.get_by_label("Message", exact=True).fill("Half a thou")
    again = signed_in_page("seller")
    again.goto(f"/discussions/{thread}")
    expect(again.get_by_label("Message", exact=True)).to_have_value("Half a thou")


@pytest.mark.parametrize(
    ("event", "carries"), [("ClipboardEvent", "clipboardData"), ("DragEvent", "dataTransfer")]
)
def test_picture_that_is_pasted_or_dropped_is_sent_and_shown(
    make: Make, signed_in_page: Callable[..., Page], event: str, carries: str
) -> None:
    thread = opened(make)
    page = signed_in_page("seller")
    page.goto(f"/discussions/{thread}")
    page.get_by_label("Message", exact=True).focus()
    page.evaluate(
        """async ([kind, carries]) => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
          const blob = await new Promise((give) => canvas.toBlob(give));
          const data = new DataTransfer();
          data.items.add(new File([blob], "plan.png", { type: "image/png" }));
          const name = carries === "dataTransfer" ? "drop" : "paste";
          const event = new window[kind](name, { [carries]: data, bubbles: true });
          document.activeElement.dispatchEvent(event);
        }""",
        [event, carries],
    )
    expect(page.locator("[data-chosen]")).to_have_text("plan.png")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("img", name="plan.png")).to_be_visible()
    expect(page.locator("[data-chosen]")).to_have_text("")


def test_message_is_answered_reacted_to_changed_and_taken_back(
    make: Make, signed_in_page: Callable[..., Page]
) -> None:
    thread = opened(make, text="30 days?")
    page = signed_in_page("seller")
    page.goto(f"/discussions/{thread}")
    first = page.locator(".message").first
    first.get_by_label("Answer, react, change").click()
    first.get_by_role("button", name="I agree").click()
    expect(first.locator(".message-reaction")).to_contain_text("👍 1")
    first.get_by_label("Answer, react, change").click()
    first.get_by_role("button", name="Answer").click()
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    page.keyboard.type("20")
    page.keyboard.press("Control+Enter")
    second = page.locator(".message").nth(1)
    expect(second.locator(".message-quoted")).to_contain_text("30 days?")
    second.get_by_label("Answer, react, change").click()
    second.get_by_role("button", name="Change").click()
    second.get_by_label("Message", exact=True).fill("25")
    second.get_by_role("button", name="Save").click()
    expect(second.locator(".message-text")).to_have_text("25")
    second.get_by_role("link", name="changed").click()
    expect(page.locator("#dialog")).to_contain_text("20")
    page.keyboard.press("Escape")
    second.get_by_label("Answer, react, change").click()
    second.get_by_role("button", name="Take back").click()
    expect(second).to_contain_text("Taken back.")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(second.locator(".message-text")).to_have_text("25")


def test_mention_of_somebody_who_does_not_see_it_offers_to_invite_them(
    make: Make, signed_in_page: Callable[..., Page]
) -> None:
    make.user("lawyer", name="Anna")
    thread = opened(make, text="30 days?")
    page = signed_in_page("seller")
    page.goto(f"/discussions/{thread}")
    page.get_by_label("Message", exact=True).fill("@Anna knows")
    page.keyboard.press("Control+Enter")
    note = page.locator(".message-untold")
    expect(note).to_contain_text("Anna does not see this discussion.")
    note.get_by_role("button", name="Invite").click()
    expect(note).to_have_count(0)
    expect(page.locator("#thread-side")).to_contain_text("Anna")


def test_decision_is_written_down_and_everybody_sees_it(
    make: Make, signed_in_page: Callable[..., Page]
) -> None:
    lawyer = make.user_of("lawyer")
    thread = opened(make, text="30 days?", participant_ids=[lawyer])
    page, other = signed_in_page("seller"), signed_in_page("lawyer")
    other.goto(f"/discussions/{thread}")
    page.goto(f"/discussions/{thread}")
    page.get_by_role("link", name="Close …").click()
    page.get_by_label("Decision").fill("20 days")
    page.get_by_role("button", name="Close it").click()
    for one in (page, other):
        expect(one.locator(".alert-success")).to_contain_text("20 days")
        expect(one.locator("#composer")).to_contain_text("This discussion is closed")
    page.get_by_role("button", name="Take it up again").click()
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    expect(other.get_by_label("Message", exact=True)).to_be_visible()


def test_earlier_messages_come_where_one_asks_for_them(
    make: Make, signed_in_page: Callable[..., Page]
) -> None:
    thread = opened(make)
    for number in range(60):
        say(make, "seller", thread, f"Said {number}")
    page = signed_in_page("seller")
    page.goto(f"/discussions/{thread}")
    expect(page.locator(".message")).to_have_count(queries.PAGE)
    page.get_by_role("button", name="Show earlier messages").click()
    expect(page.locator(".message")).to_have_count(60)
    numbers = [int(re.sub(r"\D", "", one)) for one in said(page)]
    assert numbers == list(range(60))
    expect(page.get_by_role("button", name="Show earlier messages")).to_have_count(0)
