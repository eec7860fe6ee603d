"""What a picture of the guides is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import sqlalchemy as sa
from playwright.sync_api import Page

from salesman_core.access.models import User
from salesman_core.access.person import Person, load_person
from salesman_core.db import reading


def look(_page: Page, _language: str) -> None:
    """Leave the page as it opens."""


Size = tuple[int, int]
WIDE: Final[Size] = (1280, 800)
LOW: Final[Size] = (1280, 480)
NARROW: Final[Size] = (800, 640)
PHONE: Final[Size] = (390, 760)
BODY: Final = "main"
"""A page without its menu and the bar on top."""


@dataclass(frozen=True)
class Picture:
    """What one picture shows.

    :param who: the preset role of whoever looks.
    :param path: the page; ``{client}``, ``{double}``, ``{deal}``, ``{lead}``, ``{large}``, a
        ``{seller}`` and the ``{role}`` of sellers are filled in, and the first of what the demo
        company has of papers: ``{sold}`` and ``{scheduled}`` deals, ``{invoice}``, ``{document}``,
        ``{thread}``, ``{group}``, ``{campaign}``.
    :param prepare: what is done on the page before the picture is taken.
    :param part: what of the page matters; the whole window where not given.
    """

    who: str
    path: str
    prepare: Callable[[Page, str], None] = look
    size: Size = WIDE
    theme: Literal["light", "dark"] = "light"
    part: str | None = None


def show(page: Page, selector: str) -> None:
    """Scroll something to below the bar on top."""
    page.locator(selector).first.evaluate(
        "one => scrollBy({top: one.getBoundingClientRect().top - 70, behavior: 'instant'})"
    )


def user_of(role: str) -> int:
    login = f"{role}@example.com"
    return reading().scalars(sa.select(User.id).where(User.login == login)).one()


def person_of(role: str) -> Person:
    person = load_person(reading(), user_of(role))
    assert person is not None
    return person
