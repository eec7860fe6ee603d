"""The pictures of what comes first: activities, leads from everywhere, calls and inquiries."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

from .picture import BODY, LOW, Picture

HIGH: Final = (1280, 1240)


def tick_off_the_first(page: Page, _language: str) -> None:
    page.locator("[hx-get$='/done']").first.click()
    page.locator("dialog[open]").wait_for()
    page.locator("dialog[open] input[type=radio]").first.check(force=True)


def begin_to_call(page: Page, _language: str) -> None:
    page.locator("form[action$='/queue/next'] button").click()
    page.locator("[name=call_result_id]").first.wait_for(state="attached")
    page.keyboard.press("2")


def open_the_form(page: Page, _language: str) -> None:
    page.locator("main tbody a").first.click()
    page.locator("[name=order]").first.wait_for(state="attached")


def fill_new_mailbox(page: Page, language: str) -> None:
    source = {"en": "Letters from the site", "ru": "Письма с сайта"}[language]
    typed = {"host": "imap.example.com", "user": "leads@example.com", "source": source}
    for field, text in typed.items():
        page.locator(f"[name={field}]").fill(text)


def take_a_call(page: Page, language: str) -> None:
    """Type what somebody with a headset types whom nobody knows."""
    known = {
        "en": ("+1 212 555 0149", "Clara Bell", "Bell Bakeries Ltd", "Ovens for two shops"),
        "ru": ("8 916 123-45-67", "Клара Белова", "ООО «Пекарни Беловой»", "Печи для двух цехов"),
    }[language]
    product, step, when = {
        "en": ("Deck oven", "Send the price list", "tomorrow 15:00"),
        "ru": ("Подовая печь", "Отправить прайс-лист", "завтра 15:00"),
    }[language]
    page.locator("#field-q").press_sequentially(known[0])
    page.locator("#found [role=status], #found p").first.wait_for()
    page.keyboard.press("Enter")
    for field, text in zip(("name", "company", "subject"), known[1:], strict=True):
        page.locator(f"#new-inquiry [name={field}]").fill(text)
    page.locator("#field-subject").press("Enter")
    for text in (product, "2", {"en": "4200", "ru": "420000"}[language]):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.press("Alt+1")
    page.locator("[name=next_step]").fill(step)
    page.locator("[name=deadline]").fill(when)
    page.locator("[name=becomes][value=deal]").check(force=True)
    page.evaluate("scrollTo(0, 0)")


PICTURES: Final = {
    "my-day": Picture("seller", "/calendar", part=BODY),
    "calendar-week": Picture("seller", "/calendar/grid?view=week", size=(1280, 900), part=BODY),
    "activity-done": Picture("seller", "/calendar", tick_off_the_first, size=(1280, 640)),
    "call-queue": Picture("telemarketer", "/leads/queue", begin_to_call, size=(1280, 640)),
    "web-form": Picture("marketer", "/leads/forms", open_the_form, part=BODY),
    "rules": Picture("head", "/leads/rules", size=LOW, part=BODY),
    "channels": Picture("marketer", "/leads/channels?period=year", part=BODY),
    "mailbox": Picture("administrator", "/leads/mailboxes/new", fill_new_mailbox, part=BODY),
    "inquiry": Picture("telemarketer", "/inquiries/new", take_a_call, size=HIGH, part=BODY),
    "inquiry-figures": Picture(
        "head", "/inquiries/figures?period=year", size=(1280, 640), part=BODY
    ),
}
