"""What the company hides from everybody: menu entries, panels and widgets.

Their names are one setting of the company, so that every process follows by the counter of the
settings, and a request that nobody changed them before asks the database nothing.
"""

from __future__ import annotations

from typing import Final, Protocol

import sqlalchemy as sa

from salesman_core.db import reading, writing
from salesman_core.db.revisions import bump, kept
from salesman_core.i18n import CORE
from salesman_core.plugins.dispatch import Contribution
from salesman_core.services.company import SUBJECT
from salesman_core.services.models import Setting

MENU: Final = "shell.menu"
NEW: Final = "shell.new"
DESK: Final = "desk.widgets"
"""Where parts stand that fill no slot: the left menu, the "new" menu and the desk."""

_KEY: Final = "hidden"


class Part(Protocol):
    """A menu entry, a fill of a slot or a widget."""

    @property
    def id(self) -> str:
        """What names it within its plugin."""
        ...


def part_name(place: str, one: Contribution[Part]) -> str:
    """Give what names a part among all, as ``client.card.panels/leads.leads``.

    :param place: the slot's name, or :data:`MENU`, :data:`NEW` or :data:`DESK`.
    """
    return f"{place}/{one.owner}.{one.value.id}"


def is_hidden(place: str, one: Contribution[Part]) -> bool:
    """Tell whether nobody is to see a part, so that nothing of it may be called."""
    names = hidden()
    return bool(names) and part_name(place, one) in names


def hidden() -> frozenset[str]:
    """Give the names of the hidden parts, kept in memory until a setting changes."""
    settings = kept(SUBJECT)
    if _KEY not in settings:
        settings[_KEY] = _read()
    found: frozenset[str] = settings[_KEY]
    return found


def hide(name: str) -> bool:
    """Hide a part from everybody; give whether it was shown before."""
    return _keep(frozenset({name}), frozenset())


def show(name: str) -> bool:
    """Show a part again; give whether it was hidden before."""
    return _keep(frozenset(), frozenset({name}))


def forget(owner: str) -> None:
    """Forget which parts of a plugin are hidden, as its data is removed."""
    theirs = {name for name in _read() if name.partition("/")[2].startswith(f"{owner}.")}
    _keep(frozenset(), frozenset(theirs))


def _keep(more: frozenset[str], fewer: frozenset[str]) -> bool:
    with writing() as session:
        bump(session, SUBJECT)  # first, so that two administrators at once wait for each other here
        before = _read()
        after = (before | more) - fewer
        if after != before:
            session.merge(Setting(owner=CORE, key=_KEY, value=sorted(after)))
    return after != before


def _read() -> frozenset[str]:
    setting = sa.select(Setting.value).where(Setting.owner == CORE, Setting.key == _KEY)
    return frozenset(reading().scalar(setting) or ())
