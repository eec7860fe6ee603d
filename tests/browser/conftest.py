"""Pages that count what a daily task costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

expect.set_options(timeout=20_000)  # several browsers may share two cores


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
        """Clicks, fields, loads so far, the page's own among them that may not be over yet."""
        self.page.wait_for_load_state("domcontentloaded")
        return self.clicks, self.fields, self.loads


@pytest.fixture
def page_for(live_server: str, signed_in_page: Callable[..., Page]) -> Callable[[str], Counted]:
    """What gives a counted page in which the person of a preset role is signed in."""
    desktop = {"width": 1280, "height": 900}
    return lambda role: Counted(signed_in_page(role, viewport=desktop), live_server)
