"""The left menu and the "new" menu, made from what active plugins contribute."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from string import ascii_lowercase
from typing import Final

from flask import request, url_for
from markupsafe import Markup

from salesman_core.access.person import maybe_person
from salesman_core.i18n import texts
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import current_host
from salesman_core.web.assets import icon
from salesman_core.web.foreign import foreign_text
from salesman_core.web.formats import number
from salesman_core.web.hidden import MENU, NEW, is_hidden
from salesman_hookspecs import NavItem, QuickCreate, Text
from salesman_hookspecs.web import salesman_nav_items, salesman_quick_create

_ = texts.lazy

STATIONS: Final[dict[str, tuple[Text, str]]] = {
    "desk": ("", "home"),
    "marketing": (_("Marketing"), "speakerphone"),
    "sale": (_("Sale"), "businessplan"),
    "paperwork": (_("Paperwork"), "file-text"),
    "service": (_("Service"), "lifebuoy"),
    "reports": (_("Reports"), "chart-bar"),
    "administration": (_("Administration"), "settings"),
}
"""The stations of the menu in their order: heading and icon. What stands above the first one has
the station ``desk``."""


MOST_AT_HAND: Final = 5
"""So many entries stand at the bottom of a phone, beside the button of the menu."""


@dataclass(frozen=True, slots=True)
class Badge:
    """The number beside an entry.

    :param id: unique in the menu.
    :param number: in the notation of whoever reads; an empty string for none.
    :param counts: the kinds of record on which it depends.
    """

    id: str
    number: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as the template draws it.

    :param key: the letter that leads to it, after ``g`` in the menu, or an empty string.
    :param badge: what shows the number beside it, or None where there never is one.
    :param at_hand: how near at hand it is to be on a phone.
    """

    title: str
    url: str
    icon: Markup
    badge: Badge | None = None
    current: bool = False
    key: str = ""
    at_hand: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A station and its entries."""

    id: str
    title: str
    icon: Markup
    entries: tuple[Entry, ...]

    @property
    def current(self) -> bool:
        """Whether the page that is shown belongs here."""
        return any(entry.current for entry in self.entries)


def menu() -> list[Group]:
    """Give the stations that hold something for whoever reads, in their order."""
    items = current_host().contributions(salesman_nav_items)
    keys = letters(one.value.id for one in items)
    shown = [
        (one.value.station, entry)
        for one, key in zip(items, keys, strict=True)
        if _wanted(MENU, one) and (entry := _entry(one, key)) is not None
    ]
    here = _nearest(entry for _station, entry in shown)
    groups = []
    for id_, (title, drawing) in STATIONS.items():
        entries = [_marked(entry, here) for station, entry in shown if station == id_]
        if entries:
            groups.append(Group(id_, str(title), icon(drawing), tuple(entries)))
    return groups


def bottom_bar(groups: Iterable[Group]) -> list[Entry]:
    """Give what stands at the bottom of a phone: the entries most at hand, as the menu has them."""
    entries = [entry for group in groups for entry in group.entries]
    chosen = sorted(entries, key=lambda entry: -entry.at_hand)[:MOST_AT_HAND]
    return [entry for entry in entries if entry in chosen]


def menu_numbers() -> dict[str, str]:
    """Give the numbers that now stand beside the entries of whoever reads, by the badges' ids."""
    badges = (
        _badge(one)
        for one in current_host().contributions(salesman_nav_items)
        if _wanted(MENU, one)
    )
    return {badge.id: badge.number for badge in badges if badge is not None}


def quick_create() -> list[Entry]:
    """Give what whoever reads may create."""
    found = [
        _drawn(one.owner, "salesman_quick_create", partial(_new, one.value))
        for one in current_host().contributions(salesman_quick_create)
        if _wanted(NEW, one)
    ]
    return [entry for entry in found if entry is not None]


def letters(ids: Iterable[str]) -> list[str]:
    """Give each entry its letter: the first of its id that no entry before it has."""
    taken: set[str] = set()
    given = []
    for id_ in ids:
        free = (letter for letter in f"{id_}{ascii_lowercase}" if letter in ascii_lowercase)
        letter = next((letter for letter in free if letter not in taken), "")
        taken.add(letter)
        given.append(letter)
    return given


def _wanted(place: str, one: Contribution[NavItem | QuickCreate]) -> bool:
    """Tell whether whoever reads may see an entry, and the company does not hide it."""
    person, permission = maybe_person(), one.value.permission
    permitted = person is not None and (permission is None or person.may(permission))
    return permitted and not is_hidden(place, one)


def _entry(one: Contribution[NavItem], key: str) -> Entry | None:
    item = one.value

    def make() -> Entry:
        if item.station not in STATIONS:
            message = f"{item.id}: no station {item.station!r}, only {', '.join(STATIONS)}"
            raise ValueError(message)
        title, url = foreign_text(item.title), url_for(item.endpoint)
        return Entry(title, url, icon(item.icon), _badge(one), key=key, at_hand=item.at_hand)

    return _drawn(one.owner, f"salesman_nav_items.{item.id}", make)


def _badge(one: Contribution[NavItem]) -> Badge | None:
    """Give the number beside an entry, whose failure does not take the entry with it."""
    item = one.value
    if item.badge is None:
        return None
    count = partial(_whole_number, item.id, item.badge)
    counted = current_host().guarded(one.owner, f"salesman_nav_items.{item.id}.badge", count)
    return Badge(f"{one.owner}.{item.id}", number(counted) if counted else "", item.counts)


def _whole_number(item_id: str, count: Callable[[], object]) -> int | None:
    counted = count()
    if counted is None or isinstance(counted, int):
        return counted
    message = f"{item_id}: a badge is a whole number, not {type(counted).__name__}"
    raise TypeError(message)


def _new(item: QuickCreate) -> Entry:
    url = url_for(item.endpoint)
    return Entry(foreign_text(item.title), url, icon(item.icon), key=item.key)


def _drawn(owner: str, place: str, make: Callable[[], Entry]) -> Entry | None:
    return current_host().guarded(owner, place, make)


def _nearest(entries: Iterable[Entry]) -> str:
    """Give the address of the entry that the shown page lies under."""
    path = request.path
    above = [
        entry.url
        for entry in entries
        if path == entry.url or (entry.url != "/" and path.startswith(f"{entry.url.rstrip('/')}/"))
    ]
    return max(above, key=len, default="")


def _marked(entry: Entry, here: str) -> Entry:
    return replace(entry, current=entry.url == here)
