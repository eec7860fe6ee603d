"""What the frame of every page shows, gathered under the one name ``shell`` in templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app, request, url_for

from salesman_core.access.looking import CurrentLook, current_look
from salesman_core.access.person import current_person, maybe_person
from salesman_core.events import position
from salesman_core.i18n import LANGUAGES
from salesman_core.services.company import Company, company
from salesman_core.services.notices import count_unread
from salesman_core.web.addresses import LOOK_END, SIGN_OUT, page_of_request
from salesman_core.web.locale import current_language
from salesman_core.web.nav import Entry, Group, bottom_bar, menu, quick_create
from salesman_core.web.preferences import chosen_theme
from salesman_core.web.security import csp_nonce
from salesman_core.web.toasts import Toast, waiting_toasts
from salesman_hookspecs import Person

LIVE: Final = "salesman_live"
"""The key in ``app.extensions`` of the feed of changes, which pages follow where there is one."""


@dataclass(frozen=True, slots=True)
class ShellPage:
    """The context of the slots ``shell.top_bar`` and ``shell.person_menu``.

    :param person: who reads.
    :param path: the path of the page.
    """

    person: Person
    path: str


class Shell:
    """The frame's values, each worked out when a template asks for it."""

    languages = LANGUAGES
    sign_out = SIGN_OUT
    look_end = LOOK_END

    @property
    def company(self) -> Company:
        """The company whose CRM this is."""
        return company()

    @property
    def name(self) -> str:
        """What the pages call this CRM."""
        return company().name or "SalesMan"

    @property
    def accent(self) -> str:
        """The style that sets the company's accent colour, or an empty string."""
        colour = company().accent
        if not colour:
            return ""
        red, green, blue = bytes.fromhex(colour.removeprefix("#"))
        return f"--tblr-primary: {colour}; --tblr-primary-rgb: {red}, {green}, {blue}"

    @property
    def person(self) -> Person | None:
        """Who reads, or None where nobody is signed in."""
        return maybe_person()

    @property
    def look(self) -> CurrentLook | None:
        """As whom the reader looks, or None where these are their own eyes."""
        return current_look()

    @property
    def page(self) -> ShellPage:
        """The context of the shell's own slots."""
        return ShellPage(current_person(), request.path)

    @property
    def language(self) -> str:
        """The language that is spoken now, as ``ru``."""
        return current_language()

    @property
    def theme(self) -> str:
        """The theme that the reader chose: ``auto``, ``light`` or ``dark``."""
        return chosen_theme()

    @property
    def nonce(self) -> str:
        """The nonce of the import map."""
        return csp_nonce()

    @property
    def here(self) -> str:
        """The address of the page, to come back to."""
        return page_of_request()

    @property
    def live(self) -> str:
        """The address of the stream of changes, or an empty string."""
        follows = maybe_person() is not None and LIVE in current_app.extensions
        return url_for("live.stream") if follows else ""

    @property
    def position(self) -> int:
        """The event up to which this answer shows everything."""
        return position()

    @property
    def unread(self) -> str:
        """How many notices wait to be read, or an empty string."""
        return str(count_unread() or "")

    def menu(self) -> list[Group]:
        """Give the stations of the menu."""
        return menu()

    def bottom_bar(self, groups: Iterable[Group]) -> list[Entry]:
        """Give what of the menu stands at the bottom of a phone."""
        return bottom_bar(groups)

    def quick_create(self) -> list[Entry]:
        """Give what the reader may create."""
        return quick_create()

    def toasts(self) -> list[Toast]:
        """Give the notices that wait."""
        return waiting_toasts()


def install(app: Flask) -> None:
    """Give ``shell`` to the templates of *app*."""
    app.jinja_env.globals["shell"] = Shell()
