"""Plugins that fill every slot of a deal's card, made as many as are asked for.

Each panel shows what a real one would: a title, some fields of the deal, and a link.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import partial
from types import ModuleType
from typing import Final

from markupsafe import Markup

from salesman_core.deals.card import DealCard
from salesman_core.plugins.discovery import Installed
from salesman_hookspecs import Plugin, SlotFill, hookimpl

SLOTS: Final = ("deal.card.panels", "deal.card.side", "shell.top_bar", "shell.person_menu")
_PANEL: Final = Markup(
    '<p>{id}: <strong>{name}</strong>, {amount} {currency}</p><a href="/deals/{id}">{owner}</a>'
)
_LINE: Final = Markup('<a class="dropdown-item" href="/{owner}/">{owner}</a>')


def filling_plugins(number: int) -> list[Installed]:
    """Give so many plugins, as if they were installed."""
    return [_filling(f"filler{place}") for place in range(number)]


def made_plugin(id_: str, *hooks: Callable[..., object]) -> Installed:
    """Give a plugin that implements some hooks, as if it were installed."""
    module, implementations = ModuleType(id_), ModuleType(f"{id_}.hooks")
    vars(module)["plugin"] = Plugin(id=id_, title=id_.title(), api=">=0.1,<1")
    vars(implementations).update({hook.__name__: hookimpl(hook) for hook in hooks})
    sys.modules |= {module.__name__: module, implementations.__name__: implementations}
    return Installed(id_, "1.0", id_)


def _filling(id_: str) -> Installed:
    def salesman_slot_fills() -> Iterable[SlotFill]:
        return [SlotFill("part", slot, partial(_drawn, id_), title=id_) for slot in SLOTS]

    return made_plugin(id_, salesman_slot_fills)


def _drawn(owner: str, context: object) -> Markup:
    if not isinstance(context, DealCard):
        return _LINE.format(owner=owner)
    return _PANEL.format(
        id=context.id,
        name=context.name,
        amount=context.amount,
        currency=context.currency,
        owner=owner,
    )
