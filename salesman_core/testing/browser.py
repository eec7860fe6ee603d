"""A real browser on a real server on loopback."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Flask
from playwright.sync_api import BrowserContext, Page
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


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on a free port of loopback, and give its address.

    Links in letters lead there too. No request outlives the block: the next test would meet it.
    """
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Handler)
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


def sign_in(window: BrowserContext, app: Flask, address: str, user_id: int) -> None:
    """Let a user be signed in, in all pages of a browser window."""
    cookies = browser_of(app, user_id)._cookies or {}  # noqa: SLF001  # werkzeug gives them by name only
    window.add_cookies(
        [{"name": one.key, "value": one.value, "url": address} for one in cookies.values()]
    )


def seen_in(page: Page) -> str:
    """Tell what a page shows, for the report of a test that failed in it."""
    return f"{page.url} showed:\n{page.locator('body').aria_snapshot()}"


def complaints(page: Page) -> list[str]:
    """Give a list that grows with what the page's console warns of, and with errors of scripts."""
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said
