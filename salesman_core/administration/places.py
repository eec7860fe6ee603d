"""What stands where in the pages: menu entries, widgets and fills of slots, as one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from flask import url_for

from salesman_core.administration.words import plugin_title
from salesman_core.i18n import CORE, texts, texts_of
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import PluginHost, current_host
from salesman_core.plugins.states import State
from salesman_core.web.foreign import title_of
from salesman_core.web.hidden import DESK, MENU, NEW, is_hidden, part_name
from salesman_core.web.nav import STATIONS
from salesman_core.web.slots import filled_by
from salesman_hookspecs import DeskWidget, NavItem, QuickCreate, Slot, SlotFill
from salesman_hookspecs.access import salesman_permissions
from salesman_hookspecs.web import (
    salesman_desk_widgets,
    salesman_nav_items,
    salesman_quick_create,
    salesman_slot_fills,
    salesman_slots,
)

_ = texts.gettext

Part = NavItem | QuickCreate | DeskWidget | SlotFill

_ADMINISTRATION: Final = "administration"


@dataclass(frozen=True, slots=True)
class PartLine:
    """A menu entry, a widget or a fill of a slot as the page shows it.

    :param name: what names it among all, as ``client.card.panels/leads.leads``.
    :param title: what people read there; its id where nothing is read.
    :param among: the heading of the menu under which it stands, or an empty string.
    :param endpoint: the page that an entry of a menu leads to, or an empty string.
    :param permission: what one must hold to see it, in words, or an empty string for everybody.
    :param state: of the plugin that gives it.
    :param stays: whether it cannot be hidden.
    """

    name: str
    title: str
    among: str
    endpoint: str
    owner: str
    id: str
    order: int
    permission: str
    lazy: bool
    state: State
    hidden: bool
    stays: bool

    @property
    def owner_title(self) -> str:
        """What people call the plugin that gives it."""
        return plugin_title(self.owner)

    @property
    def address(self) -> str:
        """Where it leads: nowhere while its plugin is not active, or has no such page."""
        host = current_host()
        if not self.endpoint or not host.is_active(self.owner):
            return ""
        return host.guarded(self.owner, self.name, lambda: url_for(self.endpoint)) or ""


@dataclass(frozen=True, slots=True)
class Place:
    """A menu, the desk or a slot, with all that stands in it, in order.

    :param offered: whether some plugin that is active has this place in its pages.
    """

    name: str
    title: str
    parts: Sequence[PartLine]
    offered: bool = True

    @property
    def groups(self) -> list[tuple[str, list[PartLine]]]:
        """Its parts under the headings of the menu; one group without any elsewhere."""
        return [(title, list(parts)) for title, parts in groupby(self.parts, lambda one: one.among)]


def places() -> list[Place]:
    """Give every place with its parts, those of suspended plugins and the hidden ones included."""
    parts = _parts(current_host())
    titles = {MENU: _("Menu"), NEW: _("What the button “New” offers"), DESK: _("Desk")}
    frame = [Place(name, title, _lines(name, parts)) for name, title in titles.items()]
    return frame + [_slot(name, parts) for name in sorted(parts) if name not in titles]


def part_named(name: str) -> PartLine | None:
    """Give a part by its name."""
    place = name.partition("/")[0]
    found = _parts(current_host()).get(place, ())
    return next((_line(place, one) for one in found if part_name(place, one) == name), None)


def _parts(host: PluginHost) -> Mapping[str, Sequence[Contribution[Part]]]:
    """Give the parts of each place, in order; of each slot, filled or not."""
    slots = host.contributions(salesman_slots, inactive=True)
    found: dict[str, list[Contribution[Part]]] = {one.value.name: [] for one in slots}
    entries = host.contributions(salesman_nav_items, inactive=True)
    found[MENU] = [*sorted(entries, key=_in_menu)]
    found[NEW] = [*host.contributions(salesman_quick_create, inactive=True)]
    found[DESK] = [*host.contributions(salesman_desk_widgets, inactive=True)]
    offered = [one.value for one in slots]
    for one in host.contributions(salesman_slot_fills, inactive=True):
        for name in filled_by(one.value, offered):
            found.setdefault(name, []).append(one)
    return found


def _in_menu(one: Contribution[NavItem]) -> int:
    """Give where its station stands; within a station the order stays as it is."""
    return [*STATIONS, one.value.station].index(one.value.station)


def _slot(name: str, parts: Mapping[str, Sequence[Contribution[Part]]]) -> Place:
    """Give a slot, or what fills wait for without anybody offering it."""
    slots = current_host().contributions(salesman_slots, inactive=True)
    offered = [one for one in slots if one.value.name == name]
    title = _title_of_slot(offered[0]) if offered else name
    active = any(current_host().is_active(one.owner) for one in offered)
    return Place(name, title, _lines(name, parts), offered=active)


def _title_of_slot(one: Contribution[Slot]) -> str:
    return texts_of(one.owner).gettext(one.value.title) if one.value.title else one.value.name


def _lines(place: str, parts: Mapping[str, Sequence[Contribution[Part]]]) -> list[PartLine]:
    return [_line(place, one) for one in parts[place]]


def _line(place: str, one: Contribution[Part]) -> PartLine:
    part = one.value
    name = part_name(place, one)
    return PartLine(
        name=name,
        title=title_of(one.owner, name, part.title, part.id) or part.id,
        among=_station(part),
        endpoint=part.endpoint if isinstance(part, NavItem | QuickCreate) else "",
        owner=one.owner,
        id=part.id,
        order=part.order,
        permission=_permission(part.permission),
        lazy=isinstance(part, SlotFill) and part.lazy,
        state=State.ACTIVE if one.owner == CORE else current_host().state(one.owner),
        hidden=is_hidden(place, one),
        stays=_stays(one),
    )


def _stays(one: Contribution[Part]) -> bool:
    """Tell whether hiding it could lock administrators out of what undoes it."""
    part = one.value
    return one.owner == CORE and isinstance(part, NavItem) and part.station == _ADMINISTRATION


def _station(part: Part) -> str:
    if not isinstance(part, NavItem):
        return ""
    title, _icon = STATIONS.get(part.station, (part.station, ""))
    return str(title)


def _permission(name: str | None) -> str:
    if name is None:
        return ""
    known = current_host().contributions(salesman_permissions, inactive=True)
    titles = [
        texts_of(one.owner).gettext(one.value.title) for one in known if one.value.name == name
    ]
    return f"{titles[0]} ({name})" if titles else name
