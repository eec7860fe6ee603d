"""Which widgets a person's desk shows, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from salesman_core.access.person import current_person
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import current_host
from salesman_core.web.foreign import title_of
from salesman_core.web.hidden import DESK, is_hidden
from salesman_core.web.preferences import preference, remember
from salesman_hookspecs import DeskWidget, Person
from salesman_hookspecs.web import salesman_desk_widgets

_ = texts.lazy

_KEPT: Final = "desk"


@dataclass(frozen=True, slots=True)
class Placed:
    """A widget as it may stand on the desk."""

    owner: str
    widget: DeskWidget

    @property
    def key(self) -> str:
        """What names the widget in the arrangement, as ``plans.fulfilment``."""
        return f"{self.owner}.{self.widget.id}"

    @property
    def title(self) -> str:
        """The widget's heading; its name where the plugin's text fails."""
        place = f"salesman_desk_widgets/{self.widget.id}"
        return title_of(self.owner, place, self.widget.title, self.key)


def arranged() -> tuple[list[Placed], list[Placed]]:
    """Give the widgets on the desk of whoever acts, and those that may be added to it."""
    allowed = _allowed()
    kept = preference(_KEPT) or {}
    order: list[str] = kept.get("order", [])
    hidden: list[str] = kept.get("hidden", [])
    person = current_person()
    by_key = {one.key: one for one in allowed}
    shown = [by_key[key] for key in order if key in by_key and key not in hidden]
    shown += [
        one
        for one in allowed
        if one.key not in order and one.key not in hidden and _by_default(one.widget, person)
    ]
    return shown, [one for one in allowed if one not in shown]


def arrange(order: Iterable[str]) -> None:
    """Let the desk of whoever acts show its widgets in this order."""
    shown, _rest = arranged()
    known = {one.key for one in shown}
    wanted = [key for key in dict.fromkeys(order) if key in known]
    _keep([*wanted, *(one.key for one in shown if one.key not in wanted)])


def hide(key: str) -> None:
    """Take a widget off the desk of whoever acts."""
    shown, _rest = arranged()
    _keep([one.key for one in shown if one.key != key], [key])


def show(key: str) -> None:
    """Put a widget back on the desk of whoever acts, as the last one.

    :raises MissingError: where there is none, or not for them.
    """
    widget_named(key)
    shown, _rest = arranged()
    _keep([*(one.key for one in shown if one.key != key), key], unhidden=key)


def reset() -> None:
    """Give whoever acts the desk of their roles again."""
    remember(_KEPT, None)


def widget_named(key: str) -> Placed:
    """Give a widget that whoever acts may see.

    :raises MissingError: where there is none, or not for them.
    """
    for one in _allowed():
        if one.key == key:
            return one
    raise MissingError(_("There is no such widget, or you may not see it."))


def _keep(order: Sequence[str], hidden: Sequence[str] = (), unhidden: str = "") -> None:
    before: list[str] = (preference(_KEPT) or {}).get("hidden", [])
    away = [key for key in dict.fromkeys([*before, *hidden]) if key != unhidden]
    remember(_KEPT, {"order": list(order), "hidden": away})


def _allowed() -> list[Placed]:
    person = current_person()
    found: list[Contribution[DeskWidget]] = current_host().contributions(salesman_desk_widgets)
    return [
        Placed(one.owner, one.value)
        for one in found
        if (one.value.permission is None or person.may(one.value.permission))
        and not is_hidden(DESK, one)
    ]


def _by_default(widget: DeskWidget, person: Person) -> bool:
    return person.everything or not widget.roles or not person.presets.isdisjoint(widget.roles)
