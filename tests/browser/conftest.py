"""A real browser on a real server on loopback, with somebody of a preset role signed in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from salesman_core.testing.people import Make, browser_of

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Let Playwright take the machine's own Chromium, which then talks to loopback alone."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": list(QUIET)}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The address under which the test's application is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]  # of the threaded kind
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Counted:
    """A page that counts what a daily task costs: clicks, filled fields and loads.

    :param page: the page itself, for looking at it.
    """

    page: Page
    address: str
    clicks: int = 0
    fields: int = 0
    loads: int = 0
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Count from the page that :meth:`begin` opens on, and note what goes wrong in it."""
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("domcontentloaded", lambda _page: self._count_load())

    def _count_load(self) -> None:
        self.loads += 1

    def begin(self, path: str) -> None:
        """Open the page where the thought comes; that load does not count."""
        self.page.goto(f"{self.address}{path}")
        self.clicks = self.fields = self.loads = 0

    def click(self, selector: str) -> None:
        """Click."""
        self.page.click(selector)
        self.clicks += 1

    def fill(self, label: str, text: str, *, within: str = "body") -> None:
        """Fill in the field of a label."""
        self.page.locator(within).get_by_label(label, exact=True).fill(text)
        self.fields += 1

    @property
    def cost(self) -> tuple[int, int, int]:
        """Clicks, fields, loads so far."""
        return self.clicks, self.fields, self.loads


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A browser window of the test's own."""
    window = browser.new_context(viewport={"width": 1280, "height": 900})
    yield window
    window.close()


@pytest.fixture
def page_for(
    app: Flask, make: Make, address: str, window: BrowserContext
) -> Callable[[str], Counted]:
    """What gives a counted page in which the person of a preset role is signed in."""

    def open_page(role: str) -> Counted:
        cookies = browser_of(app, make.user_of(role))._cookies
        window.add_cookies(
            [
                {"name": one.key, "value": one.value, "url": address}
                for one in (cookies or {}).values()
            ]
        )
        return Counted(window.new_page(), address)

    return open_page
