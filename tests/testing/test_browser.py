"""The kit's real browser: who sits in it, and how far it sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from salesman_core.services.mail import link_to
from salesman_core.testing import pytest_plugin
from salesman_core.testing.browser import WarmWindow, complaints
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


LEAVE_TRACES = """async () => {
    localStorage.trace = sessionStorage.trace = document.cookie = "trace=1";
    await new Promise((done) => { indexedDB.open("trace").onsuccess = done; });
    await caches.open("trace");
}"""
TRACES = """async () => [
    localStorage.length,
    sessionStorage.length,
    document.cookie,
    (await indexedDB.databases()).length,
    (await caches.keys()).length,
]"""


def workers_of(browser: Browser) -> list[str]:
    targets = browser.new_browser_cdp_session().send("Target.getTargets")["targetInfos"]
    return [one["url"] for one in targets if one["type"] == "shared_worker"]


def test_closed_page_leaves_nothing_stored_for_the_next(signed_in_page: SignedInPage) -> None:
    first = signed_in_page("seller")
    first.goto("/profile")
    first.evaluate(LEAVE_TRACES)
    assert first.evaluate(TRACES) == [1, 1, "trace=1", 1, 1]
    first.close()
    second = signed_in_page(None)
    second.goto("/sign/in")

    assert second.context is first.context
    assert second.evaluate(TRACES) == [0, 0, "", 0, 0]


def test_closed_page_leaves_its_window_as_it_was(
    signed_in_page: SignedInPage, live_server: str
) -> None:
    first = signed_in_page(None, color_scheme="dark", viewport={"width": 390, "height": 800})
    first.context.route("**/*", lambda route: route.abort())
    first.context.grant_permissions(["geolocation"], origin=live_server)
    first.context.set_offline(True)
    first.close()
    second = signed_in_page(None)
    second.goto("/sign/in")

    look = "[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]"
    granted = "navigator.permissions.query({name: 'geolocation'}).then((one) => one.state)"
    assert second.evaluate(look) == [1280, False]
    assert second.evaluate(granted) != "granted"


def test_live_updates_of_a_closed_page_end(
    signed_in_page: SignedInPage, warm_window: WarmWindow, chromium: Browser
) -> None:
    signed_in_page("seller").goto("/profile")
    assert len(workers_of(chromium)) == 1
    warm_window.empty()

    assert workers_of(chromium) == []


def test_window_of_ones_own_is_shared_with_nobody(signed_in_page: SignedInPage) -> None:
    own = signed_in_page(None, own_window=True)

    assert signed_in_page(None).context is not own.context


def test_failed_test_says_what_its_pages_showed(
    request: pytest.FixtureRequest, signed_in_page: SignedInPage
) -> None:
    signed_in_page("seller", own_window=True).goto("/profile")
    signed_in_page("head").goto("/clients")
    call: pytest.CallInfo[None] = pytest.CallInfo.from_call(lambda: pytest.fail("bad"), "call")
    hook = pytest_plugin.pytest_runtest_makereport(request.node, call)
    next(hook)
    with pytest.raises(StopIteration) as end:
        hook.send(pytest.TestReport.from_item_and_call(request.node, call))

    said = [text for name, text in end.value.value.sections if name == "page"]
    assert sorted(text.splitlines()[0].rpartition("/")[2] for text in said) == [
        "clients showed:",
        "profile showed:",
    ]
