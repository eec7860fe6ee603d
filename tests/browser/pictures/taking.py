"""Taking a picture of a page."""

from __future__ import annotations

import base64
from typing import Final

from playwright.sync_api import Page


def photograph(page: Page, part: str | None = None) -> bytes:
    """Give what the window shows as WebP, a quarter of the same PNG: Playwright itself has none.

    :param part: what alone is shown, as far as it is in the window.
    """
    page.evaluate("document.activeElement.blur()")  # a cursor blinks
    asked: dict[str, object] = {"format": "webp", "quality": 70}
    if part is not None:
        asked["clip"] = page.locator(part).first.evaluate(IN_WINDOW)
    answer = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    return base64.b64decode(answer["data"])


IN_WINDOW: Final = """one => {
    const {left, top, right, bottom} = one.getBoundingClientRect();
    const [x, y] = [Math.max(left, 0), Math.max(top, 0)];
    const [width, height] = [Math.min(right, innerWidth) - x, Math.min(bottom, innerHeight) - y];
    return {x: x + scrollX, y: y + scrollY, width, height, scale: 1};
}"""
