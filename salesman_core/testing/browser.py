"""A real browser on a real server on loopback."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Frame, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from salesman_core.testing.people import browser_of

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def launch_arguments() -> dict[str, Any]:
    """Give what Playwright starts Chromium with: the machine's own, which sees loopback alone.

    Without one on the PATH it is Playwright's, which ``playwright install chromium`` fetches.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    own = {"executable_path": program} if program else {}
    return {**own, "args": list(_QUIET)}


class _Handler(WSGIRequestHandler):
    timeout = 5
    """Seconds that a connection may stay silent: browsers open some that they never use."""


def _closing(app: Flask) -> Callable[[dict[str, Any], Any], Iterator[bytes]]:
    """Close each answer, though the browser may have left in the middle of it.

    Werkzeug's server does not where reading on from such a connection fails: a file stays open.
    """

    def answered(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        return _parts(app(environ, start_response))

    return answered


def _parts(answer: Any) -> Iterator[bytes]:
    with closing(answer):
        yield from answer


@contextmanager
def served(app: Flask, door: socket.socket | None = None) -> Iterator[str]:
    """Serve an application on a free port of loopback, and give its address.

    Links in letters lead there too. No request outlives the block: the next test would meet it.

    :param door: a socket that listens already, where several applications have one address in
        turn; it stays open.
    """
    port, file = (0, None) if door is None else (door.getsockname()[1], door.fileno())
    server = make_server(
        "127.0.0.1", port, _closing(app), threaded=True, request_handler=_Handler, fd=file
    )
    server.daemon_threads = False  # type: ignore[attr-defined]  # only such threads are waited for
    address = f"http://127.0.0.1:{server.port}"
    before = app.config["SALESMAN"]
    app.config["SALESMAN"] = replace(before, base_url=address)
    thread = threading.Thread(target=server.serve_forever, name="live server", daemon=True)
    thread.start()
    try:
        yield address
    finally:
        app.extensions["salesman_live"].stop()
        server.shutdown()
        thread.join()
        app.config["SALESMAN"] = before


NOWHERE: Final = "about:blank"
_MEDIA: Final = frozenset({"color_scheme", "contrast", "forced_colors", "reduced_motion"})
_SUIT: Final = _MEDIA | {"base_url", "viewport"}
_PATIENCE: Final = 30
"""Seconds that a worker may take to end after the last page that uses it."""
_WORKERS: Final = frozenset({"service_worker", "shared_worker"})


class WarmWindow:
    """The one browser window that tests use in turn, each as if nobody had been there before.

    Only the files that its pages have fetched stay, and what was compiled of them: most of what
    the first page of a new window costs. Whoever opens a page while another one is lent gets a
    window of their own, and so does whoever needs what only a new window can have.

    :param address: where paths without a host lead to.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._window = browser.new_context(base_url=address)
        self._keeper = self._window.new_page()
        self._tools = self._window.new_cdp_session(self._keeper)
        self._overseer = browser.new_browser_cdp_session()
        self._id = self._tools.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
        self._origins: set[str] = set()
        self._own: list[BrowserContext] = []
        self._window.on("page", lambda page: page.on("framenavigated", self._visited))

    def lend(self, *, own_window: bool = False, **options: Any) -> Page:
        """Open a page that nobody has used.

        :param own_window: whether the test changes the window itself, by scripts or listeners of
            ``page.context``, which cannot be taken back.
        :param options: those of Playwright's ``new_context``; viewport and preferences of media
            suit the shared window, others need one of their own.
        """
        options = {"base_url": self._address, **options}
        fit = options["base_url"] == self._address and not options.keys() - _SUIT
        if own_window or not fit or self._is_lent():
            self._own.append(self._browser.new_context(**options))
            return self._own[-1].new_page()
        self._clean()
        page = self._window.new_page()
        if "viewport" in options:
            page.set_viewport_size(options["viewport"])
        page.emulate_media(**{name: options[name] for name in options.keys() & _MEDIA})
        return page

    def empty(self) -> None:
        """Take back what was lent, and forget all that was done there."""
        for own in self._own:
            own.close()
        self._own.clear()
        self._clean()

    def close(self) -> None:
        """Close the window for good."""
        self.empty()
        self._window.close()

    def _is_lent(self) -> bool:
        return len(self._window.pages) > 1

    def _clean(self) -> None:
        for page in self._window.pages:
            if page is not self._keeper:
                page.close()
        self._window.unroute_all(behavior="ignoreErrors")
        self._window.set_offline(offline=False)
        self._window.set_extra_http_headers({})
        self._window.set_geolocation(None)
        self._window.clear_permissions()
        self._forget()
        self._outlive_workers()

    def _visited(self, frame: Frame) -> None:
        address = urlsplit(frame.url)
        if address.netloc:
            self._origins.add(f"{address.scheme}://{address.netloc}")

    def _forget(self) -> None:
        self._window.clear_cookies()
        for origin in self._origins:
            kinds = "local_storage,indexeddb,service_workers,cache_storage,file_systems"
            asked = {"origin": origin, "storageTypes": kinds}
            self._tools.send("Storage.clearDataForOrigin", asked)
        self._origins.clear()

    def _outlive_workers(self) -> None:
        """Wait until no worker lives on behind the closed pages, with what it has heard there."""
        for _fiftieth in range(50 * _PATIENCE):
            if not self._workers():
                return
            self._keeper.wait_for_timeout(20)
        raise TimeoutError(f"workers outlive their pages by {_PATIENCE} s: {self._workers()}")

    def _workers(self) -> list[str]:
        return [
            one["url"]
            for one in self._overseer.send("Target.getTargets")["targetInfos"]
            if one["type"] in _WORKERS and one.get("browserContextId") == self._id
        ]


def sign_in(window: BrowserContext, app: Flask, address: str, user_id: int) -> None:
    """Let a user be signed in, in all pages of a browser window."""
    cookies = browser_of(app, user_id)._cookies or {}  # noqa: SLF001  # werkzeug gives them by name only
    window.add_cookies(
        [{"name": one.key, "value": one.value, "url": address} for one in cookies.values()]
    )


def open_pages(browser: Browser) -> list[Page]:
    """Give the pages of all windows that have been led anywhere."""
    pages = [page for window in browser.contexts for page in window.pages]
    return [page for page in pages if page.url != NOWHERE]


def seen_in(page: Page) -> str:
    """Tell what a page shows, for the report of a test that failed in it."""
    return f"{page.url} showed:\n{page.locator('body').aria_snapshot()}"


def complaints(page: Page) -> list[str]:
    """Give a list that grows with what the page's console warns of, and with errors of scripts."""
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said
