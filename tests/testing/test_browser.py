"""The kit's real browser: who sits in it, and how far it sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, expect

from salesman_core.services.mail import link_to
from salesman_core.testing.browser import complaints
from salesman_core.testing.people import PASSWORD, Make

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

SignedInPage = Callable[..., Page]


def test_people_sit_side_by_side_in_windows_of_their_own(
    make: Make, signed_in_page: SignedInPage
) -> None:
    anna = signed_in_page(make.user("seller", name="Anna Kern"))
    head = signed_in_page("head")
    anna.goto("/profile")
    head.goto("/profile")

    expect(anna.get_by_label("Full name")).to_have_value("Anna Kern")
    expect(head.get_by_label("Full name")).not_to_have_value("Anna Kern")


def test_window_of_nobody_leads_to_the_sign_in(make: Make, signed_in_page: SignedInPage) -> None:
    make.user("administrator", password=PASSWORD)
    page = signed_in_page(None)
    page.goto("/clients")

    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_options_are_those_of_a_browser_window(signed_in_page: SignedInPage) -> None:
    page = signed_in_page("seller", color_scheme="dark", viewport={"width": 390, "height": 800})
    page.goto("/")

    assert page.evaluate("innerWidth") == 390
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_links_in_letters_lead_to_the_served_application(live_server: str) -> None:
    assert link_to("/leads/17") == f"{live_server}/leads/17"


def test_browser_sees_loopback_alone(signed_in_page: SignedInPage) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        signed_in_page(None).goto("http://example.com/")


def test_what_the_console_says_is_kept(signed_in_page: SignedInPage) -> None:
    page = signed_in_page(None)
    said = complaints(page)
    page.goto("/sign/in")
    page.evaluate("console.log('fine'); console.warn('old'); console.error('wrong')")

    assert said == ["old", "wrong"]
